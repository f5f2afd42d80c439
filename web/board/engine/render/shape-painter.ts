/**
 * Paints one figure in its own plane: ink, edges, fills, heads, words.
 *
 * Invariant: a path is made once for a figure of a size, however often it is moved, turned or painted.
 */
import { inkPlace, type Figure } from '#shared/board/figure.ts'
import { headLength, inkToPlace } from '#shared/board/outline.ts'
import { apply, matrixOf, type Matrix } from '#shared/board/place.ts'
import { pointStride, unpackPoints } from '#shared/board/points.ts'
import type { FileHash } from '#shared/files/file.ts'
import type { ShapeRow } from '#shared/board/shape.ts'
import { layOut, lineHeight, type Letters, type TextBlock } from '../letters.ts'
import { labelPadding, middleOfLineWords, textPadding, textWidth } from '../words.ts'
import { traceInk, traceLine, type InkLine } from './ink-path.ts'
import type { Surface } from './painter.ts'
import { paintPicture, type PictureLook } from './picture-painter.ts'
import type { Theme } from './theme.ts'

/** Below this zoom the thickness of ink is not to be told: plain lines of fewer points do. */
const plainZoomMax = 0.5
/** Viewport px between the points of a plain line. */
const plainSpacing = 1.5
/** Letters smaller than this in the viewport are only grey. */
const legibleMin = 4
const highlightOpacity = 0.4
const cornerRadius = 12
const frameNameSize = 13
/** How much wider bold letters are. */
const boldness = 1.08

type Cached = Readonly<{ key: string; path: Path2D }>

export class ShapePainter {
  readonly #newPath: () => Path2D
  readonly #letters: Letters
  readonly #lookOf: (hash: FileHash) => PictureLook
  /** Rows never change: a row's path holds as long as its size. */
  readonly #paths = new WeakMap<ShapeRow, Cached>()
  readonly #plainPaths = new WeakMap<ShapeRow, Cached & Readonly<{ zoom: number }>>()
  readonly #blocks = new WeakMap<ShapeRow, Readonly<{ key: string; block: TextBlock }>>()

  constructor(newPath: () => Path2D, letters: Letters, lookOf: (hash: FileHash) => PictureLook) {
    this.#newPath = newPath
    this.#letters = letters
    this.#lookOf = lookOf
  }

