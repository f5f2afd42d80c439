/**
 * Threads: what is said to one message, its root, beside the room's own talk.
 *
 * Rule CH16 of docs/PROTOCOL.md. A reply is a message of the room as any other, and names the place of its root. What a
 * thread has, the server says on the root's page; what came after that is on pages that whoever shows the root has
 * open. Pure.
 */
import { threadPagesMax, threadSeatsMax } from '../limits.ts'
import { isPlainObject } from '../plain-object.ts'
import type { Seat } from '../ids.ts'

/** What a page's map `p` says of a thread, under its root's key. */
export type Thread = Readonly<{
  /** Replies that are left, of the room's first `u` messages. */
  n: number
  /** Milliseconds since 1970: when the last of them came. */
  t: number
  u: number
  /** Who wrote last, each once, the last one first; at most `threadSeatsMax`. */
  w: readonly Seat[]
  /** The pages with replies, upwards; of more than `threadPagesMax` the newest. */
  on: readonly number[]
}>

export function isThread(value: unknown): value is Thread {
  if (!isPlainObject(value)) return false
  const { n, t, u, w, on } = value
  const isList = (list: unknown, lengthMax: number): boolean =>
    Array.isArray(list) && list.length <= lengthMax && list.every(Number.isSafeInteger)
  return [n, t, u].every(Number.isSafeInteger) && isList(w, threadSeatsMax) && isList(on, threadPagesMax)
}

type Counted = Pick<Thread, 'n' | 't' | 'on'>

/** They count the same replies, whatever they were counted up to: then the same people wrote last. */
export function isSameCount(a: Counted, b: Counted): boolean {
  return a.n === b.n && a.t === b.t && String(a.on) === String(b.on)
}
