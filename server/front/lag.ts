/**
 * How late the event loop is: while one thing takes long, nobody else is answered.
 *
 * A timer looks at its own lateness. What it has seen is remembered for a while, because nobody can ask meanwhile.
 */
import { performance } from 'node:perf_hooks'

const tickMs = 250
/** The worst lateness is told for this long at least, and for twice as long at most. */
const windowMs = 2_500

export class Lag {
  #tickedAtMs: number
  #windowSinceMs: number
  #worstMs = 0
  #worstBeforeMs = 0

  constructor(nowMs: number) {
    this.#tickedAtMs = nowMs
    this.#windowSinceMs = nowMs
  }

  /** To be called every `tickMs`. */
  tick(nowMs: number): void {
    this.#worstMs = Math.max(this.#worstMs, this.#lateness(nowMs))
    this.#tickedAtMs = nowMs
    if (nowMs - this.#windowSinceMs < windowMs) return
    this.#windowSinceMs = nowMs
    this.#worstBeforeMs = this.#worstMs
    this.#worstMs = 0
  }

  /** The worst of late, in ms; a tick that is overdue now counts as well. */
  worstMs(nowMs: number): number {
    return Math.max(this.#worstMs, this.#worstBeforeMs, this.#lateness(nowMs))
  }

  #lateness(nowMs: number): number {
    return Math.max(0, nowMs - this.#tickedAtMs - tickMs)
  }
}

export type LagWatch = Disposable & Readonly<{ worstMs(): number }>

export function watchLag(): LagWatch {
  const lag = new Lag(performance.now())
  const timer = setInterval(() => {
    lag.tick(performance.now())
  }, tickMs)
  timer.unref()
  return {
    worstMs: () => lag.worstMs(performance.now()),
    [Symbol.dispose]: () => {
      clearInterval(timer)
    },
  }
}
