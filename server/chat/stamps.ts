/**
 * The server's part in a page of chat: it stamps every message once, in the order of arrival.
 *
 * Rules CH3 and CH4 of docs/PROTOCOL.md. A page's array `s` holds flat pairs of key and stamp; its map `p` says where
 * the page begins. What is needed to go on is read back from the page, so nothing is kept beside it.
 */
import type * as Y from 'yjs'
import { stampMessage, type StampState, type StampValue } from '#shared/chat/order.ts'
import type { MessageKey, MessageValue } from '#shared/chat/message.ts'

/** Version of the page's layout. */
const version = 1

export type Stamper = Readonly<{
  /** Stamps those of the keys that are messages without a stamp; returns how many. Changes the document. */
  stamp(keys: readonly string[], nowMs: number): number
}>

export function createStamper(doc: Y.Doc, page: number): Stamper {
  const messages = doc.getMap<MessageValue>('m')
  const stamps = doc.getArray<string | StampValue>('s')
  const header = doc.getMap<number>('p')
  const stamped = new Set<string>()
  let state = readState()

  function readState(): StampState {
    const startMs = header.get('a0') ?? 0
    const recent: { arrivedAtMs: number; order: number }[] = []
    let highest = 0
    const pairs = stamps.toArray()
    for (let index = 0; index + 1 < pairs.length; index += 2) {
      const [key, value] = [pairs[index], pairs[index + 1]]
      if (typeof key !== 'string' || value === undefined || typeof value === 'string') continue
      stamped.add(key)
      const isPlain = typeof value === 'number'
      const arrivedAtMs = startMs + (isPlain ? value : value[0])
      // Where the order is the message's own and the message is deleted, nothing depends on it any more.
      const order = isPlain ? (messages.get(key)?.l ?? highest) : value[1]
      highest = Math.max(highest, order)
      recent.push({ arrivedAtMs, order })
    }
    return { highest, floor: 0, recent }
  }

  return {
    stamp(keys, nowMs) {
      const fresh = keys.filter((key) => messages.has(key) && !stamped.has(key))
      if (fresh.length === 0) return 0
      if (!header.has('a0')) {
        for (const [field, value] of Object.entries({ v: version, page, base: 0, a0: nowMs }))
          header.set(field, value)
      }
      // A clock that was put back must not make a message older than the page.
      const arrivedAtMs = Math.max(nowMs, header.get('a0') ?? nowMs)
      const sinceStart = arrivedAtMs - (header.get('a0') ?? nowMs)
      const pairs: (string | StampValue)[] = []
      for (const key of byTheirOrder(fresh)) {
        const l = messages.get(key)?.l ?? 0
        const stamp = stampMessage(state, l, arrivedAtMs)
        state = stamp.state
        stamped.add(key)
        pairs.push(key, stamp.order === l ? sinceStart : [sinceStart, stamp.order])
      }
      stamps.push(pairs)
      return pairs.length / 2
    },
  }

  /** Messages that arrive together keep the order their authors gave them. */
  function byTheirOrder(keys: readonly string[]): readonly MessageKey[] {
    return [...new Set(keys)]
      .sort((a, b) => (messages.get(a)?.l ?? 0) - (messages.get(b)?.l ?? 0) || (a < b ? -1 : 1))
      .map((key) => key as MessageKey)
  }
}
