/**
 * The camera: which part of the endless board the viewport shows. Pure.
 *
 * Two planes: the board's (px of shapes) and the viewport's (CSS px from its top left corner).
 */
import { coordinateMax } from '#shared/board/points.ts'
import type { Box, Point } from '#shared/board/geometry.ts'

export type Camera = Readonly<{
  /** The board's place under the viewport's top left corner. */
  x: number
  y: number
  /** Viewport px for each board px. */
  zoom: number
}>

export type Size = Readonly<{ width: number; height: number }>

export const zoomMin = 0.1
export const zoomMax = 8
/** What a zoom button or key multiplies by. */
export const zoomStep = 1.25
/** The camera stays well inside what points can hold. */
const cameraMax = coordinateMax / 2
/** px left free around what is fitted into the viewport. */
const fitMargin = 48

/** The board's origin in the middle: people with different screens look at the same place. */
export function centredCamera(size: Size): Camera {
  return { x: -size.width / 2, y: -size.height / 2, zoom: 1 }
}

export function toBoard(camera: Camera, at: Point): Point {
  return { x: camera.x + at.x / camera.zoom, y: camera.y + at.y / camera.zoom }
}

export function toViewport(camera: Camera, at: Point): Point {
  return { x: (at.x - camera.x) * camera.zoom, y: (at.y - camera.y) * camera.zoom }
}

/** The camera that shows the board's place `board` at the viewport's place `at`. */
export function cameraAt(board: Point, at: Point, zoom: number): Camera {
  const bounded = Math.min(zoomMax, Math.max(zoomMin, zoom))
  return {
    x: clamp(board.x - at.x / bounded),
    y: clamp(board.y - at.y / bounded),
    zoom: bounded,
  }
}

/** Zooms so that what is under `at` stays there. */
export function zoomedAt(camera: Camera, at: Point, zoom: number): Camera {
  return cameraAt(toBoard(camera, at), at, zoom)
}

/** Moves the board by viewport px, as a hand on it would. */
export function movedBy(camera: Camera, dx: number, dy: number): Camera {
  return {
    x: clamp(camera.x - dx / camera.zoom),
    y: clamp(camera.y - dy / camera.zoom),
    zoom: camera.zoom,
  }
}

/** Shows all of the box, in the middle, never larger than life. */
export function fittedTo(box: Box, size: Size): Camera {
  const width = Math.max(1, box.maxX - box.minX)
  const height = Math.max(1, box.maxY - box.minY)
  const zoom = Math.min(
    1,
    Math.max(1, size.width - 2 * fitMargin) / width,
    Math.max(1, size.height - 2 * fitMargin) / height,
  )
  const middle = { x: (box.minX + box.maxX) / 2, y: (box.minY + box.maxY) / 2 }
  return cameraAt(middle, { x: size.width / 2, y: size.height / 2 }, zoom)
}

/** Shows all of the box, and as little else as can be. */
export function containing(box: Box, size: Size): Camera {
  const zoom = Math.min(size.width / (box.maxX - box.minX), size.height / (box.maxY - box.minY))
  const middle = { x: (box.minX + box.maxX) / 2, y: (box.minY + box.maxY) / 2 }
  return cameraAt(middle, { x: size.width / 2, y: size.height / 2 }, zoom)
}

/** Brings the box into sight: not at all where it is, by moving where it has room, and smaller where it has none. */
export function showing(box: Box, camera: Camera, size: Size): Camera {
  const view = viewBox(camera, size)
  const margin = fitMargin / camera.zoom
  const [minX, minY] = [view.minX + margin, view.minY + margin]
  const [maxX, maxY] = [view.maxX - margin, view.maxY - margin]
  if (box.minX >= minX && box.minY >= minY && box.maxX <= maxX && box.maxY <= maxY) return camera
  if (box.maxX - box.minX > maxX - minX || box.maxY - box.minY > maxY - minY) return fittedTo(box, size)
  const middle = { x: (box.minX + box.maxX) / 2, y: (box.minY + box.maxY) / 2 }
  return cameraAt(middle, { x: size.width / 2, y: size.height / 2 }, camera.zoom)
}

/** What of the board is to be seen. */
export function viewBox(camera: Camera, size: Size): Box {
  return {
    minX: camera.x,
    minY: camera.y,
    maxX: camera.x + size.width / camera.zoom,
    maxY: camera.y + size.height / camera.zoom,
  }
}

function clamp(value: number): number {
  return Math.min(cameraMax, Math.max(-cameraMax, value))
}
