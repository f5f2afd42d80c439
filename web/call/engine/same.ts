/**
 * Structural sharing: the earlier object wherever nothing changed, so that a look at what changed is `===`.
 *
 * Plain objects and arrays are compared by what is in them, everything else (tracks, streams) by identity.
 */
export function keepSame<T>(before: T, after: T): T {
  if (before === after || !isPlain(before) || !isPlain(after)) return after
  if (isList(before) !== isList(after)) return after
  const old = before as Readonly<Record<string, unknown>>
  const entries = Object.entries(after as Readonly<Record<string, unknown>>).map(
    ([key, value]) => [key, keepSame(old[key], value)] as const,
  )
  const isSame =
    Object.keys(old).length === entries.length && entries.every(([key, value]) => value === old[key])
  if (isSame) return before
  return (isList(after) ? entries.map(([, value]) => value) : Object.fromEntries(entries)) as T
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === Array.prototype
}

/** `Array.isArray` without its `any`. */
function isList(value: object): boolean {
  return Array.isArray(value)
}
