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

type Stamped = Readonly<{ arrivedAtMs: number; order: number }>

/** Fixes the orders of a room's messages, from what was stamped on its page before. */
export class Orders {
  /** Of this page, oldest first. Those before `#first` are in the floor already. */
  readonly #recent: Stamped[]
  #first = 0
  /** Largest order among those stamped `lateWindowMs` ago or earlier. */
  #floor: number
  #highest: number

  constructor({ highest, floor, recent }: Readonly<{ highest: number; floor: number; recent: Stamped[] }>) {
    this.#highest = highest
    this.#floor = floor
    this.#recent = recent
  }

  /** Largest order stamped so far. */
  get highest(): number {
    return this.#highest
  }

  /** Null while nothing was stamped on this page. */
  get lastArrivedAtMs(): number | null {
    return this.#recent.at(-1)?.arrivedAtMs ?? null
  }

  /** The order of a message with Lamport time `l` that arrives now; `nowMs` never goes back by much. */
  stamp(l: number, nowMs: number): number {
    for (; this.#first < this.#recent.length; this.#first++) {
      const stamp = this.#recent[this.#first]
      if (stamp === undefined || nowMs - stamp.arrivedAtMs < lateWindowMs) break
      this.#floor = Math.max(this.#floor, stamp.order)
    }
    const order = Math.min(Math.max(l, this.#floor + 1), this.#highest + orderJumpMax)
    this.#highest = Math.max(this.#highest, order)
    this.#recent.push({ arrivedAtMs: nowMs, order })
    return order
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
