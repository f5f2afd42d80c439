/** What a pointer means at a place of the board. */
import type { Figure } from '#shared/board/figure.ts'
import type { Box, Point } from '#shared/board/geometry.ts'
import { isHit, isTouched } from '#shared/board/outline.ts'
import type { ShapeId } from '#shared/board/shape.ts'
import type { BoardDoc, BoardShape } from './board-doc.ts'
import { handlesOf, lineHandlesOf, type PlacedHandle, type Selection } from './selection.ts'
import type { PointerInput } from './tools/node.ts'

type PointerKind = PointerInput['kind']

/** px of the viewport around a press that still mean a shape, and a handle. */
const pressReach = { mouse: 4, pen: 6, touch: 12 } as const satisfies Record<PointerKind, number>
const handleReach = { mouse: 9, pen: 12, touch: 20 } as const satisfies Record<PointerKind, number>

type Aim = Readonly<{ kind: PointerKind; zoom: number }>

/** The topmost shape that a press means, or null. */
export function pickShape(
  doc: BoardDoc,
  at: Point,
  { kind, zoom }: Aim,
  isForLocked: boolean,
): BoardShape | null {
  const distance = pressReach[kind] / zoom
  const isMeant = (shape: BoardShape): boolean =>
    (isForLocked || !shape.isLocked) && isHit(shape, at, distance)
  return doc.shapesIn(boxAround(at, at, distance)).findLast(isMeant) ?? null
}

export function pickHandle(
  handles: readonly PlacedHandle[],
  at: Point,
  { kind, zoom }: Aim,
): PlacedHandle | null {
  const reach = handleReach[kind] / zoom
  return handles.find((handle) => Math.hypot(handle.at.x - at.x, handle.at.y - at.y) <= reach) ?? null
}

/** The handles of what is chosen, where it is shown: `lifted` is in somebody's hand. */
export function handlesAround(
  selection: Selection,
  lifted: ReadonlyMap<ShapeId, Figure>,
  zoom: number,
): PlacedHandle[] {
  const { shapes } = selection
  const [only] = shapes
  if (only === undefined || shapes.some(({ isLocked }) => isLocked)) return []
  if (shapes.length === 1 && only.line !== null) return lineHandlesOf(lifted.get(only.id) ?? only)
  const frame = selection.frame(lifted)
  return frame === null ? [] : handlesOf(frame, zoom)
}

/** Shapes within `distance` board px of the way from `a` to `b`, both on the board. */
export function pickTouched(doc: BoardDoc, a: Point, b: Point, distance: number): ShapeId[] {
  return doc
    .shapesIn(boxAround(a, b, distance))
    .filter((shape) => !shape.isLocked && isTouched(shape, a, b, distance))
    .map(({ id }) => id)
}

function boxAround(a: Point, b: Point, distance: number): Box {
  return {
    minX: Math.min(a.x, b.x) - distance,
    minY: Math.min(a.y, b.y) - distance,
    maxX: Math.max(a.x, b.x) + distance,
    maxY: Math.max(a.y, b.y) + distance,
  }
}
