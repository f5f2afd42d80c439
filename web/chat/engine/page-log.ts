/**
 * One page of chat as this device has it open: its messages with their stamps and reactions.
 *
 * Rules CH1, CH4, CH6 and CH7 of docs/PROTOCOL.md. A message is `sent` once the server's stamp has come back: stamps
 * leave the server only after the commit, so what shows as sent is on its disk. Invariant: a row that did not change
 * stays the same object.
 */
import type * as Y from 'yjs'
import { isMessageValue, parseMessageKey, type MessageKey, type MessageValue } from '#shared/chat/message.ts'
import { compareMessages, type StampValue } from '#shared/chat/order.ts'
import { countStructs, readHeader, sealedField, type PageHeader } from '#shared/chat/page.ts'
import { isReactionValue, parseReactionKey, reactionKey } from '#shared/chat/reaction.ts'
import { isThread, type Thread } from '#shared/chat/thread.ts'
import { AppError } from '#shared/errors.ts'
import type { Seat } from '#shared/ids.ts'
import { reactionsPerMessageMax, sealedPageStructsMax } from '#shared/limits.ts'
import { Listeners } from '../../sync/listeners.ts'
import type { DocumentState, PagePort, RootView, Undo } from '../../sync/ports.ts'
import { isSameRow, noFiles, waitingRow, type ChatRow, type Reaction } from './chat-row.ts'

type Stamp = Readonly<{ number: number; arrivedAtMs: number; order: number | null }>

/** Others may be changing the page at this moment: what the server would refuse is not begun. */
const structsKept = 64

export class PageLog {
  readonly page: number
  readonly port: PagePort
  readonly #messages: RootView
  readonly #reactions: RootView
  readonly #stamps: Y.Array<string | StampValue>
  readonly #header: Y.Map<unknown>
  readonly #listeners = new Listeners()
  readonly #undos: readonly Undo[]
  #said: ReadonlyMap<MessageKey, MessageValue> = new Map()
  #rowsByKey = new Map<string, ChatRow>()
  #rows: readonly ChatRow[] = []
  #stampsByKey: ReadonlyMap<string, Stamp> = new Map()
  #threads: ReadonlyMap<MessageKey, Thread> = new Map()

