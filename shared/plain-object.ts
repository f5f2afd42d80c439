/**
 * True for an object as JSON makes it. One whose prototype came in with its bytes (a key `__proto__`) has fields that
 * are not its own, which would pass for a value's and be lost when it is written (Y-16). Pure.
 */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