  /** `toDevice` brings the board onto the surface. `isBare` leaves the words to a field that stands there. */
  paint(
    surface: Surface,
    figure: Figure,
    {
      toDevice,
      zoom,
      theme,
      opacity,
      isBare,
    }: Readonly<{
      toDevice: (matrix: Matrix) => void
      zoom: number
      theme: Theme
      opacity: number
      isBare: boolean
    }>,
  ): void {
    const { style, row, line, kind } = figure
    const shade = opacity * (style.opacity / 100)
    surface.globalAlpha = kind === 'highlight' ? shade * highlightOpacity : shade
    const colour = theme.inks[style.ink] ?? theme.text
    toDevice(line === null ? matrixOf(figure.place) : [1, 0, 0, 1, 0, 0])
    if (row.k === 'image') {
      // Its text describes it, for those who do not see it.
      paintPicture(surface, figure.place, this.#lookOf(row.b), { toDevice, zoom, theme })
      return
    }
    if ('p' in row) this.#paintInk(surface, figure, row.p, zoom, colour)
    else if (line !== null) this.#paintLine(surface, figure, colour)
    else if (kind !== 'text') this.#paintBox(surface, figure, colour, theme)
    setDash(surface, figure, true)
    surface.globalAlpha = shade
    if (!isBare && kind === 'frame') paintFrameName(surface, figure, theme, this.#letters)
    else if (!isBare && figure.text !== '') this.#paintText(surface, figure, zoom, colour, theme)
  }

  #paintInk(surface: Surface, figure: Figure, packed: Uint8Array, zoom: number, colour: string): void {
    const { kind, style } = figure
    if (kind === 'highlight' || zoom < plainZoomMax) {
      surface.strokeStyle = colour
      surface.lineWidth = style.width
      surface.stroke(this.#plainPath(figure, packed, kind === 'highlight' ? 2 : zoom))
      return
    }
    surface.fillStyle = colour
    const key = sizeKey(figure)
    surface.fill(this.#cached(figure, key, () => traceInk(this.#newPath(), inkLine(figure, packed), true)))
  }

  /** Good for this zoom and up to half of it: a path with too many points only costs time. */
  #plainPath(figure: Figure, packed: Uint8Array, zoom: number): Path2D {
    const key = sizeKey(figure)
    const known = this.#plainPaths.get(figure.row)
    if (known?.key === key && zoom <= known.zoom && zoom > known.zoom / 2) return known.path
    const path = traceLine(this.#newPath(), inkLine(figure, packed).values, plainSpacing / zoom)
    this.#plainPaths.set(figure.row, { key, zoom, path })
    return path
  }

  #paintBox(surface: Surface, figure: Figure, colour: string, theme: Theme): void {
    const { kind, style } = figure
    const path = this.#cached(figure, sizeKey(figure), () => traceBox(this.#newPath(), figure))
    const { globalAlpha } = surface
    if (kind === 'note' || style.fill !== 'none') {
      surface.fillStyle = kind === 'note' || style.fill === 'tint' ? theme.background : colour
      surface.fill(path)
      if (kind === 'note' || style.fill === 'tint') {
        surface.globalAlpha = globalAlpha * (kind === 'note' ? 0.32 : 0.16)
        surface.fillStyle = colour
        surface.fill(path)
        surface.globalAlpha = globalAlpha
      }
    }
    if (kind === 'note') return
    surface.strokeStyle = colour
    surface.lineWidth = style.width
    setDash(surface, figure)
    surface.stroke(path)
  }

  #paintLine(surface: Surface, figure: Figure, colour: string): void {
    const { line, style } = figure
    if (line === null) return
    const { from, by, to } = line.curve
    surface.strokeStyle = colour
    surface.lineWidth = style.width
    setDash(surface, figure)
    surface.beginPath()
    surface.moveTo(from.x, from.y)
    surface.quadraticCurveTo(by.x, by.y, to.x, to.y)
    surface.stroke()
    setDash(surface, figure, true)
    if (style.heads === 'end' || style.heads === 'both') paintHead(surface, by, to, from, style.width)
    if (style.heads === 'start' || style.heads === 'both') paintHead(surface, by, from, to, style.width)
  }

  #paintText(surface: Surface, figure: Figure, zoom: number, colour: string, theme: Theme): void {
    const { style, kind, line, place } = figure
    const block = this.#blockOf(figure)
    const size = style.textSize
    const middle = middleOfLineWords(figure)
    const width = middle === null ? place.width : block.width
    const x = middle === null ? 0 : middle.x - block.width / 2
    const top = middle === null ? (place.height - block.height) / 2 : middle.y - block.height / 2
    if (middle !== null) {
      surface.fillStyle = theme.background
      surface.beginPath()
      const { x: padX, y: padY } = labelPadding
      surface.roundRect(x - padX, top - padY, block.width + 2 * padX, block.height + 2 * padY, padX)
      surface.fill()
    }
    const isOnInk = style.fill === 'solid' && kind !== 'note' && kind !== 'text' && line === null
    surface.fillStyle = isOnInk ? theme.background : kind === 'note' ? (theme.inks[0] ?? theme.text) : colour
    if (size * zoom < legibleMin) {
      surface.globalAlpha *= 0.35
      surface.fillRect(x + (width - block.width) / 2, top, block.width, block.height)
      return
    }
    surface.font = `${String(size)}px ${theme.font}`
    surface.textBaseline = 'middle'
    const padding = kind === 'text' || line !== null ? 0 : textPadding
    const align = line !== null ? 'centre' : style.align
    surface.textAlign = align === 'start' ? 'left' : align === 'end' ? 'right' : 'center'
    const at = align === 'start' ? x + padding : align === 'end' ? x + width - padding : x + width / 2
    block.lines.forEach((words, row) => {
      surface.fillText(words, at, top + (row + 0.5) * size * lineHeight)
    })
    surface.textAlign = 'left'
  }

