/**
 * Undo and redo for one person, who is not alone.
 *
 * An entry is the list of keys one action changed, each with its value before and after. Undoing it writes `before`
 * only where the value is still `after`: what somebody else has changed since is theirs now, and stays. An entry of
 * which nothing is left is consumed alone, so that one press never undoes two actions. Rule BO4 of docs/PROTOCOL.md. Pure.
 */

/** null stands for "not there". */
export type Change<Value> = Readonly<{ key: string; before: Value | null; after: Value | null }>

export type Entry<Value> = readonly Change<Value>[]

export type History<Value> = Readonly<{
  /** Oldest first. */
  done: readonly Entry<Value>[]
  /** Undone last, last. */
  undone: readonly Entry<Value>[]
}>

/** What the keys hold now, and when two values count as the same. */
export type Present<Value> = Readonly<{
  read(key: string): Value | null
  isSame(a: Value, b: Value): boolean
}>

export type Step<Value> = Readonly<{
  history: History<Value>
  /** To be written, each from `before` to `after`. Empty if nothing of the entry was left. */
  changes: Entry<Value>
}>

/** Entries kept; the oldest are forgotten. */
export const historyEntriesMax = 500

export const emptyHistory: History<never> = { done: [], undone: [] }

/** After an action of this person's own: nothing undone can be redone any more. */
export function record<Value>(history: History<Value>, entry: Entry<Value>): History<Value> {
  return { done: [...history.done, entry].slice(-historyEntriesMax), undone: [] }
}

/** Takes back the last entry, or null if there is none. */
export function undo<Value>(history: History<Value>, present: Present<Value>): Step<Value> | null {
  const entry = history.done.at(-1)
  if (entry === undefined) return null
  const mine = entry.filter((change) => isNow(present, change.key, change.after))
  return {
    history: {
      done: history.done.slice(0, -1),
      undone: mine.length > 0 ? [...history.undone, mine] : history.undone,
    },
    changes: mine.map(({ key, before, after }) => ({ key, before: after, after: before })),
  }
}

/** Does the last undone entry again, or null if there is none. */
export function redo<Value>(history: History<Value>, present: Present<Value>): Step<Value> | null {
  const entry = history.undone.at(-1)
  if (entry === undefined) return null
  const mine = entry.filter((change) => isNow(present, change.key, change.before))
  return {
    history: {
      done: mine.length > 0 ? [...history.done, mine] : history.done,
      undone: history.undone.slice(0, -1),
    },
    changes: mine,
  }
}

function isNow<Value>(present: Present<Value>, key: string, expected: Value | null): boolean {
  const value = present.read(key)
  return value === null || expected === null ? value === expected : present.isSame(value, expected)
}
