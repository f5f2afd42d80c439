/**
 * One open page of chat on the server: what it takes in, and what follows from it.
 *
 * Rules CH3, CH4 and CH7 of docs/PROTOCOL.md. Invariant: a page takes new messages only while it is its room's newest,
 * and is sealed in the tick that reaches its limit. So opening a room costs the same, however much was said in it.
 */
import * as Y from 'yjs'
import type { PageLimits } from '#shared/chat/limits.ts'
import { parseMention } from '#shared/chat/mention.ts'
import { parseMessageKey, type MessageKey, type MessageValue } from '#shared/chat/message.ts'
import type { PageView } from '#shared/chat/page-rules.ts'
import { countStructs, pageVersion, readHeader, sealedField, type PageHeader } from '#shared/chat/page.ts'
import { isThread, type Thread } from '#shared/chat/thread.ts'
import { hashesOf } from '#shared/files/file.ts'
import { clientIdOf, serverSeat, type RoomId } from '#shared/ids.ts'
import { sealedPageSizeMax, sealedPageStructsMax } from '#shared/limits.ts'
import type { ChatIndex, NewMessage } from './chat-index.ts'
import { Stamps, writeHeader } from './stamps.ts'

type Options = Readonly<{ roomId: RoomId; page: number; doc: Y.Doc; index: ChatIndex; limits: PageLimits }>

export class ChatPage {
  readonly #options: Options
  readonly #stamps: Stamps
  readonly #messages: Y.Map<MessageValue>
  readonly #header: Y.Map<unknown>
  /** Bytes, as of the load and with every update since. */
  #size: number

  constructor(options: Options) {
    const { doc } = options
    this.#options = options
    this.#stamps = new Stamps(doc)
    this.#messages = doc.getMap('m')
    this.#header = doc.getMap('p')
    this.#size = Y.encodeStateAsUpdate(doc).length
    doc.on('update', (update: Uint8Array) => {
      this.#size += update.length
    })
  }

  get isSealed(): boolean {
    return this.#header.has(sealedField)
  }

  /** Nothing may be added any more; deletions always. */
  get isFull(): boolean {
    return this.#size >= sealedPageSizeMax || countStructs(this.#options.doc) >= sealedPageStructsMax
  }

  /** What the rules of the page have to know; `allowsMessage` takes from what this writer may still say. */
  view(allowsMessage: () => boolean): PageView {
    const { roomId, page, index, limits } = this.#options
    const isOpen = !this.isSealed && page === index.tailOf(roomId)
    return {
      capacity: isOpen ? Math.max(0, limits.messagesMax - this.#stamps.count) : 0,
      isStamped: (key) => this.#stamps.has(key),
      isLive: (key) => this.#messages.has(key),
      isKnown: (key) => index.has(roomId, key as MessageKey),
      allowsMessage,
    }
  }

  /** Keys of messages without a stamp: they lost it with a row that was damaged. */
  unsettled(): string[] {
    return [...this.#messages.keys()].filter((key) => !this.#stamps.has(key))
  }

  /** Keys of messages that were added, changed or deleted in a transaction that has not ended. */
  changedIn({ changed }: Y.Transaction): string[] {
    // As yjs types it, a map from types of any events; it is looked up by identity.
    const keys = (changed as ReadonlyMap<unknown, ReadonlySet<string | null>>).get(this.#messages) ?? []
    return [...keys].filter((key) => key !== null)
  }

  /**
   * Stamps what is new of these, and tells the index of every change. To be called in the change's transaction.
   * Returns whether something pinned was changed or deleted.
   */
  settle(changed: readonly string[], nowMs: number): boolean {
    const { roomId, page, index } = this.#options
    const fresh = this.#stamps.stamp(changed, nowMs)
    // In the order of their stamps, as the pages give them again.
    for (const key of fresh) {
      const number = this.#numberOf(key)
      index.add({ ...indexedOf(this.#messages.get(key)), roomId, key, page, atMs: nowMs, number })
    }
    const added = new Set<string>(fresh)
    let changesPins = false
    for (const key of changed) {
      // What is void here may stand on another page.
      if (added.has(key) || !this.#stamps.has(key)) continue
      const { text, ...rest } = indexedOf(this.#messages.get(key))
      const message = { roomId, key: key as MessageKey, atMs: nowMs }
      if (text === null) index.remove(message)
      else index.edit({ ...message, ...rest, text, number: this.#numberOf(key) })
      changesPins ||= index.isPinned(message)
    }
    return changesPins
  }

  /** Says under each root on this page what its thread has, where that is not said yet (CH16). In a transaction. */
  tellThreads(): void {
    const { roomId, page, index } = this.#options
    const said = (root: MessageKey): Thread | null => {
      const value = this.#header.get(root)
      return isThread(value) ? value : null
    }
    const threads = index.threadsOn(roomId, page, said)
    for (const [root, thread] of threads)
      if (this.#stamps.has(root) && said(root) !== thread) this.#header.set(root, thread)
    for (const key of this.#header.keys())
      if (parseMessageKey(key) !== null && !threads.has(key as MessageKey)) this.#header.delete(key)
  }

  /** It has reached its limit, or another was begun after it. */
  get isToBeSealed(): boolean {
    return !this.isSealed && (!this.#isNewest || this.#isAtLimit())
  }

  /** Returns the header of the page to begin, or null if that was begun. */
  seal(): PageHeader | null {
    this.#header.set(sealedField, this.#stamps.count)
    return this.#isNewest ? this.headerOfNext() : null
  }

  get #isNewest(): boolean {
    return this.#options.page === this.#options.index.tailOf(this.#options.roomId)
  }

  /** The next page begins with the last arrival on this one. */
  headerOfNext(): PageHeader {
    const { page, base, a0 } = readHeader((field) => this.#header.get(field))
    const { count, highest, lastArrivedAtMs } = this.#stamps
    return { v: pageVersion, page: page + 1, base: base + count, a0: lastArrivedAtMs ?? a0, o0: highest }
  }

  /** How many messages of the room had arrived when this had, itself counted. */
  #numberOf(key: string): number {
    const { base } = readHeader((field) => this.#header.get(field))
    return base + this.#stamps.indexOf(key) + 1
  }

  #isAtLimit(): boolean {
    const { doc, limits } = this.#options
    return (
      this.#stamps.count >= limits.messagesMax ||
      this.#size >= limits.sizeMax ||
      countStructs(doc) >= limits.structsMax
    )
  }
}

type Indexed = Pick<NewMessage, 'text' | 'mentions' | 'files' | 'thread'>

/** What the index keeps of a message; nothing of one that was deleted. */
export function indexedOf(value: MessageValue | undefined): Indexed {
  const mentions = (value?.at ?? []).map((mention) => parseMention(mention)?.seat ?? serverSeat)
  return { text: value?.x ?? null, mentions, files: hashesOf(value?.fs), thread: value?.th ?? null }
}

/** A new page as the update that makes it. */
export function firstUpdateOf(header: PageHeader, random32: number): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = clientIdOf(serverSeat, random32)
  doc.transact(() => {
    writeHeader(doc.getMap('p'), header)
  })
  const update = Y.encodeStateAsUpdate(doc)
  doc.destroy()
  return update
}
