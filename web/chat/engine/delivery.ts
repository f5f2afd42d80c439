/**
 * Brings what is in the outbox into the newest page, until the server has counted it.
 *
 * Rule CH8 of docs/PROTOCOL.md. What is written follows from what is there: a message that is neither counted nor in
 * the newest page has to be written into it, whatever became of it before. The server's notes only say what to give
 * up, and when to wait. Invariants: nothing is written faster than the server takes it, and no message before the
 * server has its files (FI7).
 */
import type { SpeechLimits } from '#shared/chat/limits.ts'
import type { MessageKey, MessageValue } from '#shared/chat/message.ts'
import { hashesOf, type FileHash } from '#shared/files/file.ts'
import { TokenBucket } from '#shared/token-bucket.ts'
import { readVoids } from '#shared/wire/notes.ts'
import type { Undo } from '../../sync/ports.ts'
import type { Outbox } from './outbox.ts'
import type { PageLog } from './page-log.ts'

/** What a log has to know of files. */
export type FilesPort = Readonly<{
  /** Whether the server has all of these. */
  isReady(hashes: readonly FileHash[]): boolean
  onChange(listener: () => void): Undo
}>

export type DeliveryWorld = Readonly<{
  /** Milliseconds since 1970. */
  nowMs(): number
  /** Milliseconds from a fixed point; never goes back. */
  elapsedMs(): number
  after(delayMs: number, run: () => void): Undo
}>

const waitMs = 2_000

export class Delivery {
  readonly #outbox: Outbox
  readonly #world: DeliveryWorld
  readonly #allowance: TokenBucket
  readonly #files: FilesPort | undefined
  /** From one message to the next, now. */
  readonly #slowMs: () => number
  /** What was written last, and when. */
  #newest: Readonly<{ key: MessageKey; atMs: number }> | null = null
  /** Where each message was written last, and the earliest time to write it there again. */
  readonly #written = new Map<MessageKey, Readonly<{ page: number; againAtMs: number }>>()
  #last: Readonly<{ pages: readonly PageLog[]; tail: PageLog | null }> = { pages: [], tail: null }
  #cancelWait: Undo | null = null
  #isDelivering = false

  constructor(
    outbox: Outbox,
    world: DeliveryWorld,
    { burstMax, perSecondMax }: SpeechLimits,
    files: FilesPort | undefined,
    slowMs: () => number,
  ) {
    this.#files = files
    this.#slowMs = slowMs
    this.#outbox = outbox
    this.#world = world
    // Other tabs of this person draw from the same allowance.
    this.#allowance = new TokenBucket(burstMax / 2, perSecondMax, world.elapsedMs())
  }

  /** To be called after every change of the pages or the outbox. */
  deliver(pages: Iterable<PageLog>, tail: PageLog | null): void {
    // Writing into a page is a change of it.
    if (this.#isDelivering) return
    this.#isDelivering = true
    try {
      this.#last = { pages: [...pages], tail }
      for (const [key] of this.#outbox.messages())
        if (this.#last.pages.some((page) => page.isStamped(key))) this.#giveUp(key)
      if (tail !== null) this.#write(tail)
    } finally {
      this.#isDelivering = false
    }
  }

  /** What will be written into the newest page as soon as the server has its files. */
  held(tail: PageLog): ReadonlyMap<MessageKey, MessageValue> {
    return new Map(this.#outbox.settled().filter(([key, value]) => !tail.has(key) && this.#lacksFiles(value)))
  }

  /** What the server says of entries that it did not take in. */
  hear(page: PageLog, note: string): void {
    for (const [about, code] of readVoids(note)) {
      const key = about as MessageKey
      if (!this.#outbox.has(key)) continue
      // The room has it, or had it: there is nothing left to deliver.
      if (code === 'known' || code === 'deleted') this.#giveUp(key)
      if (code === 'too-fast')
        this.#written.set(key, {
          page: page.page,
          againAtMs: this.#world.elapsedMs() + Math.max(2 * waitMs, this.#slowMs()),
        })
    }
  }

  [Symbol.dispose](): void {
    this.#cancelWait?.()
  }

  #giveUp(key: MessageKey): void {
    this.#written.delete(key)
    this.#outbox.remove(key)
  }

  #write(tail: PageLog): void {
    const { isLoaded, canWrite } = tail.state()
    // Of a sealed page the next one is on its way.
    if (!isLoaded || !canWrite || tail.isSealed) return
    const nowMs = this.#world.elapsedMs()
    const entries: (readonly [MessageKey, MessageValue])[] = []
    let mustWait = false
    for (const [key, value] of this.#outbox.settled()) {
      // Those after it may overtake it meanwhile: a film must not hold words up.
      if (tail.has(key) || this.#lacksFiles(value)) continue
      const before = this.#written.get(key)
      const isEarly = before?.page === tail.page && nowMs < before.againAtMs
      if (isEarly || this.#isTooSoon(key, nowMs) || !this.#allowance.take(nowMs)) {
        mustWait = true
        // Those after it must not overtake it.
        break
      }
      this.#written.set(key, { page: tail.page, againAtMs: nowMs + waitMs })
      this.#newest = { key, atMs: nowMs }
      entries.push([key, value])
    }
    if (mustWait) this.#wait()
    if (entries.length > 0) tail.write(entries)
  }

  /** Words alone wait for nothing, also where the code for files cannot be fetched. */
  #lacksFiles({ fs }: MessageValue): boolean {
    return fs !== undefined && this.#files?.isReady(hashesOf(fs)) === false
  }

  /** The room is slow, and has something of this person already (CH15). */
  #isTooSoon(key: MessageKey, nowMs: number): boolean {
    return this.#newest !== null && this.#newest.key !== key && nowMs - this.#newest.atMs < this.#slowMs()
  }

  #wait(): void {
    this.#cancelWait?.()
    this.#cancelWait = this.#world.after(waitMs, () => {
      this.#cancelWait = null
      this.deliver(this.#last.pages, this.#last.tail)
    })
  }
}
