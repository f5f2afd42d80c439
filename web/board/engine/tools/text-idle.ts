/** Text, waiting: a press begins one, or goes on with the one that is there. */
import type { ToolContext, ToolNode } from './node.ts'

export function textIdle(context: ToolContext): ToolNode {
  return {
    look: 'text',
    pointerDown(input) {
      if (!context.canDraw) return
      const at = context.toBoard(input)
      const shape = context.shapeAt(at, input)
      context.edit(shape?.kind === 'text' || shape?.kind === 'note' ? shape.id : at)
    },
  }
}
