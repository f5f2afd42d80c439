/** An end of a line is moved, and holds on to what it is put on; or its middle is pulled, and it bends. */
import type { Figure } from '#shared/board/figure.ts'
import type { Point } from '#shared/board/geometry.ts'
import { bendThrough, type Binding, type Ends } from '#shared/board/place.ts'
import type { BoardShape } from '../board-doc.ts'
import { bindingAt } from './binding.ts'
import type { PlacedHandle } from '../selection.ts'
import { towards } from './line-drawing.ts'
import { lifting } from './lifting.ts'
import type { PointerInput, ToolContext, ToolNode } from './node.ts'

/** px of the viewport: a line that is nearly straight is straight. */
const straightBelow = 6

export function selectBending(context: ToolContext): ToolNode {
  const { lift, selection } = context
  let line: BoardShape | null = null
  let handle: Extract<PlacedHandle, { kind: 'end' }> | null = null
  const follow = (input: PointerInput): void => {
    const ends = line?.line?.ends
    if (line === null || ends === undefined || handle === null) return
    const at = context.toBoard(input)
    if (handle.end === 'middle') {
      const bend = bendThrough(ends.start, ends.end, at)
      lift.bend(line, { ...ends, bend: Math.abs(bend) * context.camera.zoom < straightBelow ? 0 : bend })
      return
    }
    const bound = input.ctrl ? null : bindingAt(context, at, line.id)
    context.setHints({ target: bound?.figure ?? null })
    lift.bend(line, movedEnd(ends, handle.end, at, bound, input))
  }
  return {
    look: 'crosshair',
    enter(input) {
      line = selection.shapes[0] ?? null
      const found = context.handleAt(context.toBoard(input), input)
      if (found?.kind === 'end') handle = found
    },
    ...lifting(context, follow),
    exit() {
      context.setHints({ target: null })
    },
  }
}

function movedEnd(
  ends: Ends,
  end: 'start' | 'end',
  at: Point,
  bound: Readonly<{ binding: Binding; figure: Figure }> | null,
  { shift }: PointerInput,
): Ends {
  const other = end === 'start' ? ends.end : ends.start
  const to = shift && bound === null ? towards(other, at) : at
  const binding = bound?.binding ?? null
  return end === 'start' ? { ...ends, start: to, startsAt: binding } : { ...ends, end: to, endsAt: binding }
}
