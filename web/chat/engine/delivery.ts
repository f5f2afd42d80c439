/**
 * Brings what is in the outbox into the newest page, until the server has counted it.
 *
 * Rule CH8 of docs/PROTOCOL.md. What is written follows from what is there: a message that is neither counted nor in
 * the newest page has to be written into it, whatever became of it before. The server's notes only say what to give
 * up, and when to wait. Invariant: nothing is written faster than the server takes it.
 */
import type { SpeechLimits } from '#shared/chat/limits.ts'
import type { MessageKey, MessageValue } from '#shared/chat/message.ts'
import { TokenBucket } from '#shared/token-bucket.ts'
import { readVoids } from '#shared/wire/notes.ts'
import type { Undo } from '../../sync/ports.ts'
import type { Outbox } from './outbox.ts'
import type { PageLog } from './page-log.ts'

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
  /** Where each message was written last, and the earliest time to write it there again. */
  readonly #written = new Map<MessageKey, Readonly<{ page: number; againAtMs: number }>>()
  #last: Readonly<{ pages: readonly PageLog[]; tail: PageLog | null }> = { pages: [], tail: null }
  #cancelWait: Undo | null = null
  #isDelivering = false

  constructor(outbox: Outbox, world: DeliveryWorld, { burstMax, perSecondMax }: SpeechLimits) {
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

  /** What the server says of entries that it did not take in. */
  hear(page: PageLog, note: string): void {
    for (const [about, code] of readVoids(note)) {
      const key = about as MessageKey
      if (!this.#outbox.has(key)) continue
      // The room has it, or had it: there is nothing left to deliver.
      if (code === 'known' || code === 'deleted') this.#giveUp(key)
      if (code === 'too-fast')
        this.#written.set(key, { page: page.page, againAtMs: this.#world.elapsedMs() + 2 * waitMs })
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
      if (tail.has(key)) continue
      const before = this.#written.get(key)
      const isEarly = before?.page === tail.page && nowMs < before.againAtMs
      if (isEarly || !this.#allowance.take(nowMs)) {
        mustWait = true
        // Those after it must not overtake it.
        break
      }
      this.#written.set(key, { page: tail.page, againAtMs: nowMs + waitMs })
      entries.push([key, value])
    }
    if (mustWait) this.#wait()
    if (entries.length > 0) tail.write(entries)
  }

  #wait(): void {
    this.#cancelWait?.()
    this.#cancelWait = this.#world.after(waitMs, () => {
      this.#cancelWait = null
      this.deliver(this.#last.pages, this.#last.tail)
    })
  }
}
