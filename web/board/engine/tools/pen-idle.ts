/** The pen, waiting. */
import type { ToolContext, ToolNode } from './node.ts'

export function penIdle(context: ToolContext): ToolNode {
  return {
    look: 'draw',
    pointerDown(input) {
      if (context.canDraw) context.enter('pen.drawing', input)
    },
  }
}
