/** The laser, waiting. */
import type { ToolContext, ToolNode } from './node.ts'

export function laserIdle(context: ToolContext): ToolNode {
  return {
    look: 'crosshair',
    pointerDown(input) {
      context.enter('laser.pointing', input)
    },
  }
}
