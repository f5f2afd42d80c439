/**
 * What is left of a line of ink where something round has gone over it. Pure. Points are flat triples (points.ts),
 * lengths in px. Rule BO16 of docs/PROTOCOL.md.
 */
import type { Point } from './geometry.ts'
import { pointStride } from './points.ts'

/** A piece shorter than this part of the radius would be a crumb. */
const crumb = 1 / 8

type Interval = readonly [from: number, to: number]

/**
 * The pieces of a line that lie farther than `radius` from the way from `a` to `b`, in their order; a line of one point
 * is a dot. Null where nothing of it was reached, so that it can stay as it is.
 */
export function rubbedOut(
  values: ArrayLike<number>,
  a: Point,
  b: Point,
  radius: number,
): readonly (readonly number[])[] | null {
  if (values.length <= pointStride) {
    return reachedOf(pointAt(values, 0), pointAt(values, 0), a, b, radius) === null ? null : []
  }
  const pieces: number[][] = []
  let piece: number[] = []
  let isReached = false
  const end = (): void => {
    if (lengthOf(piece) >= radius * crumb) pieces.push(piece)
    piece = []
  }
  for (let i = 0; i + pointStride < values.length; i += pointStride) {
    const reached = reachedOf(pointAt(values, i), pointAt(values, i + pointStride), a, b, radius)
    const [from, to] = reached ?? [1, 1]
    if (piece.length === 0 && from > 0) addBetween(piece, values, i, 0)
    if (from > 0) addBetween(piece, values, i, from)
    if (reached === null) continue
    isReached = true
    end()
    if (to < 1) {
      addBetween(piece, values, i, to)
      addBetween(piece, values, i, 1)
    }
  }
  if (!isReached) return null
  end()
  return pieces
}

/** The point at `part` of the way from the point at `i` to the next. */
function addBetween(piece: number[], values: ArrayLike<number>, i: number, part: number): void {
  for (let field = 0; field < pointStride; field++) {
    const from = values[i + field] ?? 0
    const to = values[i + pointStride + field] ?? from
    piece.push(part === 1 ? to : from + (to - from) * part)
  }
}

function pointAt(values: ArrayLike<number>, i: number): Point {
  return { x: values[i] ?? 0, y: values[i + 1] ?? 0 }
}

function lengthOf(values: readonly number[]): number {
  let length = 0
  for (let i = pointStride; i < values.length; i += pointStride) {
    const [from, to] = [pointAt(values, i - pointStride), pointAt(values, i)]
    length += Math.hypot(to.x - from.x, to.y - from.y)
  }
  return length
}

// ── A segment within reach ────────────────────────────────────────────────────────────────────
/**
 * Which part of the way from `p` to `q`, each 0…1, lies within `radius` of the way from `a` to `b`; null if none. All
 * within reach is convex, so that it is one interval: from the first to the last place within either end's circle or
 * the band between them.
 */
function reachedOf(p: Point, q: Point, a: Point, b: Point, radius: number): Interval | null {
  const parts = [inCircle(p, q, a, radius), inCircle(p, q, b, radius), inBand(p, q, a, b, radius)]
  const found = parts.filter((part) => part !== null)
  if (found.length === 0) return null
  return [Math.min(...found.map(([from]) => from)), Math.max(...found.map(([, to]) => to))]
}

function inCircle(p: Point, q: Point, middle: Point, radius: number): Interval | null {
  const [dx, dy] = [q.x - p.x, q.y - p.y]
  const [fx, fy] = [p.x - middle.x, p.y - middle.y]
  const [square, half, rest] = [dx * dx + dy * dy, fx * dx + fy * dy, fx * fx + fy * fy - radius * radius]
  if (square === 0) return rest <= 0 ? [0, 1] : null
  const root = half * half - square * rest
  if (root < 0) return null
  return clipped((-half - Math.sqrt(root)) / square, (-half + Math.sqrt(root)) / square)
}

function inBand(p: Point, q: Point, a: Point, b: Point, radius: number): Interval | null {
  const length = Math.hypot(b.x - a.x, b.y - a.y)
  if (length === 0) return null
  const [ux, uy] = [(b.x - a.x) / length, (b.y - a.y) / length]
  const along = (at: Point): number => (at.x - a.x) * ux + (at.y - a.y) * uy
  const across = (at: Point): number => (at.y - a.y) * ux - (at.x - a.x) * uy
  const first = between(along(p), along(q), 0, length)
  const second = between(across(p), across(q), -radius, radius)
  if (first === null || second === null) return null
  return clipped(Math.max(first[0], second[0]), Math.min(first[1], second[1]))
}

/** Where a value that goes steadily from `from` to `to` lies between two others. */
function between(from: number, to: number, low: number, high: number): Interval | null {
  if (from === to) return from >= low && from <= high ? [0, 1] : null
  const [one, other] = [(low - from) / (to - from), (high - from) / (to - from)]
  return [Math.min(one, other), Math.max(one, other)]
}

function clipped(from: number, to: number): Interval | null {
  const [first, last] = [Math.max(0, from), Math.min(1, to)]
  return first <= last ? [first, last] : null
}
