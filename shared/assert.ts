/** For our own bugs, never for input from outside. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`)
}

/** Ends a switch over a union: the compiler proves that it is never reached. */
export function exhaustive(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`)
}
