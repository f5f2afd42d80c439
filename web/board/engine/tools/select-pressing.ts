/** A shape is pressed: let go, it is chosen; dragged, it moves. */
import type { BoardShape } from '../board-doc.ts'
import type { PointerInput, ToolContext, ToolNode } from './node.ts'
import { isDrag } from './select-idle.ts'

export function selectPressing(context: ToolContext): ToolNode {
  const { selection } = context
  let start: PointerInput | null = null
  let pressed: BoardShape | null = null
  let wasChosen = false
  return {
    look: 'move',
    enter(input) {
      start = input
      pressed = context.shapeAt(context.toBoard(input), input)
      if (pressed === null) return
      wasChosen = selection.ids.has(pressed.id)
      const unit = selection.unitOf(pressed)
      if (input.shift) selection.toggle(unit)
      else if (!wasChosen) {
        if (pressed.groups.length === 0) selection.clear()
        selection.set(unit)
      }
    },
    pointerMove(inputs) {
      const input = inputs.at(-1)
      if (input === undefined || start === null || !isDrag(start, input)) return
      if (!context.canDraw || selection.ids.size === 0) return
      context.enter('select.moving', start)
    },
    complete() {
      // Of several that are chosen, a press without Shift means this one.
      if (pressed !== null && wasChosen && start?.shift === false) selection.set(selection.unitOf(pressed))
      context.settle()
    },
    interrupt() {
      context.settle()
    },
    cancel() {
      context.settle()
    },
  }
}
