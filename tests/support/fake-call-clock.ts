/** Time for engines on fakes: stands still until `run` moves it, timer by timer. */
import type { Clock } from '#web/call/engine/world.ts'

type Timer = Readonly<{ atMs: number; order: number; run: () => void }>

export class FakeClock implements Clock {
  #nowMs = 1_000
  #order = 0
  readonly #timers = new Set<Timer>()

  nowMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run }
    this.#timers.add(timer)
    return () => {
      this.#timers.delete(timer)
    }
  }

  get timersCount(): number {
    return this.#timers.size
  }

  /** Moves time on. Between two timers everything that waits for promises gets its turn. */
  async run(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs
    await settle()
    for (let timer = this.#next(endMs); timer !== null; timer = this.#next(endMs)) {
      this.#timers.delete(timer)
      this.#nowMs = timer.atMs
      timer.run()
      await settle()
    }
    this.#nowMs = endMs
  }

  /** Moves time on until the condition holds; how long that took, in milliseconds. */
  async until(condition: () => boolean, what: string, maxMs: number): Promise<number> {
    const startMs = this.#nowMs
    while (!condition()) {
      if (this.#nowMs - startMs >= maxMs) throw new Error(`gave up waiting for ${what}`)
      await this.run(10)
    }
    return this.#nowMs - startMs
  }

  #next(endMs: number): Timer | null {
    let next: Timer | null = null
    for (const timer of this.#timers) {
      if (timer.atMs > endMs) continue
      if (next === null || timer.atMs < next.atMs || (timer.atMs === next.atMs && timer.order < next.order)) {
        next = timer
      }
    }
    return next
  }
}

/** Lets every promise that is due go on. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
