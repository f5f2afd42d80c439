/**
 * The words in a figure: how much room they take, and where they are.
 *
 * A text is as large as its words are on this page, whatever is written of its place: two may have written in it at
 * once, its letters may have been made larger, and elsewhere letters have other widths.
 */
import { withPlace, type Figure } from '#shared/board/figure.ts'
import { boxOfPoints, unionBox, type Box, type Point } from '#shared/board/geometry.ts'
import { boxOf } from '#shared/board/outline.ts'
import { cornersOf, middleOf } from '#shared/board/place.ts'
import { flatPressure } from '#shared/board/points.ts'
import { layOut, type Letters } from './letters.ts'

/** px between a box and the words in it. */
export const textPadding = 12
/** px between the words of a line and the line. */
export const labelPadding = { x: 6, y: 2 } as const
/** Letters reach beyond their width, and those of a font that comes late are a little wider: by this of their size. */
const slack = 0.25

/** The width that the words of a figure may take, or null where they make it. */
export function textWidth({ kind, place, line, style }: Figure): number | null {
  if (line !== null) return 16 * style.textSize
  if (kind === 'text') return place.isFixed ? place.width : null
  const inner = kind === 'ellipse' || kind === 'diamond' ? place.width * 0.7 : place.width
  return Math.max(style.textSize, inner - 2 * textPadding)
}

/** A text, as large as its words; it keeps its top, and the side to which they are aligned. Others as they are. */
export function withWordsFitted(letters: Letters, figure: Figure): Figure {
  const { kind, place, text, style } = figure
  if (kind !== 'text') return figure
  const block = layOut(letters, text, style, textWidth(figure))
  const width = place.isFixed ? place.width : block.width
  if (width === place.width && block.height === place.height) return figure
  const part = style.align === 'start' ? 0 : style.align === 'centre' ? 0.5 : 1
  return withPlace(figure, {
    ...place,
    x: place.x + part * (place.width - width),
    width,
    height: block.height,
  })
}

/** A text as large as its words; another box at least as high as they need. Lines and frames as they are. */
export function withRoomForWords(letters: Letters, figure: Figure): Figure {
  const { kind, place, text, style, line } = figure
  if (line !== null || kind === 'frame') return figure
  if (kind === 'text') return withWordsFitted(letters, figure)
  const block = layOut(letters, text, style, textWidth(figure))
  const needed =
    (kind === 'rectangle' || kind === 'note' ? block.height : block.height / 0.7) + 2 * textPadding
  return needed <= place.height ? figure : withPlace(figure, { ...place, height: needed })
}

/** The middle of a line, where its words are; null for what is none. */
export function middleOfLineWords({ line }: Figure): Point | null {
  if (line === null) return null
  const { from, by, to } = line.curve
  return { x: (from.x + 2 * by.x + to.x) / 4, y: (from.y + 2 * by.y + to.y) / 4 }
}

/** The box around all that is painted of a figure, its words too, which may be longer than their shape is high. */
export function paintedBox(letters: Letters, figure: Figure): Box {
  const { kind, text, style, place } = figure
  const box = boxOf(figure)
  // A frame's name is cut; a picture's words are not seen.
  if (text === '' || kind === 'frame' || kind === 'image') return box
  const block = layOut(letters, text, style, textWidth(figure))
  const [width, height] = [block.width + 2 * labelPadding.x, block.height + 2 * labelPadding.y]
  const { x, y } = middleOfLineWords(figure) ?? middleOf(place)
  const around = {
    ...place,
    x: x - width / 2,
    y: y - height / 2,
    width,
    height,
    turn: figure.line === null ? place.turn : 0,
  }
  const corners = cornersOf(around).flatMap((at) => [at.x, at.y, flatPressure])
  return unionBox(box, boxOfPoints(corners, style.textSize * slack))
}
