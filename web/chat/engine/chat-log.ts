/**
 * The chat of a room as it is shown: one page of messages, in order, each with its state.
 *
 * Rules CH1–CH4 of docs/PROTOCOL.md. A message is `sent` once the server's stamp has come back: stamps leave the
 * server only after the commit, so what shows as sent is on its disk. Invariant: a row that did not change stays the
 * same object.
 */
import type * as Y from 'yjs'
import { AppError } from '#shared/errors.ts'
import type { Seat } from '#shared/ids.ts'
import {
  isMessageValue,
  messageKey,
  parseMessageKey,
  refuseMessageText,
  type MessageKey,
  type MessageValue,
} from '#shared/chat/message.ts'
import { compareMessages, type StampValue } from '#shared/chat/order.ts'
import { Listeners } from '../../sync/listeners.ts'
import type { DocumentPort, Undo } from '../../sync/ports.ts'

export type ChatRow = Readonly<{
  key: MessageKey
  seat: Seat
  text: string
  state: 'sending' | 'sent'
  /** By the author's clock. */
  sentAtMs: number
  /** At the server; null while sending. */
  arrivedAtMs: number | null
  l: number
  order: number | null
}>

export type ChatWorld = Readonly<{ nowMs(): number; random(): number }>

export class ChatLog {
  readonly #port: DocumentPort
  readonly #world: ChatWorld
  readonly #messages: Y.Map<unknown>
  readonly #stamps: Y.Array<string | StampValue>
  readonly #header: Y.Map<unknown>
  readonly #listeners = new Listeners()
  readonly #undos: readonly Undo[]
  #rowsByKey = new Map<string, ChatRow>()
  #rows: readonly ChatRow[] = []

  constructor(port: DocumentPort, world: ChatWorld) {
    this.#port = port
    this.#world = world
    this.#messages = port.doc.getMap('m')
    this.#stamps = port.doc.getArray('s')
    this.#header = port.doc.getMap('p')
    const look = (): void => {
      this.#read()
    }
    port.doc.on('afterTransaction', look)
    this.#undos = [
      () => {
        port.doc.off('afterTransaction', look)
      },
      port.onChange(() => {
        this.#listeners.tell()
      }),
    ]
    this.#read()
  }

  /** In order. */
  rows(): readonly ChatRow[] {
    return this.#rows
  }

  get isLoaded(): boolean {
    return this.#port.state().isLoaded
  }

  /** The server's messages have been received since the page was opened. */
  get isSynced(): boolean {
    return this.#port.state().isSynced
  }

  get canWrite(): boolean {
    return this.#port.state().canWrite
  }

  /** Messages that the server has counted. */
  get stampedCount(): number {
    return Math.floor(this.#stamps.length / 2)
  }

  /** Throws the code of errors.ts where the text may not be sent (CH2). */
  send(text: string): void {
    const refusal = refuseMessageText(text)
    if (refusal !== null) throw new AppError(refusal)
    const key = messageKey(this.#port.seat, this.#world.nowMs(), this.#world.random())
    const l = 1 + this.#rows.reduce((max, row) => Math.max(max, this.#seenOrder(row)), 0)
    const value: MessageValue = { x: text, l }
    this.#port.transact(() => {
      this.#messages.set(key, value)
    })
  }

  onChange(listener: () => void): Undo {
    return this.#listeners.add(listener)
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undos) undo()
    this.#listeners.clear()
    this.#port[Symbol.dispose]()
  }

  /** What somebody else claims counts only as far as the server has stamped it: a forged `l` must not spread (CH3). */
  #seenOrder({ order, seat, l }: ChatRow): number {
    return order ?? (seat === this.#port.seat ? l : 0)
  }

  #read(): void {
    const stamps = this.#readStamps()
    const next = new Map<string, ChatRow>()
    let isSame = true
    for (const [key, value] of this.#messages) {
      const row = rowOf(key, value, stamps.get(key), this.#port.seat)
      if (row === null) continue
      const before = this.#rowsByKey.get(key)
      const isKept =
        before !== undefined && before.text === row.text && before.arrivedAtMs === row.arrivedAtMs
      if (!isKept) isSame = false
      next.set(key, isKept ? before : row)
    }
    if (isSame && next.size === this.#rowsByKey.size) return
    this.#rowsByKey = next
    this.#rows = [...next.values()].sort(compareMessages)
    this.#listeners.tell()
  }

  /** Arrival and order by key (CH4). */
  #readStamps(): Map<string, Readonly<{ arrivedAtMs: number; order: number | null }>> {
    const startMs = Number(this.#header.get('a0') ?? 0)
    const stamps = new Map<string, Readonly<{ arrivedAtMs: number; order: number | null }>>()
    const pairs = this.#stamps.toArray()
    for (let index = 0; index + 1 < pairs.length; index += 2) {
      const [key, value] = [pairs[index], pairs[index + 1]]
      if (typeof key !== 'string' || value === undefined || typeof value === 'string') continue
      const [sinceStart, order] = typeof value === 'number' ? [value, null] : value
      stamps.set(key, { arrivedAtMs: startMs + sinceStart, order })
    }
    return stamps
  }
}

function rowOf(
  key: string,
  value: unknown,
  stamp: Readonly<{ arrivedAtMs: number; order: number | null }> | undefined,
  ownSeat: Seat,
): ChatRow | null {
  const parts = parseMessageKey(key)
  if (parts === null || !isMessageValue(value)) return null
  return {
    ...parts,
    key: key as MessageKey,
    text: value.x,
    // Another's has left their device, or it would not be here: its stamp is on its way.
    state: stamp === undefined && parts.seat === ownSeat ? 'sending' : 'sent',
    arrivedAtMs: stamp?.arrivedAtMs ?? null,
    l: value.l,
    order: stamp === undefined ? null : (stamp.order ?? value.l),
  }
}
