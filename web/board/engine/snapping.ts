/** What a shape that is moved falls into line with: the edges and middles of others near it, or the grid. Pure. */
import type { Box, Point } from '#shared/board/geometry.ts'

/** A line to be shown, on the board. */
export type Guide = Readonly<{ from: Point; to: Point }>

export type Snap = Readonly<{ dx: number; dy: number; guides: readonly Guide[] }>

/** px between the lines of the grid, on the board. */
export const gridStep = 24
/** px of the viewport from which things fall into line. */
export const snapDistance = 6

/** By how much to move a box on so that it is in line with others within `distance`. */
export function snapToOthers(box: Box, others: readonly Box[], distance: number): Snap {
  const x = nearest(
    [box.minX, (box.minX + box.maxX) / 2, box.maxX],
    others.flatMap((each) =>
      [each.minX, (each.minX + each.maxX) / 2, each.maxX].map((at) => [at, each] as const),
    ),
    distance,
  )
  const y = nearest(
    [box.minY, (box.minY + box.maxY) / 2, box.maxY],
    others.flatMap((each) =>
      [each.minY, (each.minY + each.maxY) / 2, each.maxY].map((at) => [at, each] as const),
    ),
    distance,
  )
  const [dx, dy] = [x?.by ?? 0, y?.by ?? 0]
  const guides: Guide[] = []
  if (x !== null) {
    const ys = [box.minY + dy, box.maxY + dy, x.other.minY, x.other.maxY]
    guides.push({ from: { x: x.at, y: Math.min(...ys) }, to: { x: x.at, y: Math.max(...ys) } })
  }
  if (y !== null) {
    const xs = [box.minX + dx, box.maxX + dx, y.other.minX, y.other.maxX]
    guides.push({ from: { x: Math.min(...xs), y: y.at }, to: { x: Math.max(...xs), y: y.at } })
  }
  return { dx, dy, guides }
}

/** By how much to move a box on so that its first corner lies on the grid. */
export function snapToGrid(box: Box): Snap {
  return { dx: toGrid(box.minX) - box.minX, dy: toGrid(box.minY) - box.minY, guides: [] }
}

export function toGrid(value: number): number {
  return Math.round(value / gridStep) * gridStep || 0
}

function nearest(
  own: readonly number[],
  others: readonly (readonly [at: number, box: Box])[],
  distance: number,
): Readonly<{ by: number; at: number; other: Box }> | null {
  let found: Readonly<{ by: number; at: number; other: Box }> | null = null
  for (const [at, other] of others) {
    for (const from of own) {
      const by = at - from
      if (Math.abs(by) > distance || (found !== null && Math.abs(by) >= Math.abs(found.by))) continue
      found = { by, at, other }
    }
  }
  return found
}
