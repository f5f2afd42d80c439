/**
 * Paints a picture in its place; a frame of the same size while it is not here; and the marks of those that this device
 * has not brought yet, which lie over the board and stay upright and as large at every zoom.
 */
import {
  compose,
  cornersOf,
  matrixOf,
  middleOf,
  stretched,
  type Matrix,
  type Place,
} from '#shared/board/place.ts'
import type { Point } from '#shared/board/geometry.ts'
import type { Bringing } from '../board-pictures.ts'
import type { Surface } from './painter.ts'
import type { Theme } from './theme.ts'

export type PictureLook =
  | Readonly<{ kind: 'here'; image: CanvasImageSource }>
  /** Its bytes are not here, or not yet. */
  | Readonly<{ kind: 'coming' }>
  /** They are, and are no picture. */
  | Readonly<{ kind: 'broken' }>

export type PictureMark = Readonly<{ place: Place; bringing: Bringing }>

type Look = Readonly<{ toDevice: (matrix: Matrix) => void; zoom: number; theme: Theme }>

/** CSS px of the sign in an empty frame, and how much of a small frame it may take. */
const signSide = 40
const signPart = 0.45
const frameRadius = 6
/** CSS px of a mark, and between it and the picture's corner. */
const markRadius = 11
const markInset = 8

/** The surface is in the plane of the board, and as opaque as the picture is. */
export function paintPicture(
  surface: Surface,
  place: Place,
  look: PictureLook,
  { toDevice, zoom, theme }: Look,
): void {
  const { width, height, isFlippedX, isFlippedY } = place
  const plane = matrixOf(place)
  if (look.kind === 'here') {
    const middle = { x: width / 2, y: height / 2 }
    const isFlipped = isFlippedX || isFlippedY
    const flip = stretched(isFlippedX ? -1 : 1, isFlippedY ? -1 : 1, middle)
    toDevice(isFlipped ? compose(plane, flip) : plane)
    surface.drawImage(look.image, 0, 0, width, height)
    return
  }
  toDevice(plane)
  const { globalAlpha } = surface
  const line = 1 / zoom
  surface.fillStyle = theme.text
  surface.globalAlpha = globalAlpha * 0.1
  surface.beginPath()
  surface.roundRect(0, 0, width, height, Math.min(frameRadius, width / 6, height / 6))
  surface.fill()
  surface.globalAlpha = globalAlpha * 0.35
  surface.strokeStyle = theme.text
  surface.lineWidth = line
  surface.beginPath()
  surface.roundRect(
    line / 2,
    line / 2,
    Math.max(0, width - line),
    Math.max(0, height - line),
    Math.min(frameRadius, width / 6, height / 6),
  )
  surface.stroke()
  const side = Math.min(signSide / zoom, signPart * Math.min(width, height))
  surface.globalAlpha = globalAlpha * 0.7
  paintSign(surface, { x: (width - side) / 2, y: (height - side) / 2 }, side, look.kind === 'broken')
}

/** Hills and a sun in a frame; struck through where there will be no picture. */
function paintSign(surface: Surface, { x, y }: Point, side: number, isBroken: boolean): void {
  const at = (u: number, v: number): [number, number] => [x + u * side, y + v * side]
  surface.lineWidth = side / 14
  surface.beginPath()
  surface.roundRect(...at(0.06, 0.12), 0.88 * side, 0.76 * side, 0.12 * side)
  surface.stroke()
  surface.beginPath()
  surface.moveTo(...at(0.1, 0.8))
  surface.lineTo(...at(0.4, 0.48))
  surface.lineTo(...at(0.6, 0.68))
  surface.lineTo(...at(0.72, 0.56))
  surface.lineTo(...at(0.92, 0.74))
  surface.stroke()
  surface.beginPath()
  surface.roundRect(...at(0.62, 0.26), 0.14 * side, 0.14 * side, 0.07 * side)
  surface.stroke()
  if (!isBroken) return
  surface.beginPath()
  surface.moveTo(...at(-0.04, 0))
  surface.lineTo(...at(1.04, 1))
  surface.stroke()
}

/** The surface is in CSS px of the viewport. */
export function paintMark(
  surface: Surface,
  { place, bringing }: PictureMark,
  at: (point: Point) => Point,
  theme: Theme,
): void {
  const { x, y } = markPlace(place, at)
  surface.globalAlpha = 1
  surface.fillStyle = theme.background
  surface.strokeStyle = bringing.kind === 'failed' ? theme.bad : theme.text
  surface.lineWidth = 1.5
  surface.beginPath()
  surface.arc(x, y, markRadius, 0, 2 * Math.PI)
  surface.fill()
  if (bringing.kind === 'sending') {
    surface.globalAlpha = 0.25
    circle(surface, x, y, markRadius - 4, 1)
    surface.globalAlpha = 1
    surface.strokeStyle = theme.accent
    surface.lineWidth = 2.5
    circle(surface, x, y, markRadius - 4, Math.max(0.04, bringing.part))
    return
  }
  circle(surface, x, y, markRadius - 4, 1)
  surface.beginPath()
  if (bringing.kind === 'waiting') {
    // The hands of a clock.
    surface.moveTo(x, y - 4)
    surface.lineTo(x, y)
    surface.lineTo(x + 3, y + 1.5)
  } else {
    surface.moveTo(x, y - 4)
    surface.lineTo(x, y + 0.5)
    surface.moveTo(x, y + 3.5)
    surface.lineTo(x, y + 3.6)
  }
  surface.stroke()
}

function circle(surface: Surface, x: number, y: number, radius: number, part: number): void {
  surface.beginPath()
  surface.arc(x, y, radius, -Math.PI / 2, (2 * part - 0.5) * Math.PI)
  surface.stroke()
}

/** Within the corner that is lowest on the right; in the middle of what is too small for that. */
function markPlace(place: Place, at: (point: Point) => Point): Point {
  const corners = cornersOf(place).map(at)
  const middle = at(middleOf(place))
  const corner = corners.reduce((a, b) => (b.x + b.y > a.x + a.y ? b : a))
  const away = { x: middle.x - corner.x, y: middle.y - corner.y }
  const inset = markRadius + markInset
  if (Math.abs(away.x) < inset || Math.abs(away.y) < inset) return middle
  return { x: corner.x + Math.sign(away.x) * inset, y: corner.y + Math.sign(away.y) * inset }
}
