/** What a wheel or a trackpad asks of the board. Pure. */
import type { Point } from '#shared/board/geometry.ts'

export type WheelInput = Readonly<{
  deltaX: number
  deltaY: number
  /** As in WheelEvent: 0 px, 1 lines, 2 pages. */
  deltaMode: number
  /** Ctrl or Command; browsers also report a pinch on a trackpad as Ctrl and wheel. */
  ctrl: boolean
  shift: boolean
}>

export type WheelWish = Readonly<{ pan: Point }> | Readonly<{ zoomFactor: number }>

const pxByMode = [1, 16, 400] as const
/** A notch of a mouse wheel is some 100 px, a step of a pinch a few: neither may jump. */
const zoomDeltaMax = 25

export function wishOf({ deltaX, deltaY, deltaMode, ctrl, shift }: WheelInput): WheelWish {
  const px = pxByMode[deltaMode] ?? 1
  const x = deltaX * px
  const y = deltaY * px
  if (ctrl) return { zoomFactor: Math.exp(-Math.min(zoomDeltaMax, Math.max(-zoomDeltaMax, y)) / 100) }
  // A mouse has one wheel: with Shift it goes sideways. Some systems have turned it already.
  return { pan: shift && x === 0 ? { x: -y, y: 0 } : { x: -x, y: -y } }
}
