/** The part of the board that this page looks at, and how it moves. */
import type { Box, Point } from '#shared/board/geometry.ts'
import type { Undo } from '../../sync/ports.ts'
import { Listeners } from '../../sync/listeners.ts'
import {
  centredCamera,
  fittedTo,
  movedBy,
  toBoard,
  viewBox,
  zoomedAt,
  type Camera,
  type Size,
} from './camera.ts'

export class Viewport {
  readonly #changes = new Listeners()
  #camera: Camera = { x: 0, y: 0, zoom: 1 }
  #size: Size | null = null

  get camera(): Camera {
    return this.#camera
  }

  /** In CSS px; nothing until it is known. */
  get size(): Size {
    return this.#size ?? { width: 0, height: 0 }
  }

  /** What is in sight, or null while that is not known. */
  get box(): Box | null {
    return this.#size === null ? null : viewBox(this.#camera, this.#size)
  }

  get middle(): Point {
    return { x: this.size.width / 2, y: this.size.height / 2 }
  }

  /** The first size puts the board's origin into its middle. */
  setSize(size: Size): void {
    if (size.width <= 0 || size.height <= 0) return
    const isFirst = this.#size === null
    this.#size = size
    this.setCamera(isFirst ? centredCamera(size) : this.#camera)
  }

  setCamera(camera: Camera): void {
    this.#camera = camera
    this.#changes.tell()
  }

  panBy(dx: number, dy: number): void {
    this.setCamera(movedBy(this.#camera, dx, dy))
  }

  /** Multiplies the zoom, keeping what is under `at`; without it, the middle. */
  zoomBy(factor: number, at: Point = this.middle): void {
    this.zoomTo(this.#camera.zoom * factor, at)
  }

  zoomTo(zoom: number, at: Point = this.middle): void {
    this.setCamera(zoomedAt(this.#camera, at, zoom))
  }

  /** Shows all of the box; the origin where there is none. */
  fit(box: Box | null): void {
    this.setCamera(box === null ? centredCamera(this.size) : fittedTo(box, this.size))
  }

  /** From CSS px of the viewport to the board. */
  toBoard(at: Point): Point {
    return toBoard(this.#camera, at)
  }

  onChange(listener: () => void): Undo {
    return this.#changes.add(listener)
  }
}
