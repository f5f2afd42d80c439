/** A line or an arrow, waiting. */
import { bindingAt } from './binding.ts'
import type { ToolContext, ToolNode } from './node.ts'

export function lineIdle(context: ToolContext): ToolNode {
  return {
    look: 'crosshair',
    hover(input) {
      context.setHints({ target: bindingAt(context, context.toBoard(input), null)?.figure ?? null })
    },
    pointerDown(input) {
      if (context.canDraw) context.enter('line.drawing', input)
    },
    exit() {
      context.setHints({ target: null })
    },
  }
}
