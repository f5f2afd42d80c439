/** A token bucket: so many at once, then so many per second. Time is an argument, in ms that never go back. */
export class TokenBucket {
  readonly #burst: number
  readonly #perSecond: number
  #tokens: number
  #filledAtMs: number

  constructor(burst: number, perSecond: number, nowMs: number) {
    this.#burst = burst
    this.#perSecond = perSecond
    this.#tokens = burst
    this.#filledAtMs = nowMs
  }

  /** Takes one, or so many; false, and takes none, if there are fewer. */
  take(nowMs: number, count = 1): boolean {
    this.#fill(nowMs)
    if (this.#tokens < count) return false
    this.#tokens -= count
    return true
  }

  /** As if nothing had ever been taken. */
  isFull(nowMs: number): boolean {
    this.#fill(nowMs)
    return this.#tokens === this.#burst
  }

  #fill(nowMs: number): void {
    const gained = ((nowMs - this.#filledAtMs) / 1000) * this.#perSecond
    this.#tokens = Math.min(this.#burst, this.#tokens + gained)
    this.#filledAtMs = nowMs
  }
}
