/** The eraser, rubbing: whole shapes that it touches fade, and go together when it is lifted. */
import type { ShapeId } from '#shared/board/shape.ts'
import type { PointerInput, ToolContext, ToolNode } from './node.ts'

/** Viewport px around the pointer that the eraser takes. */
export const eraserRadius = 8

export function eraserErasing(context: ToolContext): ToolNode {
  const rubbed = new Set<ShapeId>()
  let last: PointerInput | null = null
  const rubTo = (input: PointerInput): void => {
    const from = context.toBoard(last ?? input)
    for (const id of context.touched(from, context.toBoard(input), eraserRadius / context.camera.zoom)) {
      rubbed.add(id)
    }
    last = input
  }
  const finish = (): void => {
    context.erase(rubbed)
    context.settle()
  }
  return {
    look: 'none',
    enter(input) {
      rubTo(input)
      context.setFaded(new Set(rubbed))
    },
    pointerMove(inputs) {
      const countBefore = rubbed.size
      for (const input of inputs) rubTo(input)
      if (rubbed.size > countBefore) context.setFaded(new Set(rubbed))
    },
    complete: finish,
    interrupt: finish,
    cancel() {
      context.settle()
    },
    exit() {
      context.setFaded(new Set())
    },
  }
}
