/**
 * One open page of chat on the server: what it takes in, and what follows from it.
 *
 * Rules CH3, CH4 and CH7 of docs/PROTOCOL.md. Invariant: a page takes new messages only while it is its room's newest,
 * and is sealed in the tick that reaches its limit. So opening a room costs the same, however much was said in it.
 */
import * as Y from 'yjs'
import type { PageLimits } from '#shared/chat/limits.ts'
import type { MessageKey, MessageValue } from '#shared/chat/message.ts'
import type { PageView } from '#shared/chat/page-rules.ts'
import { countStructs, pageVersion, readHeader, sealedField, type PageHeader } from '#shared/chat/page.ts'
import { clientIdOf, serverSeat, type RoomId } from '#shared/ids.ts'
import { sealedPageSizeMax, sealedPageStructsMax } from '#shared/limits.ts'
import type { ChatIndex } from './chat-index.ts'
import { Stamps, writeHeader } from './stamps.ts'

type Options = Readonly<{ roomId: RoomId; page: number; doc: Y.Doc; index: ChatIndex; limits: PageLimits }>

export class ChatPage {
  readonly #options: Options
  readonly #stamps: Stamps
  readonly #messages: Y.Map<MessageValue>
  readonly #header: Y.Map<number>
  /** Keys of messages that were added, changed or deleted since `settle` was last called. */
  readonly #changed = new Set<string>()
  /** Bytes, as of the load and with every update since. */
  #size: number

  constructor(options: Options) {
    const { doc } = options
    this.#options = options
    this.#stamps = new Stamps(doc)
    this.#messages = doc.getMap('m')
    this.#header = doc.getMap('p')
    this.#size = Y.encodeStateAsUpdate(doc).length
    // What has no stamp lost it with a row that was damaged.
    for (const key of this.#messages.keys()) if (!this.#stamps.has(key)) this.#changed.add(key)
    this.#messages.observe(({ keysChanged }) => {
      for (const key of keysChanged as ReadonlySet<string>) this.#changed.add(key)
    })
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

  /**
   * Stamps what is new, and tells the index of every change. To be called in a transaction of the server's own, in the
   * tick of the change: within that of an update Yjs would draw a new clientID for every message.
   */
  settle(nowMs: number): void {
    const { roomId, page, index } = this.#options
    const changed = [...this.#changed]
    this.#changed.clear()
    const fresh = this.#stamps.stamp(changed, nowMs)
    // In the order of their stamps, as the pages give them again.
    for (const key of fresh) {
      const text = this.#messages.get(key)?.x ?? null
      index.add({ roomId, key, page, text, atMs: nowMs })
    }
    const added = new Set<string>(fresh)
    for (const key of changed) {
      // What is void here may stand on another page.
      if (added.has(key) || !this.#stamps.has(key)) continue
      const text = this.#messages.get(key)?.x
      const message = { roomId, key: key as MessageKey }
      if (text === undefined) index.remove(message)
      else index.edit({ ...message, text })
    }
  }

  /** Seals the page if it has reached its limit; returns the header of the page to begin, or null. */
  seal(): PageHeader | null {
    const { roomId, page, index } = this.#options
    const isNewest = page === index.tailOf(roomId)
    if (this.isSealed || (isNewest && !this.#isAtLimit())) return null
    this.#header.set(sealedField, this.#stamps.count)
    return isNewest ? this.headerOfNext() : null
  }

  /** The next page begins with the last arrival on this one. */
  headerOfNext(): PageHeader {
    const { page, base, a0 } = readHeader((field) => this.#header.get(field))
    const { count, highest, lastArrivedAtMs } = this.#stamps
    return { v: pageVersion, page: page + 1, base: base + count, a0: lastArrivedAtMs ?? a0, o0: highest }
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
