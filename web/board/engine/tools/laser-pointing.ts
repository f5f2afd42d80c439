/** The laser points: everybody sees where, and nothing stays. */
import { flatPressure } from '#shared/board/points.ts'
import type { InkPoint } from '../ink.ts'
import type { PointerInput, ToolContext, ToolNode } from './node.ts'

export function laserPointing(context: ToolContext): ToolNode {
  const { ink } = context
  const onBoard = (input: PointerInput): InkPoint => ({ ...context.toBoard(input), pressure: flatPressure })
  const finish = (): void => {
    ink.fade()
    context.settle()
  }
  return {
    look: 'crosshair',
    enter(input) {
      const style = { ink: 2, width: Math.max(1, Math.min(64, Math.round(5 / context.camera.zoom))) }
      ink.begin(onBoard(input), {
        style,
        kind: 'laser',
        hasPressure: false,
        spacing: 1 / context.camera.zoom,
      })
    },
    pointerMove(inputs, predicted) {
      ink.extend(inputs.map(onBoard), predicted.map(onBoard))
    },
    complete: finish,
    interrupt: finish,
    cancel: finish,
  }
}
