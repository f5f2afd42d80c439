/** The eraser or the ink eraser, waiting. */
import type { ToolContext, ToolNode } from './node.ts'

export function eraserIdle(context: ToolContext): ToolNode {
  return {
    look: 'none',
    pointerDown(input) {
      if (!context.canDraw) return
      context.enter(context.acting === 'ink-eraser' ? 'ink-eraser.rubbing' : 'eraser.erasing', input)
    },
  }
}
