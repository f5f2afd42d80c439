/**
 * Where to wait for the disk: on the spot while it answers at once, and else beside the event loop. Decision 0009.
 *
 * A flush that ends on another thread is heard of a turn of the loop later, which is longer than a quick disk takes;
 * and on a slow one everybody would wait. How long a flush beside the loop took cannot be told, so now and then one is
 * made on the spot again, the more seldom the more often it was slow. Pure.
 */

/** Milliseconds: what everybody may wait. */
const quickMs = 1
/** Flushes beside the loop after one that was slow, and the most after many. */
export const besideMin = 64
export const besideMax = 4_096

export class FlushPlace {
  /** How many of the next flushes are made beside the loop. */
  #besideCount = 0
  #besideNext = besideMin

  /** Of the next flush. */
  next(): 'on the spot' | 'beside the loop' {
    if (this.#besideCount === 0) return 'on the spot'
    this.#besideCount -= 1
    return 'beside the loop'
  }

  /** How long one on the spot took. */
  took(ms: number): void {
    const isQuick = ms <= quickMs
    this.#besideCount = isQuick ? 0 : this.#besideNext
    this.#besideNext = isQuick ? besideMin : Math.min(2 * this.#besideNext, besideMax)
  }
}
