/**
 * How much one person may say in one room now, over all their tabs.
 *
 * What goes beyond it is not refused but void (CH7): the page says it again later. Only a flood of such is refused, for
 * each leaves an empty place in the page.
 */
import type { SpeechLimits } from '#shared/chat/limits.ts'
import type { RoomId, Seat } from '#shared/ids.ts'
import { voidsBurstMax, voidsPerSecondMax } from '#shared/limits.ts'
import { TokenBucket } from '#shared/token-bucket.ts'

type Buckets = Readonly<{ messages: TokenBucket; voids: TokenBucket }>

/** Entries before those are let go that allow everything again. */
const entriesMax = 10_000

export class Allowance {
  readonly #limits: SpeechLimits
  readonly #bucketsByKey = new Map<string, Buckets>()

  constructor(limits: SpeechLimits) {
    this.#limits = limits
  }

  /** Takes one message; false if there is none left. `nowMs` never goes back. */
  takeMessage(roomId: RoomId, seat: Seat, nowMs: number): boolean {
    return this.#bucketsOf(roomId, seat, nowMs).messages.take(nowMs)
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
    }
    this.#bucketsByKey.set(key, made)
    return made
  }

  #letGo(nowMs: number): void {
    for (const [key, { messages, voids }] of this.#bucketsByKey)
      if (messages.isFull(nowMs) && voids.isFull(nowMs)) this.#bucketsByKey.delete(key)
  }
}
