/**
 * What SQL knows of the messages of rooms, with what this turn adds on top.
 *
 * A page is a document, and so is the truth about its messages; the index tells without opening any document which
 * page is the newest, whether a message is known, and what was said where. Invariant: it is written in the transaction
 * that writes the documents, so neither is ever ahead of the other.
 */
import type { MessageKey } from '#shared/chat/message.ts'
import type { RoomId } from '#shared/ids.ts'
import type { Store } from '../store/open.ts'

type MessageId = Readonly<{ roomId: RoomId; key: MessageKey }>
export type NewMessage = MessageId & Readonly<{ page: number; text: string | null; atMs: number }>

/** The tables it reads and writes. */
export type IndexTables = Readonly<{
  rooms: Pick<Store['rooms'], 'chatTail' | 'setChatTail' | 'addMessage'>
  messages: Pick<Store['messages'], 'has' | 'add' | 'edit' | 'remove'>
}>

type Change = () => void

export class ChatIndex {
  readonly #store: IndexTables
  readonly #changes: Change[] = []
  readonly #tails = new Map<RoomId, number>()
  readonly #keys = new Set<string>()

  constructor(store: IndexTables) {
    this.#store = store
  }

  /** Number of the room's newest page. */
  tailOf(roomId: RoomId): number {
    return this.#tails.get(roomId) ?? this.#store.rooms.chatTail(roomId)
  }

  /** Whether the room has, or had, a message under this key on any page. */
  has(roomId: RoomId, key: string): boolean {
    return this.#keys.has(`${roomId}/${key}`) || this.#store.messages.has(roomId, key)
  }

  add(message: NewMessage): void {
    this.#keys.add(`${message.roomId}/${message.key}`)
    this.#changes.push(() => {
      if (this.#store.messages.add(message)) this.#store.rooms.addMessage(message.roomId, message.atMs)
    })
  }

  edit({ roomId, key, text }: MessageId & Readonly<{ text: string }>): void {
    this.#changes.push(() => {
      this.#store.messages.edit(roomId, key, text)
    })
  }

  remove({ roomId, key }: MessageId): void {
    this.#changes.push(() => {
      this.#store.messages.remove(roomId, key)
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
  }

  /** The turn is over: everything is on disk, or nothing is. */
  clear(): void {
    this.#changes.length = 0
    this.#tails.clear()
    this.#keys.clear()
  }
}
