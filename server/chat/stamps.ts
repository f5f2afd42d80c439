/**
 * The stamps of one page of chat: every message gets one, in the order of arrival.
 *
 * Rules CH3 and CH4 of docs/PROTOCOL.md. A page's array `s` holds flat pairs of key and stamp. What is needed to go on
 * is read back from the page, so nothing is kept beside it.
 */
import type * as Y from 'yjs'
import type { MessageKey, MessageValue } from '#shared/chat/message.ts'
import { Orders, type StampValue } from '#shared/chat/order.ts'
import { orderJumpMax } from '#shared/limits.ts'
import { pageVersion, readHeader, type PageHeader } from '#shared/chat/page.ts'

export class Stamps {
  readonly #messages: Y.Map<MessageValue>
  readonly #stamps: Y.Array<string | StampValue>
  readonly #header: Y.Map<unknown>
  /** By key, how many were stamped on this page before. */
  readonly #stamped = new Map<string, number>()
  readonly #orders: Orders

  constructor(doc: Y.Doc) {
    this.#messages = doc.getMap('m')
    this.#stamps = doc.getArray('s')
    this.#header = doc.getMap('p')
    this.#orders = this.#readOrders()
  }

  get count(): number {
    return this.#stamped.size
  }

  /** The largest order on this page and those before. */
  get highest(): number {
    return this.#orders.highest
  }

  /** Null while there are none. */
  get lastArrivedAtMs(): number | null {
    return this.#orders.lastArrivedAtMs
  }

  has(key: string): boolean {
    return this.#stamped.has(key)
  }

  /** How many were stamped on this page before this one was. */
  indexOf(key: string): number {
    return this.#stamped.get(key) ?? -1
  }

  /** Stamps those of the keys that are messages without a stamp, and returns them. Changes the document. */
  stamp(keys: readonly string[], nowMs: number): readonly MessageKey[] {
    const fresh = keys.filter((key) => this.#messages.has(key) && !this.#stamped.has(key))
    if (fresh.length === 0) return []
    if (!this.#header.has('a0'))
      writeHeader(this.#header, { v: pageVersion, page: 0, base: 0, a0: nowMs, o0: 0 })
    const { a0 } = this.#readHeader()
    // A clock that was put back must not make a message older than the page.
    const arrivedAtMs = Math.max(nowMs, a0)
    const sinceStart = arrivedAtMs - a0
    const ordered = this.#byTheirOrder(fresh)
    const pairs: (string | StampValue)[] = []
    for (const key of ordered) {
      const l = this.#messages.get(key)?.l ?? 0
      const order = this.#orders.stamp(l, arrivedAtMs)
      this.#stamped.set(key, this.#stamped.size)
      pairs.push(key, order === l ? sinceStart : [sinceStart, order])
    }
    this.#stamps.push(pairs)
    return ordered
  }

  #readHeader(): PageHeader {
    return readHeader((field) => this.#header.get(field))
  }

  #readOrders(): Orders {
    const { a0, o0 } = this.#readHeader()
    const recent: { arrivedAtMs: number; order: number }[] = []
    let [highest, floor] = [o0, o0]
    const pairs = this.#stamps.toArray()
    for (let index = 0; index + 1 < pairs.length; index += 2) {
      const [key, value] = [pairs[index], pairs[index + 1]]
      if (typeof key !== 'string' || value === undefined || typeof value === 'string') continue
      this.#stamped.set(key, index / 2)
      const isPlain = typeof value === 'number'
      const arrivedAtMs = a0 + (isPlain ? value : value[0])
      // Where the order is the message's own and the message is deleted, nothing depends on it any more.
      const order = isPlain ? (this.#messages.get(key)?.l ?? highest) : value[1]
      // An order that was raised tells the floor it was raised above, also where what made that floor is deleted.
      if (!isPlain && order < highest + orderJumpMax) floor = Math.max(floor, order - 1)
      highest = Math.max(highest, order)
      recent.push({ arrivedAtMs, order })
    }
    return new Orders({ highest, floor, recent })
  }

  /** Messages that arrive together keep the order their authors gave them. */
  #byTheirOrder(keys: readonly string[]): readonly MessageKey[] {
    if (keys.length === 1) return keys as readonly MessageKey[]
    const l = (key: string): number => this.#messages.get(key)?.l ?? 0
    return [...new Set(keys)].sort((a, b) => l(a) - l(b) || (a < b ? -1 : 1)).map((key) => key as MessageKey)
  }
}

export function writeHeader(map: Y.Map<unknown>, header: PageHeader): void {
  for (const [field, value] of Object.entries(header)) map.set(field, value)
}