  constructor(page: number, port: PagePort) {
    this.page = page
    this.port = port
    this.#messages = port.root('m')
    this.#reactions = port.root('r')
    this.#stamps = port.doc.getArray('s')
    this.#header = port.doc.getMap('p')
    const look = ({ changed }: Y.Transaction): void => {
      if (changed.size > 0 && this.#read()) this.#listeners.tell()
    }
    port.doc.on('afterTransaction', look)
    const lookAgain = (): void => {
      if (this.#read()) this.#listeners.tell()
    }
    this.#undos = [
      this.#messages.observe(lookAgain),
      this.#reactions.observe(lookAgain),
      () => {
        port.doc.off('afterTransaction', look)
      },
      port.onChange(() => {
        this.#listeners.tell()
      }),
    ]
    this.#read()
  }

  /** In order; those without a stamp last. */
  rows(): readonly ChatRow[] {
    return this.#rows
  }

  state(): DocumentState {
    return this.port.state()
  }

  header(): PageHeader {
    return readHeader((field) => this.#header.get(field))
  }

  /** What the page says of threads, by their roots. */
  threads(): ReadonlyMap<MessageKey, Thread> {
    return this.#threads
  }

  /** What is left of a message that was deleted and had a thread: its place. Null where none was counted. */
  deletedRow(key: MessageKey): ChatRow | null {
    const [parts, stamp] = [parseMessageKey(key), this.#stampsByKey.get(key)]
    if (parts === null || stamp === undefined || this.has(key)) return null
    const { number, arrivedAtMs } = stamp
    const before = this.#rows.findLast((row) => row.number !== null && row.number < number)
    const order = stamp.order ?? before?.order ?? this.header().o0
    const row = waitingRow(key, { x: '', l: order })
    return row && { ...row, page: this.page, number, arrivedAtMs, order, state: 'sent' }
  }

  /** This device has something of it to show, or knows that there is nothing. */
  get isHere(): boolean {
    return this.#rows.length > 0 || this.port.state().isSynced
  }

  /** It takes no new messages. */
  get isSealed(): boolean {
    return this.#header.has(sealedField)
  }

  /** Messages that the server has counted, in the room up to here. */
  get countedTo(): number {
    return this.header().base + this.#stampsByKey.size
  }

  /** Whether a message stands under this key. */
  has(key: string): boolean {
    return this.#messages.has(key)
  }

  /** Whether the server has counted a message of this key here, deleted or not. */
  isStamped(key: string): boolean {
    return this.#stampsByKey.has(key)
  }

  valueOf(key: string): MessageValue | null {
    const value = this.#messages.get(key)
    return isMessageValue(value) ? value : null
  }

  /** Writes messages, in one change. */
  write(entries: Iterable<readonly [MessageKey, MessageValue]>): void {
    this.#mayGrow()
    this.port.transact(() => {
      const messages = this.port.doc.getMap('m')
      for (const [key, value] of entries) messages.set(key, value)
    })
  }

  /** Tells those in a call what will be written here, and nothing else, until it is. */
  say(entries: ReadonlyMap<MessageKey, MessageValue>): void {
    for (const key of this.#said.keys()) if (!entries.has(key)) this.port.say('m', key, undefined)
    for (const [key, value] of entries) if (this.#said.get(key) !== value) this.port.say('m', key, value)
    this.#said = entries
  }

  remove(key: MessageKey): void {
    this.port.transact(() => {
      this.#messages.delete(key)
    })
  }

  /** Adds this person's reaction to a message, or takes it back. */
  toggleReaction(key: MessageKey, reaction: string): void {
    this.#mayGrow()
    const own = reactionKey(this.port.seat, key)
    const before = this.#reactions.get(own)
    const kept = isReactionValue(before) ? before : []
    const after = kept.includes(reaction)
      ? kept.filter((each) => each !== reaction)
      : [...kept, reaction].slice(-reactionsPerMessageMax)
    if (!isReactionValue(after)) throw new AppError('request-malformed')
    this.port.transact(() => {
      this.port.doc.getMap('r').set(own, after)
    })
  }

  onNote(listener: (text: string) => void): Undo {
    return this.port.onNote(listener)
  }

  onChange(listener: () => void): Undo {
    return this.#listeners.add(listener)
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undos) undo()
    this.#listeners.clear()
    this.port[Symbol.dispose]()
  }

  #mayGrow(): void {
    if (countStructs(this.port.doc) > sealedPageStructsMax - structsKept) throw new AppError('page-full')
  }

  /** Returns whether anything that can be asked for changed. */
  #read(): boolean {
    const stampCount = this.#stampsByKey.size
    this.#stampsByKey = this.#readStamps()
    const threads = this.#threads
    this.#threads = this.#readThreads()
    const reactions = this.#readReactions()
    const next = new Map<string, ChatRow>()
    let isSame =
      stampCount === this.#stampsByKey.size &&
      threads.size === this.#threads.size &&
      [...threads].every(([root, thread]) => this.#threads.get(root) === thread)
    for (const [key, value] of this.#messages.entries()) {
      const row = this.#rowOf(key, value, reactions.get(key) ?? none)
      if (row === null) continue
      const before = this.#rowsByKey.get(key)
      const isKept = before !== undefined && isSameRow(before, row)
      if (!isKept) isSame = false
      next.set(key, isKept ? before : row)
    }
    if (isSame && next.size === this.#rowsByKey.size) return false
    this.#rowsByKey = next
    this.#rows = [...next.values()].sort(compareMessages)
    return true
  }

  #rowOf(key: string, value: unknown, reactions: readonly Reaction[]): ChatRow | null {
    const parts = parseMessageKey(key)
    if (parts === null || !isMessageValue(value)) return null
    const stamp = this.#stampsByKey.get(key)
    return {
      ...parts,
      key: key as MessageKey,
      page: this.page,
      number: stamp?.number ?? null,
      text: value.x,
      files: value.fs ?? noFiles,
      mentions: value.at ?? none,
      editedAtMs: value.ed ?? null,
      replyTo: value.re ?? null,
      thread: value.th ?? null,
      reactions,
      state: stamp === undefined ? this.#stateOf(key, parts.seat) : 'sent',
      arrivedAtMs: stamp?.arrivedAtMs ?? null,
      l: value.l,
      order: stamp === undefined ? null : (stamp.order ?? value.l),
    }
  }

  /** Of a message that the server has not counted. */
  #stateOf(key: string, seat: Seat): ChatRow['state'] {
    if (seat === this.port.seat) return 'sending'
    // What came through the server has its stamp on the way.
    return this.#messages.isTold(key) ? 'told' : 'sent'
  }

  #readStamps(): ReadonlyMap<string, Stamp> {
    const stamps = new Map<string, Stamp>()
    // What others say meanwhile may come before the page itself: it tells what its stamps count from.
    if (!this.#header.has('a0')) return stamps
    const { base, a0 } = this.header()
    const pairs = this.#stamps.toArray()
    for (let index = 0; index + 1 < pairs.length; index += 2) {
      const [key, value] = [pairs[index], pairs[index + 1]]
      if (typeof key !== 'string' || value === undefined || typeof value === 'string') continue
      const [sinceStart, order] = typeof value === 'number' ? [value, null] : value
      stamps.set(key, { number: base + index / 2 + 1, arrivedAtMs: a0 + sinceStart, order })
    }
    return stamps
  }

  #readThreads(): ReadonlyMap<MessageKey, Thread> {
    const threads = new Map<MessageKey, Thread>()
    for (const [key, value] of this.#header)
      if (parseMessageKey(key) !== null && isThread(value)) threads.set(key as MessageKey, value)
    return threads
  }

  #readReactions(): ReadonlyMap<string, readonly Reaction[]> {
    const byMessage = new Map<string, Map<string, Seat[]>>()
    for (const [key, value] of this.#reactions.entries()) {
      const parts = parseReactionKey(key)
      if (parts === null || !isReactionValue(value)) continue
      const seatsByText = byMessage.get(parts.messageKey) ?? new Map<string, Seat[]>()
      byMessage.set(parts.messageKey, seatsByText)
      for (const text of value) seatsByText.set(text, [...(seatsByText.get(text) ?? []), parts.seat])
    }
    return new Map(
      [...byMessage].map(([key, seatsByText]) => [
        key,
        [...seatsByText]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([text, seats]) => ({ text, seats: seats.sort((a, b) => a - b) })),
      ]),
    )
  }
}

const none: readonly never[] = []
