/**
 * Paints the board's three layers: shapes; ink that runs and shapes in somebody's hand; and what floats above (what is
 * chosen, cursors, the eraser).
 *
 * It knows a drawing context and nothing of the page. Invariant: only shapes whose boxes meet the view are painted,
 * bottom to top.
 */
import type { Figure } from '#shared/board/figure.ts'
import type { Box, Point } from '#shared/board/geometry.ts'
import { cornersOf, type Matrix, type Place } from '#shared/board/place.ts'
import type { FileHash } from '#shared/files/file.ts'
import type { InkKind, ShapeId } from '#shared/board/shape.ts'
import type { InkStyle } from '#shared/board/style.ts'
import type { BoardDoc } from '../board-doc.ts'
import { toViewport, viewBox, type Camera, type Size } from '../camera.ts'
import type { Letters } from '../letters.ts'
import type { PlacedHandle } from '../selection.ts'
import type { Guide } from '../snapping.ts'
import { traceLine } from './ink-path.ts'
import { paintMark, type PictureLook, type PictureMark } from './picture-painter.ts'
import { RunningInk } from './running-ink.ts'
import { ShapePainter } from './shape-painter.ts'
import type { Theme } from './theme.ts'

/** The part of CanvasRenderingContext2D that is used. */
export type Surface = Pick<
  CanvasRenderingContext2D,
  | 'setTransform'
  | 'clearRect'
  | 'fill'
  | 'fillRect'
  | 'strokeRect'
  | 'stroke'
  | 'beginPath'
  | 'moveTo'
  | 'lineTo'
  | 'quadraticCurveTo'
  | 'closePath'
  | 'arc'
  | 'roundRect'
  | 'fillText'
  | 'measureText'
  | 'drawImage'
  | 'setLineDash'
  | 'fillStyle'
  | 'strokeStyle'
  | 'globalAlpha'
  | 'lineWidth'
  | 'lineCap'
  | 'lineJoin'
  | 'font'
  | 'textAlign'
  | 'textBaseline'
>

export type View = Readonly<{
  camera: Camera
  size: Size
  /** Device px for each CSS px. */
  pixelRatio: number
}>

/** A stroke that is not in the document yet. */
export type LooseInk = Readonly<{
  style: InkStyle
  kind: InkKind | 'laser'
  /** The same list for as long as it grows. */
  values: ArrayLike<number>
  hasPressure: boolean
  /** Where the pen probably is by now. */
  predicted?: ArrayLike<number>
}>

export type NamedCursor = Readonly<{ at: Point; name: string; colour: string; opacity: number }>

/** What is not painted where the document has it. */
export type Absent = Readonly<{
  /** About to go. */
  faded: ReadonlySet<ShapeId>
  /** In somebody's hand, or under the ink eraser. */
  lifted: ReadonlyMap<ShapeId, unknown>
  /** Its words are in a field over the board. */
  writingIn: ShapeId | null
}>

export type Overlay = Readonly<{
  /** The edges of what is chosen. */
  chosen: readonly Place[]
  /** The frame around several. */
  frame: Place | null
  handles: readonly PlacedHandle[]
  marquee: Box | null
  target: Place | null
  guides: readonly Guide[]
  /** Of pictures that are not brought yet. */
  marks: readonly PictureMark[]
  cursors: readonly NamedCursor[]
  /** Where the eraser's ring is, in the viewport. */
  eraser: Readonly<{ at: Point; radius: number }> | null
}>

/** How much is left to see of a shape that is about to go. */
const fadedOpacity = 0.25
const handleRadius = 5
/** CSS px of a cursor's label. */
const label = { size: 12, padX: 7, height: 20, dx: 10, dy: 16, radius: 8 } as const

export class Painter {
  readonly #newPath: () => Path2D
  readonly #shapes: ShapePainter
  readonly #running: RunningInk<Path2D>

  constructor(newPath: () => Path2D, letters: Letters, lookOf: (hash: FileHash) => PictureLook) {
    this.#newPath = newPath
    this.#shapes = new ShapePainter(newPath, letters, lookOf)
    this.#running = new RunningInk(newPath)
  }

  paintShapes(
    surface: Surface,
    view: View,
    doc: Pick<BoardDoc, 'shapesIn'>,
    absent: Absent,
    theme: Theme,
  ): void {
    clear(surface, view)
    for (const shape of doc.shapesIn(viewBox(view.camera, view.size))) {
      if (absent.lifted.has(shape.id)) continue
      const opacity = absent.faded.has(shape.id) ? fadedOpacity : 1
      this.#paintFigure(surface, view, shape, theme, opacity, shape.id === absent.writingIn)
    }
    surface.globalAlpha = 1
  }

  /** One shape over what is painted already. */
  paintOver(surface: Surface, view: View, shape: Figure, theme: Theme): void {
    this.#paintFigure(surface, view, shape, theme, 1, false)
    surface.globalAlpha = 1
  }

