/**
 * What SQL knows of the messages of rooms, with what this turn adds on top.
 *
 * A page is a document, and so is the truth about its messages; the index tells without opening any document which
 * page is the newest, whether a message is known, what was said where, what is pinned, and what refers to which files.
 * Invariant: it is written in the transaction that writes the documents, so neither is ever ahead of the other.
 */
import { parseMessageKey, parsePlace, type MessageKey } from '#shared/chat/message.ts'
import { isSameCount, type Thread } from '#shared/chat/thread.ts'
import type { FileHash } from '#shared/files/file.ts'
import type { RoomId, Seat } from '#shared/ids.ts'
import { pinTextLengthMax, threadPagesMax, threadSeatsMax } from '#shared/limits.ts'
import type { EditedMessage, NewMessageRow } from '../store/messages.ts'
import type { Store } from '../store/open.ts'
import type { PinRow } from '../store/pins.ts'

type MessageId = Readonly<{ roomId: RoomId; key: MessageKey }>
export type NewMessage = NewMessageRow & Readonly<{ files: readonly FileHash[] }>

/** The tables it reads and writes. */
export type IndexTables = Readonly<{
  rooms: Pick<Store['rooms'], 'chatTail' | 'setChatTail' | 'addMessage' | 'messageCount'>
  messages: Pick<
    Store['messages'],
    'has' | 'newestKey' | 'add' | 'edit' | 'remove' | 'takeInTexts' | 'threadOf' | 'threadPages' | 'newestIn'
  >
  pins: Pick<Store['pins'], 'has' | 'list' | 'remove'>
  reports: Pick<Store['reports'], 'remove'>
  files: Pick<Store['files'], 'refer'>
}>

type Change = () => void

/** Texts that are taken in together: one by one they would cost ten times as much. */
const freshMax = 64
/** Replies of a thread in which its last authors are looked for. */
const authorsLookedThrough = 64
/** Seats whose newest key is remembered. */
const newestKeysMax = 100_000

/** Who hears what has changed, once it is in the database. */
type IndexListeners = Readonly<{
  onAdded(messages: readonly NewMessage[]): void
  /** Threads whose roots stand on these pages of the room have fewer replies. */
  onShortened(roomId: RoomId, rootPages: ReadonlySet<number>): void
}>

export class ChatIndex {
  readonly #store: IndexTables
  readonly #changes: Change[] = []
  /** Of every room that was asked about. */
  readonly #tails = new Map<RoomId, number>()
  /** Messages of this turn. */
  readonly #keys = new Set<string>()
  /** What was changed in this turn, by room and key; null where it was deleted. */
  readonly #texts = new Map<string, string | null>()
  /** By room and seat, of those that were asked about. */
  readonly #newestKeys = new Map<string, string>()
  /** Messages written since their texts were last taken in. */
  #freshCount = 0
  /** Messages that this turn has brought. */
  #added: NewMessage[] = []
  /** Pages on which the roots stand of replies that this turn has deleted, by room. */
  #shortened = new Map<RoomId, Set<number>>()
  readonly #listeners: Partial<IndexListeners>

  constructor(store: IndexTables, listeners: Partial<IndexListeners> = {}) {
    this.#store = store
    this.#listeners = listeners
  }

  /** Number of the room's newest page. */
  tailOf(roomId: RoomId): number {
    const known = this.#tails.get(roomId)
    if (known !== undefined) return known
    const tail = this.#store.rooms.chatTail(roomId)
    this.#tails.set(roomId, tail)
    return tail
  }

  /** Whether the room has, or had, a message under this key on any page. */
  has(roomId: RoomId, key: MessageKey): boolean {
    return key <= this.#newestKeyOf(roomId, key) && this.#isCounted(roomId, key)
  }

