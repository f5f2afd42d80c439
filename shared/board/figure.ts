/**
 * A shape as it is to be seen: its row, and what its registers have made of it since. Pure.
 *
 * An arrow that holds on to shapes ends at their edges, wherever they are now: it is never written again when they
 * move. Without them it ends where it last was.
 */
import type { Point } from './geometry.ts'
import { boxOfPoints } from './geometry.ts'
import { unpackPoints } from './points.ts'
import {
  apply,
  boxPlace,
  endsOf,
  isEndsFields,
  isPlaceFields,
  matrixOf,
  middleOfLine,
  placeOf,
  toLocal,
  type Binding,
  type Ends,
  type Place,
} from './place.ts'
import {
  isGroups,
  isShapeRow,
  type BoxRow,
  type ImageRow,
  type ShapeId,
  type ShapeKind,
  type ShapeRow,
} from './shape.ts'
import { isOrder } from './order.ts'
import { isStyleFields, styleOf, type Style } from './style.ts'

/** A line as it is painted: a parabola from one end to the other, drawn towards `by`. */
export type Curve = Readonly<{ from: Point; by: Point; to: Point }>

export type Figure = Readonly<{
  id: ShapeId
  kind: ShapeKind
  order: string
  row: ShapeRow
  style: Style
  /** Of a line, the box around it. */
  place: Place
  /** Of a line: what is written of it, and what is seen. */
  line: Readonly<{ ends: Ends; curve: Curve }> | null
  text: string
  /** Groups it is in, the outermost first. */
  groups: readonly string[]
  isLocked: boolean
}>

/** What lies beside a row. Anything unsound counts as not there. */
export type Registers = Readonly<{
  t?: unknown
  s?: unknown
  z?: unknown
  g?: unknown
  l?: unknown
  text?: string
}>

/** px between a line's end and the edge of what it holds on to. */
const bindingGap = 6

/** The figure of a row, or null if there is none to be seen. `placeOfId` tells where other shapes are. */
export function figureOf(
  id: ShapeId,
  row: unknown,
  registers: Registers,
  figureAt: (id: string) => Figure | null,
): Figure | null {
  if (!isShapeRow(row)) return null
  const common = {
    id,
    kind: row.k,
    order: isOrder(registers.z) ? registers.z : row.z,
    row,
    style: styleOf(isStyleFields(registers.s) ? registers.s : row),
    text: registers.text ?? '',
    groups: isGroups(registers.g) ? registers.g : [],
    isLocked: registers.l === 1,
  }
  const { t } = registers
  if ('p' in row) {
    const place = isPlaceFields(t) ? placeOf(t) : inkPlace(row.p)
    return place === null ? null : { ...common, place, line: null }
  }
  if (row.k === 'line' || row.k === 'arrow') {
    const ends = endsOf(isEndsFields(t) ? t : row.t)
    return { ...common, ...placedLine(ends, figureAt) }
  }
  return { ...common, place: placeOf(isPlaceFields(t) ? t : (row as BoxRow | ImageRow).t), line: null }
}

/** A figure at another place. */
export function withPlace(figure: Figure, place: Place): Figure {
  return { ...figure, place }
}

/** A line with other ends. */
export function withEnds(figure: Figure, ends: Ends, figureAt: (id: string) => Figure | null): Figure {
  return { ...figure, ...placedLine(ends, figureAt) }
}

/** Where a stroke's points lie, before anybody has moved it. */
export function inkPlace(packed: Uint8Array): Place | null {
  const points = unpackPoints(packed)
  if (points === null) return null
  const { minX, minY, maxX, maxY } = boxOfPoints(points.values, 0)
  return boxPlace(minX, minY, maxX - minX, maxY - minY)
}