  /** Figures in their order, and over them ink. */
  paintLoose(
    surface: Surface,
    view: View,
    figures: readonly Figure[],
    strokes: readonly LooseInk[],
    theme: Theme,
  ): void {
    clear(surface, view)
    for (const figure of figures) this.#paintFigure(surface, view, figure, theme, 1, false)
    toBoardPlane(surface, view, [1, 0, 0, 1, 0, 0])
    for (const { style, kind, values, hasPressure, predicted = [] } of strokes) {
      if (values.length === 0) continue
      const colour = theme.inks[style.ink] ?? theme.text
      surface.globalAlpha = kind === 'highlight' ? 0.4 : 1
      if (kind === 'highlight') {
        surface.strokeStyle = colour
        surface.lineWidth = style.width
        surface.stroke(traceLine(this.#newPath(), values, 0))
      } else {
        surface.fillStyle = colour
        const line = { values, width: style.width, hasPressure }
        for (const path of this.#running.paths(line, predicted)) surface.fill(path)
      }
    }
    surface.globalAlpha = 1
  }

  paintOverlay(surface: Surface, view: View, overlay: Overlay, theme: Theme): void {
    clear(surface, view)
    const at = (point: Point): Point => toViewport(view.camera, point)
    for (const mark of overlay.marks) paintMark(surface, mark, at, theme)
    surface.strokeStyle = theme.accent
    surface.lineWidth = 1.5
    for (const place of overlay.chosen) strokePlace(surface, place, at)
    if (overlay.frame !== null) strokePlace(surface, overlay.frame, at)
    if (overlay.target !== null) {
      surface.lineWidth = 3
      strokePlace(surface, overlay.target, at)
    }
    surface.lineWidth = 1
    for (const { from, to } of overlay.guides) {
      const [a, b] = [at(from), at(to)]
      surface.beginPath()
      surface.moveTo(a.x, a.y)
      surface.lineTo(b.x, b.y)
      surface.stroke()
    }
    for (const handle of overlay.handles) paintHandle(surface, at(handle.at), handle, theme)
    if (overlay.marquee !== null) paintMarquee(surface, overlay.marquee, at, theme)
    if (overlay.eraser !== null) {
      surface.beginPath()
      surface.arc(overlay.eraser.at.x, overlay.eraser.at.y, overlay.eraser.radius, 0, 2 * Math.PI)
      surface.strokeStyle = theme.text
      surface.lineWidth = 1.5
      surface.stroke()
    }
    for (const cursor of overlay.cursors) paintCursor(surface, at(cursor.at), cursor, theme)
    surface.globalAlpha = 1
  }

  #paintFigure(
    surface: Surface,
    view: View,
    figure: Figure,
    theme: Theme,
    opacity: number,
    isBare: boolean,
  ): void {
    this.#shapes.paint(surface, figure, {
      toDevice: (matrix) => {
        toBoardPlane(surface, view, matrix)
      },
      zoom: view.camera.zoom,
      theme,
      opacity,
      isBare,
    })
  }
}

function clear(surface: Surface, { size, pixelRatio }: View): void {
  surface.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0)
  surface.clearRect(0, 0, size.width, size.height)
  surface.lineCap = 'round'
  surface.lineJoin = 'round'
}

/** From a plane on the board, which the matrix brings onto it, to the surface. */
function toBoardPlane(surface: Surface, { camera, pixelRatio }: View, [a, b, c, d, e, f]: Matrix): void {
  const scale = camera.zoom * pixelRatio
  surface.setTransform(
    scale * a,
    scale * b,
    scale * c,
    scale * d,
    scale * (e - camera.x),
    scale * (f - camera.y),
  )
}

function strokePlace(surface: Surface, place: Place, at: (point: Point) => Point): void {
  surface.beginPath()
  cornersOf(place).forEach((corner, index) => {
    const { x, y } = at(corner)
    if (index === 0) surface.moveTo(x, y)
    else surface.lineTo(x, y)
  })
  surface.closePath()
  surface.stroke()
}

function paintHandle(surface: Surface, { x, y }: Point, handle: PlacedHandle, theme: Theme): void {
  surface.fillStyle = theme.background
  surface.strokeStyle = theme.accent
  surface.lineWidth = 1.5
  surface.beginPath()
  if (handle.kind === 'stretch') surface.roundRect(x - 4.5, y - 4.5, 9, 9, 2.5)
  else surface.arc(x, y, handle.kind === 'end' && handle.end === 'middle' ? 4 : handleRadius, 0, 2 * Math.PI)
  surface.fill()
  surface.stroke()
}

function paintMarquee(surface: Surface, box: Box, at: (point: Point) => Point, theme: Theme): void {
  const [from, to] = [at({ x: box.minX, y: box.minY }), at({ x: box.maxX, y: box.maxY })]
  surface.globalAlpha = 0.1
  surface.fillStyle = theme.accent
  surface.fillRect(from.x, from.y, to.x - from.x, to.y - from.y)
  surface.globalAlpha = 1
  surface.strokeStyle = theme.accent
  surface.lineWidth = 1
  surface.strokeRect(from.x, from.y, to.x - from.x, to.y - from.y)
}

function paintCursor(surface: Surface, at: Point, cursor: NamedCursor, theme: Theme): void {
  surface.globalAlpha = cursor.opacity
  surface.fillStyle = cursor.colour
  surface.strokeStyle = theme.onColour
  surface.lineWidth = 1.5
  surface.beginPath()
  surface.moveTo(at.x, at.y)
  surface.lineTo(at.x + 4, at.y + 15)
  surface.lineTo(at.x + 7.5, at.y + 9)
  surface.lineTo(at.x + 14, at.y + 7)
  surface.closePath()
  surface.fill()
  surface.stroke()
  if (cursor.name === '') return
  surface.font = `600 ${String(label.size)}px ${theme.font}`
  surface.textBaseline = 'middle'
  const width = surface.measureText(cursor.name).width + 2 * label.padX
  surface.beginPath()
  surface.roundRect(at.x + label.dx, at.y + label.dy, width, label.height, label.radius)
  surface.fill()
  surface.fillStyle = theme.onColour
  surface.fillText(cursor.name, at.x + label.dx + label.padX, at.y + label.dy + label.height / 2 + 0.5)
}
