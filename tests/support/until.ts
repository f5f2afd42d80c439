/** Waiting for a state instead of a time. */

/** Between two looks. */
const pollMs = 10

/**
 * What the condition gives once it gives something. `what` completes the sentence "gave up waiting for …".
 * A condition that throws has not come about yet; its last error is the cause of the one thrown in the end.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  what: string,
  timeoutMs = 10_000,
): Promise<NonNullable<Exclude<T, false>>> {
  const giveUpAt = performance.now() + timeoutMs
  for (;;) {
    const { value, cause } = await look(condition)
    if (value !== undefined && value !== null && value !== false) {
      return value as NonNullable<Exclude<T, false>>
    }
    if (performance.now() > giveUpAt) throw new Error(`gave up waiting for ${what}`, { cause })
    await new Promise((next) => setTimeout(next, pollMs))
  }
}

async function look<T>(condition: () => T | Promise<T>): Promise<{ value?: T; cause?: unknown }> {
  try {
    return { value: await condition() }
  } catch (cause) {
    return { cause }
  }
}
