/**
 * Where a shape is: a box that may be turned, or the two ends of a line. And what a move, a turn or a stretch makes of
 * it: all of them are one affine matrix.
 *
 * Numbers are whole sixteenths of a px (and of a degree), as points are: so they cost five bytes at most, and are the
 * same everywhere. Pure.
 */
import type { Point } from './geometry.ts'
import { coordinateMax } from './points.ts'

/** A box, turned around its middle. */
export type Place = Readonly<{
  x: number
  y: number
  width: number
  height: number
  /** Degrees clockwise, 0…360. */
  turn: number
  /** Mirrored within its box, before it is turned. */
  isFlippedX: boolean
  isFlippedY: boolean
  /** The width was chosen; otherwise a text is as wide as its words. */
  isFixed: boolean
}>

/** Where an end of a line holds on: a shape, and a place within its box, 0…1 each way. */
export type Binding = Readonly<{ id: string; u: number; v: number }>

/** A line from one end to the other. */
export type Ends = Readonly<{
  start: Point
  end: Point
  /** px by which its middle lies to the left of the straight line, seen from its start; negative to the right. */
  bend: number
  startsAt: Binding | null
  endsAt: Binding | null
}>

/** `[x, y, width, height, turn?, marks?]` */
export type PlaceFields = readonly number[]
type BindingFields = readonly [id: string, u: number, v: number]
export type EndsFields = Readonly<{
  /** Start and end: `[x, y, x, y]`. */
  e: readonly number[]
  /** Bend. */
  m?: number
  /** What they hold on to. */
  s?: BindingFields
  t?: BindingFields
}>

/** x' = a·x + c·y + e, y' = b·x + d·y + f. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

export const identity: Matrix = [1, 0, 0, 1, 0, 0]

const unitsPerPx = 16
/** Side of the largest box. */
const sideMax = 2 * coordinateMax
const flipXMark = 1
const flipYMark = 2
const fixedMark = 4

// ── As it is written ──────────────────────────────────────────────────────────────────────────
export function isPlaceFields(value: unknown): value is PlaceFields {
  if (!Array.isArray(value) || value.length < 4 || value.length > 6) return false
  const [x, y, width, height, turn = 0, marks = 0] = value as unknown[]
  return (
    isWithin(x, -coordinateMax, coordinateMax) &&
    isWithin(y, -coordinateMax, coordinateMax) &&
    isWithin(width, 0, sideMax) &&
    isWithin(height, 0, sideMax) &&
    isWithin(turn, 0, 360) &&
    isWithin(marks, 0, 7) &&
    Number.isInteger(marks)
  )
}

export function placeOf([x = 0, y = 0, width = 0, height = 0, turn = 0, marks = 0]: PlaceFields): Place {
  return {
    x,
    y,
    width,
    height,
    turn,
    isFlippedX: (marks & flipXMark) !== 0,
    isFlippedY: (marks & flipYMark) !== 0,
    isFixed: (marks & fixedMark) !== 0,
  }
}

export function placeFields(place: Place): PlaceFields {
  const marks =
    (place.isFlippedX ? flipXMark : 0) | (place.isFlippedY ? flipYMark : 0) | (place.isFixed ? fixedMark : 0)
  const turn = rounded(place.turn) % 360
  const box = [
    coordinate(place.x),
    coordinate(place.y),
    Math.min(sideMax, rounded(place.width)),
    Math.min(sideMax, rounded(place.height)),
  ]
  return marks > 0 ? [...box, turn, marks] : turn > 0 ? [...box, turn] : box
}

export function isEndsFields(value: unknown): value is EndsFields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { e, m, s, t, ...rest } = value as Record<string, unknown>
  return (
    Object.keys(rest).length === 0 &&
    Array.isArray(e) &&
    e.length === 4 &&
    e.every((number) => isWithin(number, -coordinateMax, coordinateMax)) &&
    (m === undefined || isWithin(m, -coordinateMax, coordinateMax)) &&
    (s === undefined || isBindingFields(s)) &&
    (t === undefined || isBindingFields(t))
  )
}

export function endsOf({ e: [x = 0, y = 0, toX = 0, toY = 0], m = 0, s, t }: EndsFields): Ends {
  return {
    start: { x, y },
    end: { x: toX, y: toY },
    bend: m,
    startsAt: s === undefined ? null : { id: s[0], u: s[1], v: s[2] },
    endsAt: t === undefined ? null : { id: t[0], u: t[1], v: t[2] },
  }
}

export function endsFields({ start, end, bend, startsAt, endsAt }: Ends): EndsFields {
  const m = coordinate(bend)
  return {
    e: [coordinate(start.x), coordinate(start.y), coordinate(end.x), coordinate(end.y)],
    ...(m === 0 ? {} : { m }),
    ...(startsAt === null ? {} : { s: bindingFields(startsAt) }),
    ...(endsAt === null ? {} : { t: bindingFields(endsAt) }),
  }
}

function bindingFields({ id, u, v }: Binding): BindingFields {
  return [id, Math.round(u * 256) / 256, Math.round(v * 256) / 256]
}

function isBindingFields(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 3) return false
  const [id, u, v] = value as unknown[]
  return typeof id === 'string' && id.length <= 40 && isWithin(u, 0, 1) && isWithin(v, 0, 1)
}

