/**
 * The outline of a stroke's ink, as a path in board px. Pure but for the path, which the caller makes.
 *
 * Invariant: the ink stays within `inkReach` of its points, so that boxes of geometry.ts hold all of it.
 */
import { getStroke } from 'perfect-freehand'
import { pointStride } from '#shared/board/points.ts'

/** What a path has to offer to be filled in here: part of Path2D. */
export type PathPen = Pick<Path2D, 'moveTo' | 'lineTo' | 'quadraticCurveTo' | 'closePath'>

/** How much pressure changes the width: at most to 0.68 of it on each side. */
const thinning = 0.36

export type InkLine = Readonly<{ values: ArrayLike<number>; width: number; hasPressure: boolean }>

/** Traces the ink's outline. `isFinished` is false while the pen is still down. */
export function traceInk<Pen extends PathPen>(pen: Pen, line: InkLine, isFinished: boolean): Pen {
  const outline = getStroke(triples(line.values), {
    size: line.width,
    thinning,
    smoothing: 0.5,
    streamline: 0.35,
    simulatePressure: !line.hasPressure,
    last: isFinished,
  })
  const first = outline[0]
  const last = outline.at(-1)
  if (first === undefined || last === undefined) return pen
  let [fromX, fromY] = last
  pen.moveTo((fromX + first[0]) / 2, (fromY + first[1]) / 2)
  ;[fromX, fromY] = first
  for (const [x, y] of [...outline.slice(1), first]) {
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
