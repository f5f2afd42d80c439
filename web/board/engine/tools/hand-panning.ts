/** The hand, holding the board: it follows. */
import type { Point } from '#shared/board/geometry.ts'
import { movedBy } from '../camera.ts'
import type { ToolContext, ToolNode } from './node.ts'

export function handPanning(context: ToolContext): ToolNode {
  let last: Point | null = null
  const finish = (): void => {
    context.settle()
  }
  return {
    look: 'grabbing',
    enter(input) {
      last = input
    },
    pointerMove(inputs) {
      const next = inputs.at(-1)
      if (next === undefined || last === null) return
      context.setCamera(movedBy(context.camera, next.x - last.x, next.y - last.y))
      last = next
    },
    complete: finish,
    interrupt: finish,
    cancel: finish,
  }
}