function isWithin(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && value >= min && value <= max
}

function rounded(value: number): number {
  return Math.round(value * unitsPerPx) / unitsPerPx || 0
}

function coordinate(value: number): number {
  return Math.max(-coordinateMax, Math.min(coordinateMax, rounded(value)))
}

// ── Boxes ─────────────────────────────────────────────────────────────────────────────────────
export function boxPlace(x: number, y: number, width: number, height: number): Place {
  return { x, y, width, height, turn: 0, isFlippedX: false, isFlippedY: false, isFixed: false }
}

export function middleOf({ x, y, width, height }: Place): Point {
  return { x: x + width / 2, y: y + height / 2 }
}

/** From the box's own plane, whose origin is its untold corner, to the board. */
export function matrixOf(place: Place): Matrix {
  if (place.turn === 0) return [1, 0, 0, 1, place.x, place.y]
  const { x, y } = middleOf(place)
  return compose(turned(place.turn, { x, y }), moved(place.x, place.y))
}

/** From the board to the box's own plane. */
export function toLocal(place: Place, at: Point): Point {
  const back = apply(turned(-place.turn, middleOf(place)), at)
  return { x: back.x - place.x, y: back.y - place.y }
}

/** The corners, clockwise from its first. */
export function cornersOf(place: Place): readonly [Point, Point, Point, Point] {
  const matrix = matrixOf(place)
  const { width, height } = place
  return [
    apply(matrix, { x: 0, y: 0 }),
    apply(matrix, { x: width, y: 0 }),
    apply(matrix, { x: width, y: height }),
    apply(matrix, { x: 0, y: height }),
  ]
}

/** What becomes of a box. One that is turned stays a box: it is stretched along its own sides. */
export function transformPlace(place: Place, matrix: Matrix): Place {
  const [a, b, c, d] = matrix
  const angle = radians(place.turn)
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const along = { x: a * cos + c * sin, y: b * cos + d * sin }
  const across = { x: -a * sin + c * cos, y: -b * sin + d * cos }
  const middle = apply(matrix, middleOf(place))
  const width = place.width * Math.hypot(along.x, along.y)
  const height = place.height * Math.hypot(across.x, across.y)
  const isMirrored = a * d - b * c < 0
  // A box that is only mirrored sideways stays upright, rather than standing on its head and being turned back.
  const isSideways = isMirrored && along.x * cos + along.y * sin < 0
  const direction = isSideways ? { x: -along.x, y: -along.y } : along
  const turn = (Math.atan2(direction.y, direction.x) * 180) / Math.PI
  return {
    ...place,
    x: middle.x - width / 2,
    y: middle.y - height / 2,
    width,
    height,
    turn: ((turn % 360) + 360) % 360,
    isFlippedX: place.isFlippedX !== isSideways,
    isFlippedY: place.isFlippedY !== (isMirrored && !isSideways),
  }
}

export function transformEnds(ends: Ends, matrix: Matrix): Ends {
  const start = apply(matrix, ends.start)
  const end = apply(matrix, ends.end)
  const middle = apply(matrix, middleOfLine(ends))
  return { ...ends, start, end, bend: ends.bend === 0 ? 0 : bendThrough(start, end, middle) }
}

/** Where the middle of a line is. */
export function middleOfLine({ start, end, bend }: Pick<Ends, 'start' | 'end' | 'bend'>): Point {
  const length = Math.hypot(end.x - start.x, end.y - start.y) || 1
  return {
    x: (start.x + end.x) / 2 + (bend * (end.y - start.y)) / length,
    y: (start.y + end.y) / 2 - (bend * (end.x - start.x)) / length,
  }
}

/** The bend of a line whose middle is drawn towards this point. */
export function bendThrough(start: Point, end: Point, at: Point): number {
  const length = Math.hypot(end.x - start.x, end.y - start.y) || 1
  const dx = at.x - (start.x + end.x) / 2
  const dy = at.y - (start.y + end.y) / 2
  return (dx * (end.y - start.y) - dy * (end.x - start.x)) / length
}

// ── Matrices ──────────────────────────────────────────────────────────────────────────────────
export function apply([a, b, c, d, e, f]: Matrix, { x, y }: Point): Point {
  return { x: a * x + c * y + e, y: b * x + d * y + f }
}

/** First `second`, then `first`. */
export function compose(first: Matrix, second: Matrix): Matrix {
  const [a, b, c, d, e, f] = first
  const [g, h, i, j, k, l] = second
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f]
}

export function moved(dx: number, dy: number): Matrix {
  return [1, 0, 0, 1, dx, dy]
}

/** Degrees clockwise around a point. */
export function turned(degrees: number, { x, y }: Point): Matrix {
  const angle = radians(degrees)
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return [cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y]
}

/** Stretched from a point, along axes that are turned by so many degrees. */
export function stretched(scaleX: number, scaleY: number, from: Point, degrees = 0): Matrix {
  const scale: Matrix = [scaleX, 0, 0, scaleY, from.x - scaleX * from.x, from.y - scaleY * from.y]
  if (degrees === 0) return scale
  return compose(turned(degrees, from), compose(scale, turned(-degrees, from)))
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180
}
