/**
 * How much one person may say in one room now, over all their tabs.
 *
 * What goes beyond it is not refused but void (CH7): the page says it again later. Only a flood of such is refused, for
 * each leaves an empty place in the page.
 */
import type { SpeechLimits } from '#shared/chat/limits.ts'
import type { RoomId, Seat } from '#shared/ids.ts'
import { voidsBurstMax, voidsPerSecondMax } from '#shared/limits.ts'
import { slowSteps } from '#shared/slow.ts'
import { TokenBucket } from '#shared/token-bucket.ts'

type Buckets = Readonly<{ messages: TokenBucket; voids: TokenBucket }> & {
  /** When they said something last; -Infinity before. */
  saidAtMs: number
}

/** Entries before those are let go that allow everything again. */
const entriesMax = 10_000
/** What the way from a page may take more one time than another. */
const slackMs = 1_000
const slowMsMax = Math.max(...slowSteps) * 1_000

export class Allowance {
  readonly #limits: SpeechLimits
  readonly #bucketsByKey = new Map<string, Buckets>()

  constructor(limits: SpeechLimits) {
    this.#limits = limits
  }

  /**
   * Takes one message; false if there is none left, or less than `slowMs` have passed since the last (CH15). `nowMs`
   * never goes back.
   */
  takeMessage(roomId: RoomId, seat: Seat, nowMs: number, slowMs = 0): boolean {
    const buckets = this.#bucketsOf(roomId, seat, nowMs)
    if (slowMs > 0 && nowMs - buckets.saidAtMs < slowMs - slackMs) return false
    if (!buckets.messages.take(nowMs)) return false
    buckets.saidAtMs = nowMs
    return true
  }

  /** Takes so many void entries; false if there are fewer left. */
  takeVoids(roomId: RoomId, seat: Seat, count: number, nowMs: number): boolean {
    return this.#bucketsOf(roomId, seat, nowMs).voids.take(nowMs, count)
  }

  #bucketsOf(roomId: RoomId, seat: Seat, nowMs: number): Buckets {
    const key = `${roomId}/${seat}`
    const found = this.#bucketsByKey.get(key)
    if (found !== undefined) return found
    if (this.#bucketsByKey.size >= entriesMax) this.#letGo(nowMs)
    const made = {
      messages: new TokenBucket(this.#limits.burstMax, this.#limits.perSecondMax, nowMs),
      voids: new TokenBucket(voidsBurstMax, voidsPerSecondMax, nowMs),
      saidAtMs: -Infinity,
    }
    this.#bucketsByKey.set(key, made)
    return made
  }

  #letGo(nowMs: number): void {
    for (const [key, { messages, voids, saidAtMs }] of this.#bucketsByKey) {
      const isRested = messages.isFull(nowMs) && voids.isFull(nowMs)
      if (isRested && nowMs - saidAtMs > slowMsMax) this.#bucketsByKey.delete(key)
    }
  }
}
