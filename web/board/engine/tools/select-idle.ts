/** Selecting, waiting: a press chooses, takes a handle, or begins to catch. */
import type { PlacedHandle } from '../selection.ts'
import type { PointerInput, PointerLook, ToolContext, ToolNode } from './node.ts'

export function selectIdle(context: ToolContext): ToolNode {
  let look: PointerLook = 'default'
  return {
    get look() {
      return look
    },
    hover(input) {
      const at = context.toBoard(input)
      const handle = context.handleAt(at, input)
      const next =
        handle !== null ? lookOf(handle, context) : context.shapeAt(at, input) !== null ? 'move' : 'default'
      if (next === look) return
      look = next
      context.setLook()
    },
    pointerDown(input) {
      const at = context.toBoard(input)
      const handle = context.handleAt(at, input)
      if (handle !== null) {
        context.enter(
          handle.kind === 'turn'
            ? 'select.turning'
            : handle.kind === 'stretch'
              ? 'select.stretching'
              : 'select.bending',
          input,
        )
      } else {
        context.enter(context.shapeAt(at, input) === null ? 'select.catching' : 'select.pressing', input)
      }
    },
    doubleClick(input) {
      const at = context.toBoard(input)
      const shape = context.shapeAt(at, input)
      if (shape !== null && context.selection.goInto(shape)) return
      context.edit(shape === null ? at : shape.id)
    },
  }
}

const looks = ['ew-resize', 'nwse-resize', 'ns-resize', 'nesw-resize'] as const

function lookOf(handle: PlacedHandle, { selection }: ToolContext): PointerLook {
  if (handle.kind === 'turn') return 'grab'
  if (handle.kind === 'end') return 'pointer'
  const turn = selection.frame()?.turn ?? 0
  const degrees = (Math.atan2(handle.y, handle.x) * 180) / Math.PI + turn
  return looks[((Math.round(degrees / 45) % 4) + 4) % 4] ?? 'default'
}

/** Whether the pointer has moved far enough to mean a drag. */
export function isDrag(from: PointerInput, to: PointerInput): boolean {
  return Math.hypot(to.x - from.x, to.y - from.y) >= (to.kind === 'mouse' ? 3 : 6)
}
