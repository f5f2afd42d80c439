/** Where the field for a shape's text stands over the board, so that its words lie where they will be painted. */
import type { ShapeId } from '#shared/board/shape.ts'
import { toViewport } from './camera.ts'
import type { Editor } from './editor.ts'
import { layOut, lineHeight } from './letters.ts'
import { textWidth } from './words.ts'

export type TextField = Readonly<{
  id: ShapeId
  text: string
  /** CSS px of the middle of its box, from the board's corner. */
  x: number
  y: number
  width: number
  height: number
  /** Degrees. */
  turn: number
  textSize: number
  align: 'left' | 'center' | 'right'
  ink: number
  /** Words are broken at its width. */
  isWrapped: boolean
}>

/** px for the caret after the last letter. */
const caretRoom = 8
/** px above a frame where its name is written. */
const frameNameSize = 13

export function fieldOf({
  typing,
  letters,
  camera,
}: Pick<Editor, 'typing' | 'letters' | 'camera'>): TextField | null {
  const { figure } = typing
  if (figure === null) return null
  const { place, line, style, kind, text } = figure
  const isFrame = kind === 'frame'
  const textSize = isFrame ? frameNameSize : style.textSize
  const widthMax = isFrame ? null : textWidth(figure)
  const block = layOut(letters, text === '' ? ' ' : text, { textSize }, widthMax)
  const isWide = line === null && widthMax !== null
  const width = isWide ? widthMax : block.width + caretRoom
  const height = Math.max(block.height, textSize * lineHeight)
  const middle = isFrame
    ? { x: place.x + width / 2, y: place.y - frameNameSize }
    : { x: place.x + (kind === 'text' && !isWide ? width : place.width) / 2, y: place.y + place.height / 2 }
  const { x, y } = toViewport(camera, middle)
  const isCentred = line !== null || style.align === 'centre'
  return {
    id: figure.id,
    text,
    x,
    y,
    width: width * camera.zoom,
    height: height * camera.zoom,
    turn: place.turn,
    textSize: textSize * camera.zoom,
    align: isFrame ? 'left' : isCentred ? 'center' : style.align === 'end' ? 'right' : 'left',
    ink: kind === 'note' || isFrame ? 0 : style.ink,
    isWrapped: isWide,
  }
}
