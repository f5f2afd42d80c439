/**
 * The ink of strokes that are still growing: what was traced of a long one stays, and only its end is traced again.
 *
 * Invariant: however long a stroke is, a frame traces no more than `tailMax` points of it.
 */
import { pointStride } from '#shared/board/points.ts'
import {
  simulatedPressure,
  smoothed,
  traceInk,
  traceSmoothed,
  type InkLine,
  type PathPen,
} from './ink-path.ts'

/** Up to so many points a stroke is traced whole. */
export const tailMax = 192
/** So many points of the tail become a piece that stays. */
const pieceLength = 128

type Long<Path> = {
  /** Flat triples, smoothed, each with the pressure that it is painted with. */
  soft: number[]
  /** Points of `soft` that are in pieces. */
  settled: number
  readonly pieces: Path[]
}

export class RunningInk<Path extends PathPen> {
  readonly #newPath: () => Path
  readonly #longByValues = new WeakMap<object, Long<Path>>()

  constructor(newPath: () => Path) {
    this.#newPath = newPath
  }

  /** The paths that a stroke's ink fills. `values` is the same list for as long as it grows; `predicted` never stays. */
  paths(line: InkLine, predicted: ArrayLike<number>): readonly Path[] {
    const { values, width, hasPressure } = line
    const count = values.length / pointStride
    if (count < tailMax) {
      const all = [...Array.from(values), ...Array.from(predicted)]
      return [traceInk(this.#newPath(), { values: all, width, hasPressure }, true)]
    }
    let long = this.#longByValues.get(values)
    if (long === undefined || long.soft.length > values.length) long = { soft: [], settled: 0, pieces: [] }
    this.#longByValues.set(values, long)
    const { soft, pieces } = long
    soften(soft, values, line)
    while (count - long.settled >= tailMax) {
      const end = long.settled + pieceLength
      pieces.push(this.#trace(soft, backFrom(soft, long.settled, width), end, width))
      long.settled = end - 1
    }
    const ahead = [...soft]
    soften(ahead, [...Array.from(values), ...Array.from(predicted)], line)
    return [
      ...pieces,
      this.#trace(ahead, backFrom(soft, long.settled, width), ahead.length / pointStride, width),
    ]
  }

  #trace(soft: readonly number[], from: number, end: number, width: number): Path {
    return traceSmoothed(this.#newPath(), soft.slice(from * pointStride, end * pointStride), width)
  }
}

/** Goes on smoothing where it had stopped. */
function soften(soft: number[], values: ArrayLike<number>, { width, hasPressure }: InkLine): void {
  for (let i = soft.length; i < values.length; i += pointStride) {
    const [x, y, pressure] = [values[i] ?? 0, values[i + 1] ?? 0, values[i + 2] ?? 0]
    if (i === 0) {
      soft.push(x, y, pressure)
      continue
    }
    const [lastX, lastY, last] = [soft.at(-3) ?? 0, soft.at(-2) ?? 0, soft.at(-1) ?? 0]
    const at = smoothed({ x: lastX, y: lastY }, { x, y })
    const distance = Math.hypot(at.x - lastX, at.y - lastY)
    soft.push(at.x, at.y, hasPressure ? pressure : simulatedPressure(last, distance, width))
  }
}

/** A piece begins within the one before, so that there is no gap: round ends cover each other. */
function backFrom(soft: readonly number[], at: number, width: number): number {
  let from = at
  const x = soft[at * pointStride] ?? 0
  const y = soft[at * pointStride + 1] ?? 0
  while (
    from > Math.max(0, at - tailMax / 4) &&
    Math.hypot((soft[from * pointStride] ?? 0) - x, (soft[from * pointStride + 1] ?? 0) - y) < 2 * width
  )
    from -= 1
  return from
}
