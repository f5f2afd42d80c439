/**
 * What this person has said and the server has not counted yet, kept on this device until it has.
 *
 * Invariants: a message is kept here before it is written into any page, and leaves only when it was counted, or is
 * known to be on no page any more. So what becomes of the page it was written into (sealed, refused, lost) costs
 * nothing: it is written again, under the same key, and the server counts it once (CH8).
 */
import { isMessageValue, parseMessageKey, type MessageKey, type MessageValue } from '#shared/chat/message.ts'
import { Listeners } from '../../sync/listeners.ts'
import type { Undo } from '../../sync/ports.ts'
import type { KeptEntries } from '../../sync/world.ts'

const messagePrefix = 'message/'
const pagePrefix = 'page/'

export class Outbox {
  readonly #kept: KeptEntries
  readonly #messages = new Map<MessageKey, MessageValue>()
  /** Older pages with changes that the server may not have: to be opened again after a reload. */
  readonly #pages = new Set<number>()
  /** Kept for certain, or nothing can be kept here. */
  readonly #settled = new Set<MessageKey>()
  readonly #changes = new Listeners()
  #isDisposed = false

  constructor(kept: KeptEntries) {
    this.#kept = kept
    kept.all().then(
      (entries) => {
        this.#load(entries)
      },
      () => undefined,
    )
  }

  /** In the order they were written. */
  messages(): readonly (readonly [MessageKey, MessageValue])[] {
    return [...this.#messages].sort(([a, { l: la }], [b, { l: lb }]) => la - lb || (a < b ? -1 : 1))
  }

  /** Those of them that may be written into a page. */
  settled(): readonly (readonly [MessageKey, MessageValue])[] {
    return this.messages().filter(([key]) => this.#settled.has(key))
  }

  get size(): number {
    return this.#messages.size
  }

  has(key: string): boolean {
    return this.#messages.has(key as MessageKey)
  }

  pages(): ReadonlySet<number> {
    return this.#pages
  }

  put(key: MessageKey, value: MessageValue): void {
    this.#messages.set(key, value)
    this.#changes.tell()
    const settle = (): void => {
      if (this.#isDisposed || !this.#messages.has(key)) return
      this.#settled.add(key)
      this.#changes.tell()
    }
    // Where nothing can be kept the page's own copy is all there is.
    this.#kept.put(messagePrefix + key, value).then(settle, settle)
  }

  remove(key: MessageKey): void {
    if (!this.#messages.delete(key)) return
    this.#settled.delete(key)
    this.#kept.remove(messagePrefix + key).catch(ignore)
    this.#changes.tell()
  }

  keepPage(page: number): void {
    if (this.#pages.has(page)) return
    this.#pages.add(page)
    this.#kept.put(pagePrefix + String(page), page).catch(ignore)
  }

  forgetPage(page: number): void {
    if (!this.#pages.delete(page)) return
    this.#kept.remove(pagePrefix + String(page)).catch(ignore)
  }

  onChange(listener: () => void): Undo {
    return this.#changes.add(listener)
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true
    this.#changes.clear()
    this.#kept.close()
  }

  #load(entries: readonly (readonly [key: string, value: unknown])[]): void {
    if (this.#isDisposed) return
    for (const [name, value] of entries) {
      const key = name.slice(messagePrefix.length)
      if (name.startsWith(pagePrefix) && typeof value === 'number') this.#pages.add(value)
      if (!name.startsWith(messagePrefix) || this.#messages.has(key as MessageKey)) continue
      if (parseMessageKey(key) === null || !isMessageValue(value)) continue
      this.#messages.set(key as MessageKey, value)
      this.#settled.add(key as MessageKey)
    }
    this.#changes.tell()
  }
}

function ignore(): void {
  // It is kept once too often, or once too little; the server counts each message once.
}
