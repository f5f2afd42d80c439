/**
 * Where everything on the call's stage stands: all tiles alike, or a large one with the others in a strip. Pure.
 *
 * Invariant: at any size, boxes do not overlap and lie within the stage. What does not fit in a useful size is left
 * out, and `more` is where that is told.
 */
import {
  aspectMax,
  aspectMin,
  fitted,
  gridBoxes,
  middle,
  tileGrid,
  type Box,
  type Size,
} from './tile-grid.ts'

export type StageLayout = Readonly<{
  main: Box | null
  /** For the first of the others, in their order. */
  tiles: readonly Box[]
  /** For all that have no box; null if there are none. */
  more: Box | null
}>

/** What takes the large place: a face is cut to fit it, a screen is shown whole. */
export type MainKind = 'face' | 'screen' | null

/** Smaller than this nobody is recognised, in CSS px. */
const tileMin = { width: 112, height: 84 } as const
/** A strip's depth as a part of the stage, and its bounds in CSS px. */
const stripPart = 0.2
const stripMin = 84
const stripMax = 200
/** A tile of a strip, where there is room; with more of them they become narrower, or lower. */
const stripAspect = 4 / 3
/** From this on a strip stands beside the large tile, not under it. */
const besideAspect = 1.25

export function layoutStage(mainKind: MainKind, count: number, size: Size, gap: number): StageLayout {
  if (mainKind === null) return grid(count, size, gap)
  if (count === 0) return { main: mainBox(mainKind, { start: 0, top: 0, ...size }), tiles: [], more: null }
  const isBeside = size.width >= size.height * besideAspect
  const depth = Math.floor(
    Math.min(stripMax, Math.max(stripMin, (isBeside ? size.width : size.height) * stripPart)),
  )
  if (isBeside) {
    const width = Math.max(0, size.width - depth - gap)
    const strip = column(count, { start: width + gap, top: 0, width: depth, height: size.height }, gap)
    return { main: mainBox(mainKind, { start: 0, top: 0, width, height: size.height }), ...strip }
  }
  const height = Math.max(0, size.height - depth - gap)
  const strip = row(count, { start: 0, top: height + gap, width: size.width, height: depth }, gap)
  return { main: mainBox(mainKind, { start: 0, top: 0, width: size.width, height }), ...strip }
}

/** One row of tiles as high as it is: the call over the board. */
export function layoutStrip(count: number, size: Size, gap: number): StageLayout {
  return { main: null, ...row(count, { start: 0, top: 0, ...size }, gap) }
}

function grid(count: number, size: Size, gap: number): StageLayout {
  let fitting = count
  for (; fitting > 1; fitting--) {
    const tile = tileGrid(fitting, size, gap)
    if (tile.width >= tileMin.width && tile.height >= tileMin.height) break
  }
  return { main: null, ...split(gridBoxes(fitting, size, gap), count) }
}

function row(count: number, area: Box, gap: number): Omit<StageLayout, 'main'> {
  const { height } = area
  const tile = tileLength(count, area.width, { min: height * aspectMin, max: height * stripAspect }, gap)
  const fitting = Math.min(count, howMany(area.width, tile, gap))
  const start = area.start + middle(area.width, fitting, tile, gap)
  const boxes = Array.from({ length: fitting }, (_, i) => ({
    start: start + i * (tile + gap),
    top: area.top,
    width: tile,
    height,
  }))
  return split(boxes, count)
}

function column(count: number, area: Box, gap: number): Omit<StageLayout, 'main'> {
  const { width } = area
  const tile = tileLength(count, area.height, { min: width / aspectMax, max: width / stripAspect }, gap)
  const fitting = Math.min(count, howMany(area.height, tile, gap))
  const top = area.top + middle(area.height, fitting, tile, gap)
  const boxes = Array.from({ length: fitting }, (_, i) => ({
    start: area.start,
    top: top + i * (tile + gap),
    width,
    height: tile,
  }))
  return split(boxes, count)
}

/** Along a strip: as long as all find room, within what a face allows. */
function tileLength(
  count: number,
  length: number,
  { min, max }: Readonly<{ min: number; max: number }>,
  gap: number,
): number {
  const shared = (length - gap * (count - 1)) / count
  return Math.min(length, Math.floor(Math.min(max, Math.max(Math.ceil(min), shared))))
}

/** At least one: there is always somewhere to tell of the others. */
function howMany(length: number, tile: number, gap: number): number {
  return Math.max(1, Math.floor((length + gap) / (tile + gap)))
}

/** The last box tells of those that have none. */
function split(boxes: readonly Box[], count: number): Omit<StageLayout, 'main'> {
  if (boxes.length >= count) return { tiles: boxes, more: null }
  return { tiles: boxes.slice(0, -1), more: boxes.at(-1) ?? null }
}

function mainBox(kind: Exclude<MainKind, null>, area: Box): Box {
  if (kind === 'screen') return area
  const { width, height } = fitted(area)
  return {
    start: area.start + Math.floor((area.width - width) / 2),
    top: area.top + Math.floor((area.height - height) / 2),
    width,
    height,
  }
}
