/** The part of the board that this page looks at, and how it moves. */
import type { Box, Point } from '#shared/board/geometry.ts'
import type { Undo } from '../../sync/ports.ts'
import { Listeners } from '../../sync/listeners.ts'
import {
  centredCamera,
  fittedTo,
  movedBy,
  showing,
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
  /** Nobody has chosen what to look at yet. */
  #isCentred = true

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

  /**
   * Until somebody moves the board or touches it, its origin is in the middle: a page finds its layout in several steps,
   * and people see the same place after the last. From then on the upper left corner stays.
   */
  setSize(size: Size): void {
    if (size.width <= 0 || size.height <= 0) return
    this.#size = size
    if (this.#isCentred) this.#camera = centredCamera(size)
    this.#changes.tell()
  }

  setCamera(camera: Camera): void {
    this.#isCentred = false
    this.#camera = camera
    this.#changes.tell()
  }

  /** Somebody touches the board: from now on another size does not move it under their hand. */
  hold(): void {
    this.#isCentred = false
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

  /** Moves no more than it takes to see this box. */
  show(box: Box): void {
    this.setCamera(showing(box, this.#camera, this.size))
  }

  /** From CSS px of the viewport to the board. */
  toBoard(at: Point): Point {
    return toBoard(this.#camera, at)
  }

  onChange(listener: () => void): Undo {
    return this.#changes.add(listener)
  }
}
