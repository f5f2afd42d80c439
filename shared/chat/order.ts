/**
 * The order of a chat: by what each author had seen, never by anyone's clock.
 *
 * Rule CH3 of docs/PROTOCOL.md. An author gives a message `l`, one more than the largest order they had seen. At its
 * arrival the server fixes `o` in the page's stamps: within what is plausible, and above everything that was stamped
 * long enough ago to have been read. So messages written offline appear at the end, and a conversation held while the
 * server was away keeps its order.
 */
import { lateWindowMs, orderJumpMax } from '../limits.ts'
import type { MessageKey } from './message.ts'

/** A stamp in the page's array `s`: pairs of key and this. Milliseconds since the page's `a0`, and `o` where o ≠ l. */
export type StampValue = number | readonly [arrivalMs: number, order: number]

/** What the server must remember to stamp the next message of a room. */
export type StampState = Readonly<{
  /** Largest order stamped so far. */
  highest: number
  /** Largest order among those stamped `lateWindowMs` ago or earlier. */
  floor: number
  /** Stamps within the window, oldest first. */
  recent: readonly Readonly<{ arrivedAtMs: number; order: number }>[]
}>

/** Fixes the order of a message with Lamport time `l` that arrives now. */
export function stampMessage(
  state: StampState,
  l: number,
  nowMs: number,
): Readonly<{ order: number; state: StampState }> {
  let floor = state.floor
  let first = 0
  for (; first < state.recent.length; first++) {
    const stamp = state.recent[first]
    if (stamp === undefined || nowMs - stamp.arrivedAtMs < lateWindowMs) break
    floor = Math.max(floor, stamp.order)
  }
  const order = Math.min(Math.max(l, floor + 1), state.highest + orderJumpMax)
  return {
    order,
    state: {
      highest: Math.max(state.highest, order),
      floor,
      recent: [...state.recent.slice(first), { arrivedAtMs: nowMs, order }],
    },
  }
}

export type Ordered = Readonly<{ key: MessageKey; l: number; order: number | null }>

/** Stamped messages by (o, l, key); then unstamped ones, which only their author sees, by (l, key). */
export function compareMessages(a: Ordered, b: Ordered): number {
  if (a.order !== null && b.order !== null && a.order !== b.order) return a.order - b.order
  if (a.order === null && b.order !== null) return 1
  if (a.order !== null && b.order === null) return -1
  if (a.l !== b.l) return a.l - b.l
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0
}
