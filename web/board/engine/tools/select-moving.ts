/** What is chosen moves with the pointer. Shift keeps to one direction, Alt leaves a copy, Ctrl turns snapping over. */
import { isInside } from '#shared/board/figure.ts'
import { isOverlapping, unionBox, type Box, type Point } from '#shared/board/geometry.ts'
import { edgeBoxOf } from '#shared/board/outline.ts'
import { middleOf, moved } from '#shared/board/place.ts'
import type { ShapeId } from '#shared/board/shape.ts'
import { copies, creation } from '../arrange.ts'
import { snapDistance, snapToGrid, snapToOthers, type Snap } from '../snapping.ts'
import { lifting } from './lifting.ts'
import type { PointerInput, ToolContext, ToolNode } from './node.ts'

/** Shapes that one falls into line with, at most: the nearest are the ones that are meant. */
const othersMax = 200

export function selectMoving(context: ToolContext): ToolNode {
  const { doc, selection, lift } = context
  let from: Point = { x: 0, y: 0 }
  let by: Point = { x: 0, y: 0 }
  let box: Box | null = null
  let held: ReadonlySet<ShapeId> = new Set()
  let isCopying = false
  const follow = (input: PointerInput): void => {
    const at = context.toBoard(input)
    const way = { x: at.x - from.x, y: at.y - from.y }
    if (input.shift) {
      if (Math.abs(way.x) > Math.abs(way.y)) way.y = 0
      else way.x = 0
    }
    const snap = snapOf(way, input)
    by = { x: way.x + snap.dx, y: way.y + snap.dy }
    isCopying = input.alt
    lift.hold(held, moved(by.x, by.y))
    context.setHints({ guides: snap.guides })
  }
  const snapOf = (way: Point, input: PointerInput): Snap => {
    const none = { dx: 0, dy: 0, guides: [] }
    if (box === null) return none
    const there = {
      minX: box.minX + way.x,
      minY: box.minY + way.y,
      maxX: box.maxX + way.x,
      maxY: box.maxY + way.y,
    }
    if (context.hasGrid && !input.ctrl) return snapToGrid(there)
    if (!input.ctrl || context.hasGrid) return none
    const room = 600 / context.camera.zoom
    const near = {
      minX: there.minX - room,
      minY: there.minY - room,
      maxX: there.maxX + room,
      maxY: there.maxY + room,
    }
    const others = doc
      .shapesIn(near)
      .filter(({ id, line, kind }) => line === null && kind !== 'stroke' && !held.has(id))
      .slice(-othersMax)
      .map(edgeBoxOf)
    return snapToOthers(there, others, snapDistance / context.camera.zoom)
  }
  const putDown = (): void => {
    if (isCopying) {
      const figures = copies(doc, selection.shapes, moved(by.x, by.y), context.world.random)
      lift.drop()
      if (context.act(figures.flatMap(creation))) selection.set(figures.map(({ id }) => id))
    } else context.act(lift.release())
  }
  return {
    look: 'move',
    enter(input) {
      from = context.toBoard(input)
      held = withContents(context)
      const { shapes } = selection
      box = shapes.length === 0 ? null : shapes.map(edgeBoxOf).reduce(unionBox)
    },
    ...lifting(context, follow, putDown),
    exit() {
      context.setHints({ guides: [] })
    },
  }
}

/** What is chosen, with what lies in chosen frames. */
export function withContents({
  doc,
  selection,
}: Pick<ToolContext, 'doc' | 'selection'>): ReadonlySet<ShapeId> {
  const ids = new Set(selection.ids)
  for (const frame of selection.shapes) {
    if (frame.kind !== 'frame') continue
    for (const shape of doc.shapesIn(frame)) {
      const isIn = isOverlapping(frame, shape) && isInside(frame, middleOf(shape.place))
      if (isIn && shape.kind !== 'frame' && !shape.isLocked) ids.add(shape.id)
    }
  }
  return ids
}
