/**
 * A figure's edge as points, and with it: how much room it takes, what touches it, what it is hit by. Pure.
 *
 * Invariant: all that is painted of a figure but its words lies within `boxOf`.
 */
import type { Figure } from './figure.ts'
import { inkPlace, isInside, onCurve } from './figure.ts'
import { boxOfPoints, inkReach, isTouching, type Box, type Point } from './geometry.ts'
import { apply, compose, cornersOf, matrixOf, stretched, type Matrix, type Place } from './place.ts'
import { flatPressure, pointStride, unpackPoints } from './points.ts'

/** px above a frame where its name stands. */
export const frameNameHeight = 28
/** Length of an arrowhead's barbs, by the width of its line. */
export function headLength(width: number): number {
  return 8 + 3 * width
}

const roundSteps = 40
const curveSteps = 24

/** Flat triples on the board: the line of ink, the edge of a box, the course of a line. */
export function outlineOf(figure: Figure): ArrayLike<number> {
  const { kind, place, line, row } = figure
  if (line !== null) return flat(curvePoints(figure, curveSteps))
  if ('p' in row) return inkOutline(row.p, place)
  if (kind === 'ellipse') return flat(ellipsePoints(place))
  if (kind === 'diamond') return flat(closed(diamondPoints(place)))
  return flat(closed(cornersOf(place)))
}

/** From the points of a stroke's row to where it is now, in the plane of its place. */
export function inkToPlace(home: Place, place: Place): Matrix {
  const scaleX = home.width === 0 ? 1 : place.width / home.width
  const scaleY = home.height === 0 ? 1 : place.height / home.height
  const matrix: Matrix = [scaleX, 0, 0, scaleY, -home.x * scaleX, -home.y * scaleY]
  if (!place.isFlippedX && !place.isFlippedY) return matrix
  const middle = { x: place.width / 2, y: place.height / 2 }
  return compose(stretched(place.isFlippedX ? -1 : 1, place.isFlippedY ? -1 : 1, middle), matrix)
}

/** The box around all that is painted of it but its words. */
export function boxOf(figure: Figure): Box {
  const { kind, line, row, style, place } = figure
  if ('p' in row) {
    return boxOfPoints(
      place.turn === 0 ? flat([place, corner(place)]) : flat(cornersOf(place)),
      reachOf(figure),
    )
  }
  if (line !== null) {
    return boxOfPoints(outlineOf(figure), style.width + headLength(style.width))
  }
  const box = boxOfPoints(flat(cornersOf(place)), style.width)
  return kind === 'frame' ? { ...box, minY: box.minY - frameNameHeight, maxX: box.maxX + 1 } : box
}

/** The box around it without its ink's width: what is aligned, snapped to, and selected. */
export function edgeBoxOf({ line, place }: Figure): Box {
  return boxOfPoints(line === null ? flat(cornersOf(place)) : flat([place, corner(place)]), 0)
}

/** Whether the way from `a` to `b` comes within `distance` of what is painted. */
export function isTouched(figure: Figure, a: Point, b: Point, distance: number): boolean {
  if (isFilled(figure) && isInside(figure, a, distance)) return true
  return isTouching(outlineOf(figure), a, b, distance + reachOf(figure))
}

/** Whether a press at this point means this figure: its line, or its inside where there is something in it. */
export function isHit(figure: Figure, at: Point, distance: number): boolean {
  return (
    isTouched(figure, at, at, distance) ||
    (figure.line === null && figure.text !== '' && isInside(figure, at))
  )
}

/** Whether all of it, or its line, is caught in the box. */
export function isCaught(figure: Figure, box: Box): boolean {
  const edge = edgeBoxOf(figure)
  if (edge.minX >= box.minX && edge.maxX <= box.maxX && edge.minY >= box.minY && edge.maxY <= box.maxY)
    return true
  if (figure.kind === 'frame') return false
  const corners = [
    { x: box.minX, y: box.minY },
    { x: box.maxX, y: box.minY },
    { x: box.maxX, y: box.maxY },
    { x: box.minX, y: box.maxY },
  ] as const
  const outline = outlineOf(figure)
  const [a, b, c, d] = corners
  return (
    isTouching(outline, a, b, 0) ||
    isTouching(outline, b, c, 0) ||
    isTouching(outline, c, d, 0) ||
    isTouching(outline, d, a, 0)
  )
}

/** How far what is painted reaches from the outline. */
export function reachOf({ kind, style }: Figure): number {
  return kind === 'stroke' ? inkReach(style.width) : style.width / 2
}

/** The four corners of a diamond. */
export function diamondPoints({ width, height, ...place }: Place): readonly Point[] {
  const matrix = matrixOf({ width, height, ...place })
  return [
    { x: width / 2, y: 0 },
    { x: width, y: height / 2 },
    { x: width / 2, y: height },
    { x: 0, y: height / 2 },
  ].map((point) => apply(matrix, point))
}

function isFilled({ kind, style }: Figure): boolean {
  if (kind === 'note' || kind === 'image' || kind === 'text') return true
  return style.fill !== 'none' && (kind === 'rectangle' || kind === 'ellipse' || kind === 'diamond')
}

function inkOutline(packed: Uint8Array, place: Place): ArrayLike<number> {
  const points = unpackPoints(packed)
  const home = inkPlace(packed)
  if (points === null || home === null) return []
  const { values } = points
  const isAtHome =
    place.x === home.x && place.y === home.y && place.width === home.width && place.height === home.height
  if (isAtHome && place.turn === 0 && !place.isFlippedX && !place.isFlippedY) return values
  const matrix = compose(matrixOf(place), inkToPlace(home, place))
  const moved = new Float32Array(values.length)
  for (let i = 0; i < values.length; i += pointStride) {
    const { x, y } = apply(matrix, { x: values[i] ?? 0, y: values[i + 1] ?? 0 })
    moved[i] = x
    moved[i + 1] = y
    moved[i + 2] = values[i + 2] ?? flatPressure
  }
  return moved
}

function ellipsePoints(place: Place): Point[] {
  const matrix = matrixOf(place)
  const [rx, ry] = [place.width / 2, place.height / 2]
  return Array.from({ length: roundSteps + 1 }, (_, step) => {
    const angle = (2 * Math.PI * step) / roundSteps
    return apply(matrix, { x: rx + rx * Math.cos(angle), y: ry + ry * Math.sin(angle) })
  })
}

function curvePoints({ line }: Figure, count: number): Point[] {
  if (line === null) return []
  return Array.from({ length: count + 1 }, (_, step) => onCurve(line.curve, step / count))
}

function corner({ x, y, width, height }: Place): Point {
  return { x: x + width, y: y + height }
}

function closed(points: readonly Point[]): readonly Point[] {
  return [...points, ...points.slice(0, 1)]
}

function flat(points: readonly Point[]): number[] {
  return points.flatMap(({ x, y }) => [x, y, flatPressure])
}
