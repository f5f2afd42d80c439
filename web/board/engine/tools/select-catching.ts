/** A frame is drawn on the empty board: what is in it, or under its edge, is chosen. */
import type { Box, Point } from '#shared/board/geometry.ts'
import { isCaught } from '#shared/board/outline.ts'
import type { ShapeId } from '#shared/board/shape.ts'
import type { ToolContext, ToolNode } from './node.ts'

export function selectCatching(context: ToolContext): ToolNode {
  const { doc, selection } = context
  let from: Point = { x: 0, y: 0 }
  let before: readonly ShapeId[] = []
  const finish = (): void => {
    context.settle()
  }
  return {
    look: 'default',
    enter(input) {
      from = context.toBoard(input)
      before = input.shift ? [...selection.ids] : []
      if (!input.shift) selection.clear()
    },
    pointerMove(inputs) {
      const input = inputs.at(-1)
      if (input === undefined) return
      const marquee = boxOfCorners(from, context.toBoard(input))
      const caught = doc.shapesIn(marquee).filter((shape) => !shape.isLocked && isCaught(shape, marquee))
      selection.set([...before, ...caught.flatMap((shape) => selection.unitOf(shape))])
      context.setHints({ marquee })
    },
    complete: finish,
    interrupt: finish,
    cancel() {
      selection.set(before)
      context.settle()
    },
    exit() {
      context.setHints({ marquee: null })
    },
  }
}

export function boxOfCorners(a: Point, b: Point): Box {
  return {
    minX: Math.min(a.x, b.x),
    minY: Math.min(a.y, b.y),
    maxX: Math.max(a.x, b.x),
    maxY: Math.max(a.y, b.y),
  }
}
