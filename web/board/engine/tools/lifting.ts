/** What is the same in every gesture that lifts what is chosen. */
import type { PointerInput, ToolContext, ToolNode } from './node.ts'

/** It follows the newest sample, and is put down at the end, or back where it was when that is given up. */
export function lifting(
  context: ToolContext,
  follow: (input: PointerInput) => void,
  putDown = (): void => void context.act(context.lift.release()),
): Pick<ToolNode, 'pointerMove' | 'complete' | 'interrupt' | 'cancel'> {
  const finish = (): void => {
    putDown()
    context.settle()
  }
  return {
    pointerMove(inputs) {
      const input = inputs.at(-1)
      if (input !== undefined) follow(input)
    },
    complete: finish,
    interrupt: finish,
    cancel() {
      context.lift.drop()
      context.settle()
    },
  }
}
