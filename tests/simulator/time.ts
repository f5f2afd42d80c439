/**
 * Time that passes only when told to, for both ends.
 *
 * Pages are given it as an argument. The server, and the libraries it stands on, take the process' own: while a history
 * is played these are replaced. Invariant: what the server has planned is known apart, so that it dies with the server.
 */
import { performance } from 'node:perf_hooks'
import type { Undo } from '#web/sync/ports.ts'

type Timer = {
  readonly owner: object
  dueMs: number
  readonly everyMs: number | null
  readonly run: () => void
}

const startMs = Date.UTC(2026, 6, 1)
const realImmediate = globalThis.setImmediate

/** Everything that follows without time or the network has happened. */
export function quiet(): Promise<void> {
  return new Promise((next) => realImmediate(next))
}

export class VirtualTime {
  readonly #timers = new Set<Timer>()
  #immediates: { readonly run: () => void }[] = []
  readonly #server: object = {}
  #elapsedMs = 0

  /** Milliseconds since the history began. */
  get elapsedMs(): number {
    return this.#elapsedMs
  }

  /** Milliseconds since 1970, by the server's clock. */
  get nowMs(): number {
    return startMs + this.#elapsedMs
  }

  after(owner: object, delayMs: number, run: () => void): Undo {
    return this.at(owner, this.#elapsedMs + Math.max(0, delayMs), run)
  }

  /** At so many milliseconds since the history began. */
  at(owner: object, dueMs: number, run: () => void): Undo {
    return this.#add({ owner, dueMs, everyMs: null, run })
  }

  /** Nothing that this owner has planned will happen. */
  forget(owner: object): void {
    for (const timer of this.#timers) if (timer.owner === owner) this.#timers.delete(timer)
  }

  forgetServer(): void {
    this.forget(this.#server)
    this.#immediates = []
  }

  /** The server's turns of the event loop, until nothing is left for the next. */
  async endTurn(): Promise<void> {
    for (let next = this.#immediates.shift(); next !== undefined; next = this.#immediates.shift()) {
      next.run()
      await quiet()
    }
  }

  async pass(ms: number): Promise<void> {
    const endMs = this.#elapsedMs + ms
    for (;;) {
      await this.endTurn()
      const next = this.#next()
      if (next === null || next.dueMs > endMs) break
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs)
      if (next.everyMs === null) this.#timers.delete(next)
      else next.dueMs += next.everyMs
      next.run()
      await quiet()
    }
    this.#elapsedMs = endMs
  }

  /** The clocks go on, and nothing has been noticed yet. */
  tick(): void {
    this.#elapsedMs += 1
  }

  /** Puts this time in place of the process' own until it is disposed of. */
  install(): Disposable {
    const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate } = globalThis
    const { now } = Date
    const before = { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate }
    const plan = (run: () => void, delayMs: number, everyMs: number | null): unknown => {
      const timer = { owner: this.#server, dueMs: this.#elapsedMs + delayMs, everyMs, run }
      this.#add(timer)
      return Object.assign(timer, { unref: () => timer })
    }
    const clear = (timer: unknown): void => void this.#timers.delete(timer as Timer)
    Object.assign(globalThis, {
      setTimeout: (run: () => void, delayMs = 0) => plan(run, delayMs, null),
      setInterval: (run: () => void, everyMs: number) => plan(run, everyMs, everyMs),
      clearTimeout: clear,
      clearInterval: clear,
      setImmediate: (run: () => void) => {
        const immediate = { run }
        this.#immediates.push(immediate)
        return immediate
      },
      clearImmediate: (immediate: unknown) => {
        this.#immediates = this.#immediates.filter((each) => each !== immediate)
      },
    })
    Date.now = () => this.nowMs
    performance.now = () => this.#elapsedMs
    return {
      [Symbol.dispose]: () => {
        Object.assign(globalThis, before)
        Date.now = now
        // The prototype's own is found again.
        Reflect.deleteProperty(performance, 'now')
      },
    }
  }

  #add(timer: Timer): Undo {
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Of those due at the same moment the one that was planned first. */
  #next(): Timer | null {
    let next: Timer | null = null
    for (const timer of this.#timers) if (next === null || timer.dueMs < next.dueMs) next = timer
    return next
  }
}
