/** A handle of the frame is pulled. Shift keeps the proportions, Alt stretches from the middle. */
import type { Point } from '#shared/board/geometry.ts'
import { apply, matrixOf, stretched, toLocal, type Matrix, type Place } from '#shared/board/place.ts'
import type { PlacedHandle } from '../selection.ts'
import { toGrid } from '../snapping.ts'
import { lifting } from './lifting.ts'
import type { PointerInput, ToolContext, ToolNode } from './node.ts'

/** Nothing is pressed flatter than this part of what it was. */
const scaleMin = 0.002

export function selectStretching(context: ToolContext): ToolNode {
  const { selection, lift } = context
  let frame: Place | null = null
  let handle: Extract<PlacedHandle, { kind: 'stretch' }> | null = null
  /** Between the press and the handle itself. */
  let off: Point = { x: 0, y: 0 }
  let isProportional = false
  const follow = (input: PointerInput): void => {
    if (frame === null || handle === null) return
    const pointer = context.toBoard(input)
    const at = { x: pointer.x + off.x, y: pointer.y + off.y }
    const snapped = context.hasGrid && !input.ctrl && frame.turn === 0
    const to = snapped ? { x: toGrid(at.x), y: toGrid(at.y) } : at
    const isCorner = handle.x !== 0 && handle.y !== 0
    const keeps = input.shift || (isProportional && isCorner)
    lift.hold(selection.ids, stretchMatrix(frame, handle, to, { keeps, fromMiddle: input.alt }))
  }
  return {
    look: 'default',
    enter(input) {
      frame = selection.frame()
      const at = context.toBoard(input)
      const found = context.handleAt(at, input)
      if (found?.kind === 'stretch') handle = found
      if (handle !== null) off = { x: handle.at.x - at.x, y: handle.at.y - at.y }
      const { shapes } = selection
      const isTurned =
        shapes.length > 1 && shapes.some(({ place, kind }) => place.turn !== 0 || kind === 'text')
      isProportional = isTurned || shapes.every(({ kind }) => kind === 'text' || kind === 'image')
    },
    ...lifting(context, follow),
  }
}

/** What a frame becomes when one of its handles is pulled to a place of the board. */
export function stretchMatrix(
  frame: Place,
  handle: Readonly<{ x: number; y: number }>,
  to: Point,
  { keeps, fromMiddle }: Readonly<{ keeps: boolean; fromMiddle: boolean }>,
): Matrix {
  const { width, height } = frame
  const local = toLocal(frame, to)
  const anchor = fromMiddle
    ? { x: width / 2, y: height / 2 }
    : { x: ((1 - handle.x) * width) / 2, y: ((1 - handle.y) * height) / 2 }
  const own = { x: ((1 + handle.x) * width) / 2, y: ((1 + handle.y) * height) / 2 }
  let scaleX = handle.x === 0 || width === 0 ? 1 : (local.x - anchor.x) / (own.x - anchor.x)
  let scaleY = handle.y === 0 || height === 0 ? 1 : (local.y - anchor.y) / (own.y - anchor.y)
  if (keeps) {
    const scale =
      handle.x === 0
        ? Math.abs(scaleY)
        : handle.y === 0
          ? Math.abs(scaleX)
          : Math.max(Math.abs(scaleX), Math.abs(scaleY))
    scaleX = scale * (scaleX < 0 ? -1 : 1)
    scaleY = scale * (scaleY < 0 ? -1 : 1)
  }
  return stretched(notFlat(scaleX), notFlat(scaleY), apply(matrixOf(frame), anchor), frame.turn)
}

function notFlat(scale: number): number {
  return Math.abs(scale) < scaleMin ? (scale < 0 ? -scaleMin : scaleMin) : scale
}
