/** The pen or the highlighter, waiting. */
import type { ToolContext, ToolNode } from './node.ts'

export function penIdle(context: ToolContext): ToolNode {
  return {
    look: 'crosshair',
    pointerDown(input) {
      if (context.canDraw) context.enter('pen.drawing', input)
    },
  }
}
