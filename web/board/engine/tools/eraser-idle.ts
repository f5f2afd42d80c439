/** The eraser, waiting. */
import type { ToolContext, ToolNode } from './node.ts'

export function eraserIdle(context: ToolContext): ToolNode {
  return {
    look: 'none',
    pointerDown(input) {
      if (context.canDraw) context.enter('eraser.erasing', input)
    },
  }
}
