/**
 * Paints the board's three layers: shapes, running ink, and what floats above (cursors, the eraser).
 *
 * It knows a drawing context and nothing of the page. Invariant: only shapes whose boxes meet the view are painted,
 * bottom to top.
 */
import type { Point } from '#shared/board/geometry.ts'
import { unpackPoints } from '#shared/board/points.ts'
import type { InkStyle, ShapeId, ShapeRow } from '#shared/board/shape.ts'
import type { BoardDoc } from '../board-doc.ts'
import { toViewport, viewBox, type Camera, type Size } from '../camera.ts'
import { traceInk, traceLine, type InkLine } from './ink-path.ts'
import type { Theme } from './theme.ts'

/** The part of CanvasRenderingContext2D that is used. */
export type Surface = Pick<
  CanvasRenderingContext2D,
  | 'setTransform'
  | 'clearRect'
  | 'fill'
  | 'stroke'
  | 'beginPath'
  | 'moveTo'
  | 'lineTo'
  | 'closePath'
  | 'arc'
  | 'roundRect'
  | 'fillText'
  | 'measureText'
  | 'fillStyle'
  | 'strokeStyle'
  | 'globalAlpha'
  | 'lineWidth'
  | 'lineCap'
  | 'lineJoin'
  | 'font'
  | 'textBaseline'
>

export type View = Readonly<{
  camera: Camera
  size: Size
  /** Device px for each CSS px. */
  pixelRatio: number
}>

/** A stroke that is not in the document yet. */
export type LooseInk = Readonly<{ style: InkStyle; values: ArrayLike<number>; hasPressure: boolean }>

export type NamedCursor = Readonly<{ at: Point; name: string; colour: string; opacity: number }>

/** Below this zoom the thickness of ink is not to be told: plain lines of fewer points do. */
const plainZoomMax = 0.5
/** Viewport px between the points of a plain line. */
const plainSpacing = 1.5
/** How much is left to see of a shape that is about to go. */
const fadedOpacity = 0.25
/** CSS px of a cursor's label. */
const label = { size: 12, padX: 7, height: 20, dx: 10, dy: 16, radius: 8 } as const

export class Painter {
  readonly #newPath: () => Path2D
  /** Rows never change, so a row's paths hold as long as the row. */
  readonly #inkPaths = new WeakMap<ShapeRow, Path2D>()
  readonly #plainPaths = new WeakMap<ShapeRow, Readonly<{ zoom: number; path: Path2D }>>()

  constructor(newPath: () => Path2D) {
    this.#newPath = newPath
  }

  paintShapes(
    surface: Surface,
    view: View,
    doc: Pick<BoardDoc, 'shapesIn'>,
    faded: ReadonlySet<ShapeId>,
    theme: Theme,
  ): void {
    clear(surface, view)
    toBoardPlane(surface, view)
    const { zoom } = view.camera
    for (const { id, row } of doc.shapesIn(viewBox(view.camera, view.size))) {
      surface.globalAlpha = faded.has(id) ? fadedOpacity : 1
      if (zoom < plainZoomMax) {
        surface.strokeStyle = theme.inks[row.c] ?? theme.text
        surface.lineWidth = row.w
        surface.stroke(this.#plainPath(row, zoom))
      } else {
        surface.fillStyle = theme.inks[row.c] ?? theme.text
        surface.fill(this.#inkPath(row))
      }
    }
    surface.globalAlpha = 1
  }

  paintInk(surface: Surface, view: View, strokes: readonly LooseInk[], theme: Theme): void {
    clear(surface, view)
    toBoardPlane(surface, view)
    for (const { style, values, hasPressure } of strokes) {
      if (values.length === 0) continue
      surface.fillStyle = theme.inks[style.ink] ?? theme.text
      surface.fill(traceInk(this.#newPath(), { values, width: style.width, hasPressure }, true))
    }
  }

  /** `eraser` is where its ring is, in the viewport. */
  paintOverlay(
    surface: Surface,
    view: View,
    cursors: readonly NamedCursor[],
    eraser: Readonly<{ at: Point; radius: number }> | null,
    theme: Theme,
  ): void {
    clear(surface, view)
    if (eraser !== null) {
      surface.beginPath()
      surface.arc(eraser.at.x, eraser.at.y, eraser.radius, 0, 2 * Math.PI)
      surface.strokeStyle = theme.text
      surface.lineWidth = 1.5
      surface.stroke()
    }
    for (const cursor of cursors) paintCursor(surface, toViewport(view.camera, cursor.at), cursor, theme)
    surface.globalAlpha = 1
  }

  #inkPath(row: ShapeRow): Path2D {
    const known = this.#inkPaths.get(row)
    if (known !== undefined) return known
    const path = traceInk(this.#newPath(), lineOf(row), true)
    this.#inkPaths.set(row, path)
    return path
  }

  /** Good for this zoom and up to half of it: a path with too many points only costs time. */
  #plainPath(row: ShapeRow, zoom: number): Path2D {
    const known = this.#plainPaths.get(row)
    if (known !== undefined && zoom <= known.zoom && zoom > known.zoom / 2) return known.path
    const path = traceLine(this.#newPath(), lineOf(row).values, plainSpacing / zoom)
    this.#plainPaths.set(row, { zoom, path })
    return path
  }
}

function lineOf(row: ShapeRow): InkLine {
  const points = unpackPoints(row.p)
  return { values: points?.values ?? [], width: row.w, hasPressure: points?.hasPressure ?? false }
}

function clear(surface: Surface, { size, pixelRatio }: View): void {
  surface.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0)
  surface.clearRect(0, 0, size.width, size.height)
  surface.lineCap = 'round'
  surface.lineJoin = 'round'
}

function toBoardPlane(surface: Surface, { camera, pixelRatio }: View): void {
  const scale = camera.zoom * pixelRatio
  surface.setTransform(scale, 0, 0, scale, -camera.x * scale, -camera.y * scale)
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
