/** What the end of a line would hold on to at a place. */
import { isInside, type Figure } from '#shared/board/figure.ts'
import type { Point } from '#shared/board/geometry.ts'
import { toLocal, type Binding } from '#shared/board/place.ts'
import type { ShapeId } from '#shared/board/shape.ts'
import type { ToolContext } from './node.ts'

/** px of the viewport around a shape that still mean it. */
const reach = 8
/** A part of a shape's side: near its middle, the middle is meant. */
const middleReach = 0.15

export function bindingAt(
  { doc, camera }: Pick<ToolContext, 'doc' | 'camera'>,
  at: Point,
  lineId: ShapeId | null,
): Readonly<{ binding: Binding; figure: Figure }> | null {
  const margin = reach / camera.zoom
  const box = { minX: at.x - margin, minY: at.y - margin, maxX: at.x + margin, maxY: at.y + margin }
  const figure = doc
    .shapesIn(box)
    .findLast(
      (shape) =>
        shape.id !== lineId &&
        shape.line === null &&
        !('p' in shape.row) &&
        shape.kind !== 'frame' &&
        isInside(shape, at, margin),
    )
  if (figure === undefined) return null
  const { place } = figure
  const { x, y } = toLocal(place, at)
  const part = (value: number, size: number): number => {
    const share = size === 0 ? 0.5 : Math.min(1, Math.max(0, value / size))
    return Math.abs(share - 0.5) < middleReach ? 0.5 : share
  }
  return { figure, binding: { id: figure.id, u: part(x, place.width), v: part(y, place.height) } }
}