  /** Of this key's seat. Keys rise with their author's clock, so that nearly every new one is greater than this. */
  #newestKeyOf(roomId: RoomId, key: MessageKey): string {
    const seat = seatPartOf(key)
    const place = `${roomId}/${seat}`
    const known = this.#newestKeys.get(place)
    if (known !== undefined) return known
    const newest = this.#store.messages.newestKey(roomId, seat) ?? ''
    this.#newestKeys.set(place, newest)
    return newest
  }

  #isCounted(roomId: RoomId, key: MessageKey): boolean {
    return this.#keys.has(`${roomId}/${key}`) || this.#store.messages.has(roomId, key)
  }

  add(message: NewMessage): void {
    const { roomId, key } = message
    if (key > this.#newestKeyOf(roomId, key)) this.#newestKeys.set(`${roomId}/${seatPartOf(key)}`, key)
    this.#keys.add(`${roomId}/${key}`)
    this.#changes.push(() => {
      if (!this.#store.messages.add(message)) return
      this.#store.rooms.addMessage(message.roomId, message.atMs)
      if (message.files.length > 0) this.#store.files.refer(roomId, key, message.files, message.atMs)
      this.#freshCount += 1
      this.#added.push(message)
    })
  }

  edit(message: EditedMessage & Readonly<{ files: readonly FileHash[]; atMs: number }>): void {
    const { roomId, key, files, atMs, text } = message
    this.#texts.set(`${roomId}/${key}`, text)
    this.#changes.push(() => {
      this.#store.messages.edit(message)
      this.#store.files.refer(roomId, key, files, atMs)
    })
  }

  remove({ roomId, key, atMs }: MessageId & Readonly<{ atMs: number }>): void {
    this.#texts.set(`${roomId}/${key}`, null)
    this.#changes.push(() => {
      const root = parsePlace(this.#store.messages.threadOf(roomId, key) ?? '')
      if (root !== null)
        this.#shortened.set(roomId, (this.#shortened.get(roomId) ?? new Set()).add(root.page))
      this.#store.messages.remove(roomId, key)
      this.#store.pins.remove(roomId, key)
      this.#store.reports.remove(roomId, key)
      this.#store.files.refer(roomId, key, [], atMs)
    })
  }

  isPinned({ roomId, key }: MessageId): boolean {
    return this.#store.pins.has(roomId, key)
  }

  /** The room's pinned messages that are left, with what they say now. */
  pinsOf(roomId: RoomId): readonly PinRow[] {
    return this.#store.pins.list(roomId).flatMap((pin) => {
      const text = this.#texts.get(`${roomId}/${pin.key}`)
      if (text === undefined) return [pin]
      return text === null ? [] : [{ ...pin, text: Array.from(text).slice(0, pinTextLengthMax).join('') }]
    })
  }

  /**
   * What the threads have whose roots stand on this page, by the roots' keys. Without what this turn has brought. What is
   * `said` already, and still holds, is given back as it is.
   */
  threadsOn(
    roomId: RoomId,
    page: number,
    said: (root: MessageKey) => Thread | null,
  ): ReadonlyMap<MessageKey, Thread> {
    const { messages, rooms } = this.#store
    const threads = new Map<MessageKey, Thread>()
    const pages = messages.threadPages(roomId, page)
    const u = pages.length === 0 ? 0 : rooms.messageCount(roomId)
    for (const [thread, on] of Map.groupBy(pages, (each) => each.thread)) {
      const root = parsePlace(thread)?.key
      if (root === undefined) continue
      const counted = {
        n: on.reduce((sum, { count }) => sum + count, 0),
        t: Math.max(...on.map(({ lastAtMs }) => lastAtMs)),
        on: on.slice(-threadPagesMax).map((each) => each.page),
      }
      const before = said(root)
      if (before !== null && isSameCount(before, counted)) {
        threads.set(root, before)
        continue
      }
      const newest = messages.newestIn(roomId, thread, authorsLookedThrough)
      const seats = new Set(newest.map((key) => parseMessageKey(key)?.seat))
      threads.set(root, {
        ...counted,
        u,
        w: [...seats].filter((seat): seat is Seat => seat !== undefined).slice(0, threadSeatsMax),
      })
    }
    return threads
  }

  /** A place that is no message, such as a shape, refers to these files from now on, and to no others. */
  refer(roomId: RoomId, place: string, files: readonly FileHash[], atMs: number): void {
    this.#changes.push(() => {
      this.#store.files.refer(roomId, place, files, atMs)
    })
  }

  /** The room's newest page is this one from now on. */
  setTail(roomId: RoomId, page: number): void {
    this.#tails.set(roomId, page)
    this.#changes.push(() => {
      this.#store.rooms.setChatTail(roomId, page)
    })
  }

  /** To be called within the turn's transaction. */
  write(): void {
    for (const change of this.#changes) change()
    if (this.#freshCount < freshMax) return
    this.#store.messages.takeInTexts()
    this.#freshCount = 0
  }

  /** The turn is over, and everything is in the database. */
  saved(): void {
    const [added, shortened] = [this.#added, this.#shortened]
    this.#forgetTurn()
    if (this.#newestKeys.size > newestKeysMax) this.#newestKeys.clear()
    if (added.length > 0) this.#listeners.onAdded?.(added)
    for (const [roomId, rootPages] of shortened) this.#listeners.onShortened?.(roomId, rootPages)
  }

  /** The turn is over, and nothing of it is. */
  lost(): void {
    this.#forgetTurn()
    this.#tails.clear()
    this.#newestKeys.clear()
  }

  #forgetTurn(): void {
    this.#changes.length = 0
    this.#keys.clear()
    this.#texts.clear()
    this.#added = []
    this.#shortened = new Map()
  }
}

/** The key up to its time, such as "1f." */
function seatPartOf(key: MessageKey): string {
  return key.slice(0, key.indexOf('.') + 1)
}
