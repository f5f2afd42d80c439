/** Two fingers hold the board: it moves and grows with them. */
import type { Point } from '#shared/board/geometry.ts'
import { cameraAt, toBoard } from '../camera.ts'
import type { ToolContext, ToolNode } from './node.ts'

/** Viewport px: fingers nearer than this do not zoom, since small movements would mean much. */
const spreadMin = 16

export function pinch(context: ToolContext): ToolNode {
  let held: Readonly<{ middle: Point; spread: number }> | null = null
  const finish = (): void => {
    context.settle()
  }
  return {
    look: 'grabbing',
    pinch(a, b) {
      const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
      const spread = Math.max(spreadMin, Math.hypot(a.x - b.x, a.y - b.y))
      if (held !== null) {
        const zoom = (context.camera.zoom * spread) / held.spread
        context.setCamera(cameraAt(toBoard(context.camera, held.middle), middle, zoom))
      }
      held = { middle, spread }
    },
    complete: finish,
    interrupt: finish,
    cancel: finish,
  }
}
