/**
 * Something that may be wanted often and is done rarely: at once, then no sooner than a fifth of a second later.
 */
import type { Clock } from './world.ts'

const intervalMs = 200

export class Gate {
  readonly #clock: Clock
  readonly #run: () => void
  #isWanted = false
  #ranAtMs = -Infinity

  constructor(clock: Clock, run: () => void) {
    this.#clock = clock
    this.#run = run
  }

  want(): void {
    this.#isWanted = true
    this.tick()
  }

  /** Does what waits, once it may. */
  tick(): void {
    const nowMs = this.#clock.nowMs()
    if (!this.#isWanted || nowMs - this.#ranAtMs < intervalMs) return
    this.#isWanted = false
    this.#ranAtMs = nowMs
    this.#run()
  }
}
