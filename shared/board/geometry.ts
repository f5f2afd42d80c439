/**
 * Where a stroke lies, and whether something touches it. Pure. Points are flat triples (points.ts), lengths in px.
 */
import { pointStride } from './points.ts'

export type Point = Readonly<{ x: number; y: number }>

export type Box = Readonly<{ minX: number; minY: number; maxX: number; maxY: number }>

/** How far ink reaches from its line at most, as a part of the stroke's width: pressure makes it up to 0.68 wide. */
const reachPerWidth = 0.7

/** How far a stroke's ink reaches from its points. */
export function inkReach(width: number): number {
  return width * reachPerWidth
}

/** The smallest box around all points, and `margin` more on each side. */
export function boxOfPoints(values: ArrayLike<number>, margin: number): Box {
  let minX = Infinity
  let minY = Infinity
  let maxX = -Infinity
  let maxY = -Infinity
  for (let i = 0; i < values.length; i += pointStride) {
    const x = values[i] ?? 0
    const y = values[i + 1] ?? 0
    if (x < minX) minX = x
    if (x > maxX) maxX = x
    if (y < minY) minY = y
    if (y > maxY) maxY = y
  }
  return { minX: minX - margin, minY: minY - margin, maxX: maxX + margin, maxY: maxY + margin }
}

/** The smallest box around both. */
export function unionBox(a: Box, b: Box): Box {
  return {
    minX: Math.min(a.minX, b.minX),
    minY: Math.min(a.minY, b.minY),
    maxX: Math.max(a.maxX, b.maxX),
    maxY: Math.max(a.maxY, b.maxY),
  }
}

export function isOverlapping(a: Box, b: Box): boolean {
  return a.minX <= b.maxX && b.minX <= a.maxX && a.minY <= b.maxY && b.minY <= a.maxY
}

/** Whether the way from `a` to `b` comes within `distance` of the line through the points. */
export function isTouching(values: ArrayLike<number>, a: Point, b: Point, distance: number): boolean {
  const limit = distance * distance
  let from = { x: values[0] ?? 0, y: values[1] ?? 0 }
  if (values.length <= pointStride) return squaredDistance(from, a, b) <= limit
  for (let i = pointStride; i < values.length; i += pointStride) {
    const to = { x: values[i] ?? 0, y: values[i + 1] ?? 0 }
    if (squaredSegmentDistance(from, to, a, b) <= limit) return true
    from = to
  }
  return false
}

function squaredSegmentDistance(a: Point, b: Point, c: Point, d: Point): number {
  if (isCrossing(a, b, c, d)) return 0
  return Math.min(
    squaredDistance(a, c, d),
    squaredDistance(b, c, d),
    squaredDistance(c, a, b),
    squaredDistance(d, a, b),
  )
}

/** From a point to the nearest place between `from` and `to`. */
function squaredDistance(point: Point, from: Point, to: Point): number {
  const dx = to.x - from.x
  const dy = to.y - from.y
  const length = dx * dx + dy * dy
  const along = length === 0 ? 0 : ((point.x - from.x) * dx + (point.y - from.y) * dy) / length
  const t = Math.min(1, Math.max(0, along))
  return (point.x - from.x - t * dx) ** 2 + (point.y - from.y - t * dy) ** 2
}

function isCrossing(a: Point, b: Point, c: Point, d: Point): boolean {
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
}

/** On which side of the line from `a` to `b` a point lies: the sign tells. */
function side(a: Point, b: Point, point: Point): number {
  return (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)
}
