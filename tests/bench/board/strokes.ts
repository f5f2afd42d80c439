/** Handwriting that can be had again: strokes of 59 points, in lines as on paper. */
import { pointStride } from '#shared/board/points.ts'
import { Chance } from '../../support/chance.ts'

/** Flat triples on the board. */
export type Stroke = readonly number[]

export const pointsPerStroke = 59
/** px from one to the next, and between lines. */
const advance = 40
/** Lines are so much longer than there are of them. */
const proportion = 1.6

/** `count` strokes, the same each time. */
export function handwriting(count: number): Stroke[] {
  const chance = new Chance(7)
  const columns = Math.ceil(Math.sqrt(count * proportion))
  const rows = Math.ceil(count / columns)
  return Array.from({ length: count }, (_, index) => {
    const left = ((index % columns) - columns / 2) * advance
    const top = (Math.floor(index / columns) - rows / 2) * advance
    return strokeAt(left, top, chance)
  })
}

/** A loop or two, as a hand makes them: its speed changes slowly. */
function strokeAt(left: number, top: number, chance: Chance): Stroke {
  const turns = 1 + chance.next()
  const [wide, high] = [10 + 8 * chance.next(), 10 + 10 * chance.next()]
  const values: number[] = []
  for (let index = 0; index < pointsPerStroke; index++) {
    const t = index / (pointsPerStroke - 1)
    const angle = 2 * Math.PI * turns * (t + 0.04 * Math.sin(7 * t))
    values.push(left + 28 * t + (wide * Math.sin(angle)) / 2, top + 15 + (high * Math.cos(angle)) / 2, 0.5)
  }
  return values
}

/** As the peers have them: points from the first, and the box around. */
export function relativeStroke(stroke: Stroke): Readonly<{
  x: number
  y: number
  width: number
  height: number
  points: readonly (readonly [x: number, y: number])[]
}> {
  const [x = 0, y = 0] = stroke
  const points: [number, number][] = []
  for (let index = 0; index < stroke.length; index += pointStride)
    points.push([(stroke[index] ?? 0) - x, (stroke[index + 1] ?? 0) - y])
  const [xs, ys] = [points.map(([dx]) => dx), points.map(([, dy]) => dy)]
  return {
    x,
    y,
    width: Math.max(...xs) - Math.min(...xs),
    height: Math.max(...ys) - Math.min(...ys),
    points,
  }
}