  #blockOf(figure: Figure): TextBlock {
    const width = textWidth(figure)
    const key = `${String(width)} ${String(figure.style.textSize)} ${figure.text}`
    const known = this.#blocks.get(figure.row)
    if (known?.key === key) return known.block
    const block = layOut(this.#letters, figure.text, figure.style, width)
    this.#blocks.set(figure.row, { key, block })
    return block
  }

  #cached({ row }: Figure, key: string, make: () => Path2D): Path2D {
    const known = this.#paths.get(row)
    if (known?.key === key) return known.path
    const path = make()
    this.#paths.set(row, { key, path })
    return path
  }
}

/** Everything a figure's path depends on beside its row. */
function sizeKey({ place, style }: Figure): string {
  const flips = (place.isFlippedX ? 1 : 0) + (place.isFlippedY ? 2 : 0)
  return `${String(place.width)} ${String(place.height)} ${String(flips)} ${String(style.width)}`
}

/** A stroke's points in the plane of its place. */
function inkLine({ place, style }: Figure, packed: Uint8Array): InkLine {
  const points = unpackPoints(packed)
  const home = inkPlace(packed)
  if (points === null || home === null) return { values: [], width: style.width, hasPressure: false }
  const { values, hasPressure } = points
  const matrix = inkToPlace(home, place)
  const moved = new Float32Array(values)
  for (let i = 0; i < moved.length; i += pointStride) {
    const { x, y } = apply(matrix, { x: values[i] ?? 0, y: values[i + 1] ?? 0 })
    moved[i] = x
    moved[i + 1] = y
  }
  return { values: moved, width: style.width, hasPressure }
}

function traceBox(path: Path2D, { kind, place: { width, height } }: Figure): Path2D {
  if (kind === 'ellipse') path.ellipse(width / 2, height / 2, width / 2, height / 2, 0, 0, 2 * Math.PI)
  else if (kind === 'diamond') {
    path.moveTo(width / 2, 0)
    path.lineTo(width, height / 2)
    path.lineTo(width / 2, height)
    path.lineTo(0, height / 2)
    path.closePath()
  } else
    path.roundRect(0, 0, width, height, kind === 'note' ? 4 : Math.min(cornerRadius, width / 6, height / 6))
  return path
}

function setDash(surface: Surface, { style: { dash, width } }: Figure, isOff = false): void {
  if (dash === 'solid') return
  const pattern = dash === 'dashed' ? [width * 3, width * 2.5] : [0.01, width * 2]
  surface.setLineDash(isOff ? [] : pattern)
}

/** Two barbs at a line's end, along the way it came. */
function paintHead(
  surface: Surface,
  by: Readonly<{ x: number; y: number }>,
  tip: Readonly<{ x: number; y: number }>,
  other: Readonly<{ x: number; y: number }>,
  width: number,
): void {
  const isStraight = Math.hypot(tip.x - by.x, tip.y - by.y) < 1
  const from = isStraight ? other : by
  const angle = Math.atan2(tip.y - from.y, tip.x - from.x)
  const length = Math.min(headLength(width), Math.hypot(tip.x - other.x, tip.y - other.y) / 2 + width)
  surface.beginPath()
  for (const side of [-1, 1]) {
    const barb = angle + Math.PI + side * 0.5
    surface.moveTo(tip.x + length * Math.cos(barb), tip.y + length * Math.sin(barb))
    surface.lineTo(tip.x, tip.y)
  }
  surface.stroke()
}

/** As much of it as the frame is wide. */
function paintFrameName(surface: Surface, { text, place }: Figure, theme: Theme, letters: Letters): void {
  const [name = ''] = text.split('\n')
  if (name === '') return
  const linesOf = (width: number): readonly string[] =>
    layOut(letters, name, { textSize: frameNameSize * boldness }, width).lines
  const isWhole = linesOf(place.width).length === 1
  surface.font = `600 ${String(frameNameSize)}px ${theme.font}`
  surface.textBaseline = 'middle'
  surface.fillStyle = theme.text
  const shown = isWhole ? name : `${linesOf(place.width - frameNameSize)[0] ?? ''}…`
  surface.fillText(shown, 2, -frameNameSize)
}
