/** The hand, open. */
import type { ToolContext, ToolNode } from './node.ts'

export function handIdle(context: ToolContext): ToolNode {
  return {
    look: 'grab',
    pointerDown(input) {
      context.enter('hand.panning', input)
    },
  }
}
