/**
 * The outline of a stroke's ink, as a path in board px. Pure but for the path, which the caller makes.
 *
 * Invariant: the ink stays within `inkReach` of its points, so that boxes of geometry.ts hold all of it.
 */
import { getStroke } from 'perfect-freehand'
import type { Point } from '#shared/board/geometry.ts'
import { pointStride } from '#shared/board/points.ts'

/** What a path has to offer to be filled in here: part of Path2D. */
export type PathPen = Pick<Path2D, 'moveTo' | 'lineTo' | 'quadraticCurveTo' | 'closePath'>

/** How much pressure changes the width: at most to 0.68 of it on each side. */
const thinning = 0.36

export type InkLine = Readonly<{ values: ArrayLike<number>; width: number; hasPressure: boolean }>

/** How quickly a stroke follows the pen: perfect-freehand makes such a part of each step from it. */
const streamline = 0.35
const followedPart = 0.15 + (1 - streamline) * 0.85
/** How quickly simulated pressure changes, as perfect-freehand has it. */
const pressureRate = 0.275

/** Where the ink is when the pen goes from the ink's last point to `to`. */
export function smoothed(last: Point, to: Point): Point {
  return { x: last.x + (to.x - last.x) * followedPart, y: last.y + (to.y - last.y) * followedPart }
}

/** The faster the pen, the thinner its ink. */
export function simulatedPressure(last: number, distance: number, width: number): number {
  const speed = Math.min(1, distance / width)
  return Math.min(1, last + (1 - speed - last) * speed * pressureRate)
}

/** Traces the outline of points that are smooth, and have their pressure. */
export function traceSmoothed<Pen extends PathPen>(pen: Pen, values: ArrayLike<number>, width: number): Pen {
  const options = {
    size: width,
    thinning,
    smoothing: 0.5,
    streamline: 0,
    simulatePressure: false,
    last: true,
  }
  return traceOutline(pen, getStroke(triples(values), options))
}

/** Traces the ink's outline. `isFinished` is false while the pen is still down. */
export function traceInk<Pen extends PathPen>(pen: Pen, line: InkLine, isFinished: boolean): Pen {
  const outline = getStroke(triples(line.values), {
    size: line.width,
    thinning,
    smoothing: 0.5,
    streamline,
    simulatePressure: !line.hasPressure,
    last: isFinished,
  })
  return traceOutline(pen, outline)
}

function traceOutline<Pen extends PathPen>(pen: Pen, outline: readonly (readonly number[])[]): Pen {
  const first = outline[0]
  const last = outline.at(-1)
  if (first === undefined || last === undefined) return pen
  let [fromX = 0, fromY = 0] = last
  const [firstX = 0, firstY = 0] = first
  pen.moveTo((fromX + firstX) / 2, (fromY + firstY) / 2)
  ;[fromX, fromY] = [firstX, firstY]
  for (const [x = 0, y = 0] of [...outline.slice(1), first]) {
    pen.quadraticCurveTo(fromX, fromY, (fromX + x) / 2, (fromY + y) / 2)
    fromX = x
    fromY = y
  }
  pen.closePath()
  return pen
}

/** Traces only the line through the points, leaving out those nearer than `spacing` px to the one before. */
export function traceLine<Pen extends PathPen>(pen: Pen, values: ArrayLike<number>, spacing: number): Pen {
  let x = values[0] ?? 0
  let y = values[1] ?? 0
  pen.moveTo(x, y)
  // A dot is a line of no length, which round caps make visible.
  pen.lineTo(x, y)
  for (let i = pointStride; i < values.length; i += pointStride) {
    const nextX = values[i] ?? 0
    const nextY = values[i + 1] ?? 0
    const isLast = i + pointStride >= values.length
    if (!isLast && Math.hypot(nextX - x, nextY - y) < spacing) continue
    pen.lineTo(nextX, nextY)
    x = nextX
    y = nextY
  }
  return pen
}

function triples(values: ArrayLike<number>): [number, number, number][] {
  const points: [number, number, number][] = []
  for (let i = 0; i < values.length; i += pointStride) {
    points.push([values[i] ?? 0, values[i + 1] ?? 0, values[i + 2] ?? 0])
  }
  return points
}
