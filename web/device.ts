/**
 * What this device remembers between visits, as JSON in localStorage: small things that spare a person a step.
 *
 * Nothing secret is kept here: the session is a cookie that scripts cannot read. A full or forbidden storage is the
 * same as an empty one.
 */
export function recall(key: string): unknown {
  try {
    const text = localStorage.getItem(`stoa.${key}`)
    return text === null ? null : (JSON.parse(text) as unknown)
  } catch {
    // Storage is forbidden, or holds what another version wrote.
    return null
  }
}

/** All that is kept under keys that begin so. */
export function recallAll(prefix: string): readonly unknown[] {
  return recallKeys(prefix).map(recall)
}

/** The keys that begin so. */
export function recallKeys(prefix: string): readonly string[] {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(`stoa.${prefix}`))
    return keys.map((key) => key.slice('stoa.'.length))
  } catch {
    // Storage is forbidden.
    return []
  }
}

export function remember(key: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(`stoa.${key}`)
    else localStorage.setItem(`stoa.${key}`, JSON.stringify(value))
  } catch {
    // Full or forbidden: the next visit asks again.
  }
}
