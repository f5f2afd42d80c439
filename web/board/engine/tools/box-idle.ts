/** A shape with corners, waiting. */
import type { ToolContext, ToolNode } from './node.ts'

export function boxIdle(context: ToolContext): ToolNode {
  return {
    look: 'crosshair',
    pointerDown(input) {
      if (context.canDraw) context.enter('box.drawing', input)
    },
  }
}
