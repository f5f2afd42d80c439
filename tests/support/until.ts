/** Waiting for a state instead of a time. */
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'

/** Between two looks. */
const pollMs = 10
/** A machine with other work may be slow: this says that something does not come about, not that it is late. */
const defaultTimeoutMs = 30_000

/**
 * What the condition gives once it gives something. `what` completes the sentence "gave up waiting for …".
 * A condition that throws has not come about yet; its last error is the cause of the one thrown in the end.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  what: string,
  timeoutMs = defaultTimeoutMs,
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

/** Asserts that what is read deeply equals `expected`, now or once the page has got there. */
export async function becomes<T>(
  read: () => T | Promise<T>,
  expected: NoInfer<T>,
  message?: string,
): Promise<void> {
  const giveUpAt = performance.now() + defaultTimeoutMs
  for (;;) {
    const value = await read()
    if (isDeepStrictEqual(value, expected)) return
    if (performance.now() > giveUpAt) assert.deepEqual(value, expected, message)
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
