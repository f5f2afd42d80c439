/**
 * What waits to be read by all clients together (W-24).
 *
 * Each socket may have some megabytes waiting; many that read nothing would still fill the memory. Invariant: after
 * every send no more waits than the limit. Above it whoever has most waiting is cut: memory has to be free at once,
 * and a close frame would wait behind everything else.
 */
import { socketBuffersSizeMax } from '#shared/limits.ts'

type Reader = Readonly<{
  /** Bytes that wait for it now. */
  waitingSize: number
  /** Ends it, and lets go of what waits. */
  cut(): void
}>

export class Backlog {
  /** What waited for each reader when it was last looked at, which may be less by now. */
  readonly #sizes = new Map<Reader, number>()
  readonly #sizeMax: number
  #total = 0

  constructor(sizeMax = socketBuffersSizeMax) {
    this.#sizeMax = sizeMax
  }

  /** Bytes that wait now. Looks at everybody for whom any did. */
  measure(): number {
    for (const reader of this.#sizes.keys()) this.#look(reader)
    return this.#total
  }

  /** Something was sent to this reader. */
  sent(reader: Reader): void {
    this.#look(reader)
    if (this.#total <= this.#sizeMax) return
    this.measure()
    while (this.#total > this.#sizeMax) {
      const slowest = this.#slowest()
      if (slowest === null) return
      this.forget(slowest)
      slowest.cut()
    }
  }

  /** It has ended. */
  forget(reader: Reader): void {
    this.#total -= this.#sizes.get(reader) ?? 0
    this.#sizes.delete(reader)
  }

  #look(reader: Reader): void {
    const size = reader.waitingSize
    this.#total += size - (this.#sizes.get(reader) ?? 0)
    if (size > 0) this.#sizes.set(reader, size)
    else this.#sizes.delete(reader)
  }

  #slowest(): Reader | null {
    let slowest: Reader | null = null
    let most = 0
    for (const [reader, size] of this.#sizes) if (size > most) [slowest, most] = [reader, size]
    return slowest
  }
}
