/** What is chosen turns around its middle; with Shift in steps of 15 degrees. */
import type { Point } from '#shared/board/geometry.ts'
import { middleOf, turned } from '#shared/board/place.ts'
import { lifting } from './lifting.ts'
import type { PointerInput, ToolContext, ToolNode } from './node.ts'
import { withContents } from './select-moving.ts'

const turnStep = 15

export function selectTurning(context: ToolContext): ToolNode {
  const { selection, lift } = context
  let around: Point = { x: 0, y: 0 }
  let first = 0
  let turnBefore = 0
  const angleOf = (input: PointerInput): number => {
    const { x, y } = context.toBoard(input)
    return (Math.atan2(y - around.y, x - around.x) * 180) / Math.PI
  }
  const follow = (input: PointerInput): void => {
    const turn = turnBefore + angleOf(input) - first
    const to = input.shift ? Math.round(turn / turnStep) * turnStep : turn
    lift.hold(withContents(context), turned(to - turnBefore, around))
  }
  return {
    look: 'grabbing',
    enter(input) {
      const frame = selection.frame()
      if (frame === null) return
      around = middleOf(frame)
      turnBefore = frame.turn
      first = angleOf(input)
    },
    ...lifting(context, follow),
  }
}