// ── Lines ─────────────────────────────────────────────────────────────────────────────────────
function placedLine(
  ends: Ends,
  figureAt: (id: string) => Figure | null,
): Readonly<{ line: { ends: Ends; curve: Curve }; place: Place }> {
  const [first, last] = [held(ends.startsAt, figureAt), held(ends.endsAt, figureAt)]
  const start = first === null ? ends.start : first.at
  const end = last === null ? ends.end : last.at
  const curve = curveOf(start, end, ends.bend)
  const from = first === null ? 0 : leavingAt(curve, first.figure, 0)
  const to = last === null ? 1 : leavingAt(curve, last.figure, 1)
  const seen = from < to ? partOf(curve, from, to) : curve
  const place = boxAroundCurve(seen)
  return { line: { ends: { ...ends, start, end }, curve: seen }, place }
}

function held(
  binding: Binding | null,
  figureAt: (id: string) => Figure | null,
): Readonly<{ figure: Figure; at: Point }> | null {
  const figure = binding === null ? null : figureAt(binding.id)
  if (binding === null || figure?.line !== null) return null
  const { width, height } = figure.place
  return { figure, at: apply(matrixOf(figure.place), { x: binding.u * width, y: binding.v * height }) }
}

export function curveOf(from: Point, to: Point, bend: number): Curve {
  const middle = middleOfLine({ start: from, end: to, bend })
  return { from, to, by: { x: 2 * middle.x - (from.x + to.x) / 2, y: 2 * middle.y - (from.y + to.y) / 2 } }
}

/** A place on the curve, t from 0 to 1. */
export function onCurve({ from, by, to }: Curve, t: number): Point {
  const s = 1 - t
  return {
    x: s * s * from.x + 2 * s * t * by.x + t * t * to.x,
    y: s * s * from.y + 2 * s * t * by.y + t * t * to.y,
  }
}

const steps = 48

/** Where the curve, coming from the other end, meets a figure that it holds on to at `end`. */
function leavingAt(curve: Curve, figure: Figure, end: 0 | 1): number {
  const isIn = (t: number): boolean => isInside(figure, onCurve(curve, t), bindingGap)
  let inside: number = end
  for (let step = 0; step <= steps; step++) {
    const t = end === 1 ? 1 - step / steps : step / steps
    if (isIn(t)) {
      inside = t
      continue
    }
    let outside = t
    for (let halving = 0; halving < 12; halving++) {
      const half = (inside + outside) / 2
      if (isIn(half)) inside = half
      else outside = half
    }
    return outside
  }
  return end
}

function partOf(curve: Curve, from: number, to: number): Curve {
  const [start, end] = [onCurve(curve, from), onCurve(curve, to)]
  const middle = onCurve(curve, (from + to) / 2)
  return {
    from: start,
    to: end,
    by: { x: 2 * middle.x - (start.x + end.x) / 2, y: 2 * middle.y - (start.y + end.y) / 2 },
  }
}

function boxAroundCurve(curve: Curve): Place {
  const points = Array.from({ length: 17 }, (_, step) => onCurve(curve, step / 16))
  const [minX, minY] = [Math.min(...points.map(({ x }) => x)), Math.min(...points.map(({ y }) => y))]
  const [maxX, maxY] = [Math.max(...points.map(({ x }) => x)), Math.max(...points.map(({ y }) => y))]
  return boxPlace(minX, minY, maxX - minX, maxY - minY)
}

// ── Inside ────────────────────────────────────────────────────────────────────────────────────
/** Whether a point lies within a figure's edge, or at most `margin` outside it. */
export function isInside({ kind, place }: Figure, at: Point, margin = 0): boolean {
  const { x, y } = toLocal(place, at)
  const [halfWidth, halfHeight] = [place.width / 2 + margin, place.height / 2 + margin]
  const dx = Math.abs(x - place.width / 2)
  const dy = Math.abs(y - place.height / 2)
  if (dx > halfWidth || dy > halfHeight) return false
  if (halfWidth === 0 || halfHeight === 0) return true
  if (kind === 'ellipse') return (dx / halfWidth) ** 2 + (dy / halfHeight) ** 2 <= 1
  if (kind === 'diamond') return dx / halfWidth + dy / halfHeight <= 1
  return true
}
