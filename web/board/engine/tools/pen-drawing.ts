/** The pen, drawing one stroke. */
import { flatPressure } from '#shared/board/points.ts'
import type { InkPoint } from '../ink.ts'
import { toBoard } from '../camera.ts'
import type { PointerInput, ToolContext, ToolNode } from './node.ts'

/** Viewport px: points nearer than this to the one before are not kept. */
const spacing = 0.75

export function penDrawing(context: ToolContext): ToolNode {
  const { ink } = context
  const onBoard = (input: PointerInput): InkPoint => ({
    ...toBoard(context.camera, input),
    pressure: input.pressure,
  })
  const finish = (): void => {
    ink.commit()
    context.settle()
  }
  return {
    look: 'draw',
    enter(input) {
      const canFeel = input.kind === 'pen' && input.pressure > 0 && input.pressure !== flatPressure
      ink.begin(onBoard(input), context.style, canFeel, spacing / context.camera.zoom)
    },
    pointerMove(inputs, predicted) {
      ink.extend(inputs.map(onBoard), predicted.map(onBoard))
    },
    complete: finish,
    interrupt: finish,
    cancel() {
      ink.drop()
      context.settle()
    },
  }
}
