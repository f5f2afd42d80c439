/**
 * A full board as square tiles: each is painted once for a zoom, and shown until something in it changes.
 *
 * What is in sight comes first, and no frame paints longer than its share; meanwhile what was painted for another zoom
 * stands in, or the overview, which has all of the board, small. Invariant: what changes is right in the same frame,
 * unless it is spread over more tiles than a frame can paint.
 */
import { isOverlapping, type Box } from '#shared/board/geometry.ts'
import type { ShapeId } from '#shared/board/shape.ts'
import type { BoardShape, ShapesChange } from '../board-doc.ts'
import { viewBox } from '../camera.ts'
import type { Absent, Surface, View } from './painter.ts'

/** A canvas of the given size that tiles are painted on and shown from. */
export type TileCanvas = Readonly<{ canvas: CanvasImageSource; surface: Surface; free(): void }>

/** What the tiles are shown on. */
export type TileSurface = Pick<Surface, 'setTransform' | 'clearRect'> &
  Pick<CanvasRenderingContext2D, 'drawImage'>

export type TileBoard = Readonly<{
  bounds(): Box | null
  pile(): readonly BoardShape[]
  shape(id: ShapeId): BoardShape | null
}>

type Parts = Readonly<{
  board: TileBoard
  newCanvas: (side: number) => TileCanvas
  /** Paints what the document has in this view. */
  paint: (surface: Surface, view: View, absent: Absent) => void
  /** Paints one shape over what is there. */
  paintOver: (surface: Surface, view: View, shape: BoardShape) => void
  nowMs: () => number
}>

type Tile = { readonly at: TileCanvas; readonly x: number; readonly y: number; isStale: boolean }

/** Device px of a tile's side. */
export const tileSide = 256
/** A frame starts no further tile after so many ms. */
const budgetMs = 6
/** Tiles of a change that a frame paints whatever they take. */
const changedMax = 8
/** A zoom that has not moved for so long is painted anew. */
const zoomRestMs = 120
/** Device px of the overview's longer side. */
const overviewSide = 1_024
/** Tiles kept, for each that is in sight. */
const keptFactor = 3

/** Tiles painted for one scale: device px for each px of the board. */
class Level {
  readonly scale: number
  readonly tiles = new Map<string, Tile>()

  constructor(scale: number) {
    this.scale = scale
  }

  get side(): number {
    return tileSide / this.scale
  }

  boxOf(x: number, y: number): Box {
    const { side } = this
    return { minX: x * side, minY: y * side, maxX: (x + 1) * side, maxY: (y + 1) * side }
  }

  /** Places of the tiles that meet this box. */
  *placesIn({ minX, minY, maxX, maxY }: Box): Iterable<readonly [x: number, y: number]> {
    const { side } = this
    for (let y = Math.floor(minY / side); y * side < maxY; y++)
      for (let x = Math.floor(minX / side); x * side < maxX; x++) yield [x, y]
  }

  at(x: number, y: number): Tile | undefined {
    return this.tiles.get(`${String(x)} ${String(y)}`)
  }

  /** Used last: forgotten last. */
  keep(tile: Tile): void {
    const key = `${String(tile.x)} ${String(tile.y)}`
    this.tiles.delete(key)
    this.tiles.set(key, tile)
  }

  forget(countMax: number): void {
    for (const [key, tile] of this.tiles) {
      if (this.tiles.size <= countMax) return
      tile.at.free()
      this.tiles.delete(key)
    }
  }
}

export class Tiles {
  readonly #parts: Parts
  #level: Level | null = null
  /** Stands in while the level is not finished. */
  #before: Level | null = null
  #overview: Level | null = null
  #absent: Absent = { faded: new Set(), lifted: new Map(), writingIn: null }
  #zoomedAtMs = -Infinity
  #wantedScale = 0
  #ratio = 1

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Everything looks different now. */
  clear(): void {
    for (const level of this.#levels()) level.forget(0)
    this.#level = this.#before = this.#overview = null
  }

  /** The document has changed. */
  change({ added, removed }: ShapesChange): void {
    const top = this.#parts.board.pile().at(-1)
    const [only] = added
    if (removed.length === 0 && added.length === 1 && only === top && only !== undefined) {
      this.#addOnTop(only)
      return
    }
    for (const shape of [...added, ...removed]) this.stale(shape)
  }

  /** What is in this box looks different now. */
  stale(box: Box): void {
    for (const level of this.#levels())
      for (const tile of level.tiles.values())
        if (isOverlapping(level.boxOf(tile.x, tile.y), box)) tile.isStale = true
  }

  /** Shows the view. True while there is more to paint: it wants another frame. */
  show(surface: TileSurface, view: View, absent: Absent): boolean {
    this.#takeAbsent(absent)
    this.#ratio = view.pixelRatio
    const scale = view.camera.zoom * view.pixelRatio
    const level = this.#levelFor(scale)
    const box = viewBox(view.camera, view.size)
    const isUnfinished = this.#paint(level, box, scale)
    surface.setTransform(1, 0, 0, 1, 0, 0)
    surface.clearRect(0, 0, view.size.width * view.pixelRatio, view.size.height * view.pixelRatio)
    const origin = { x: Math.round(view.camera.x * scale), y: Math.round(view.camera.y * scale), scale }
    this.#draw(surface, origin, this.#levels(), box)
    return isUnfinished
  }

  #levels(): Level[] {
    return [this.#level, this.#before, this.#overview].flatMap((level) => level ?? [])
  }

  /** The tiles to paint: those of this scale once it rests, until then those there are. */
  #levelFor(scale: number): Level {
    const nowMs = this.#parts.nowMs()
    if (scale !== this.#wantedScale) {
      this.#wantedScale = scale
      this.#zoomedAtMs = nowMs
    }
    const isResting = nowMs - this.#zoomedAtMs >= zoomRestMs
    if (this.#level !== null && (this.#level.scale === scale || !isResting)) return this.#level
    if (this.#level !== null) {
      this.#before?.forget(0)
      this.#before = this.#level
    }
    this.#level = new Level(scale)
    return this.#level
  }

  /** Paints what is missing, as far as the frame's share goes. True if something is left. */
  #paint(level: Level, box: Box, scale: number): boolean {
    const startedAtMs = this.#parts.nowMs()
    const isOver = (): boolean => this.#parts.nowMs() - startedAtMs >= budgetMs
    let changed = 0
    let isUnfinished = level.scale !== scale
    const places = [...level.placesIn(box)]
    for (const [x, y] of places) {
      const tile = level.at(x, y)
      if (tile?.isStale !== true) continue
      if (changed >= changedMax && isOver()) isUnfinished = true
      else this.#paintTile(level, x, y)
      changed += 1
    }
    if (level.scale !== scale) return true
    for (const [x, y] of places) {
      const tile = level.at(x, y)
      if (tile !== undefined) level.keep(tile)
      else if (isOver()) isUnfinished = true
      else this.#paintTile(level, x, y)
    }
    level.forget(keptFactor * places.length)
    if (isUnfinished) return true
    this.#before?.forget(0)
    this.#before = null
    return this.#paintOverview(isOver)
  }

  #paintOverview(isOver: () => boolean): boolean {
    const bounds = this.#parts.board.bounds()
    if (bounds === null) return false
    const longer = Math.max(bounds.maxX - bounds.minX, bounds.maxY - bounds.minY, 1)
    const scale = Math.min(this.#ratio, overviewSide / longer)
    // A board that has grown by half gets another; in between it is only a little larger than it need be.
    if (this.#overview === null || scale > this.#overview.scale * 1.5 || scale < this.#overview.scale / 1.5) {
      this.#overview?.forget(0)
      this.#overview = new Level(scale)
    }
    for (const [x, y] of this.#overview.placesIn(bounds)) {
      if (this.#overview.at(x, y)?.isStale === false) continue
      if (isOver()) return true
      this.#paintTile(this.#overview, x, y)
    }
    return false
  }

  #paintTile(level: Level, x: number, y: number): void {
    const tile = level.at(x, y) ?? { at: this.#parts.newCanvas(tileSide), x, y, isStale: true }
    this.#parts.paint(tile.at.surface, this.#viewOf(level, x, y), this.#absent)
    tile.isStale = false
    level.keep(tile)
  }

  #viewOf(level: Level, x: number, y: number): View {
    const side = tileSide / this.#ratio
    const { minX, minY } = level.boxOf(x, y)
    return {
      camera: { x: minX, y: minY, zoom: level.scale / this.#ratio },
      size: { width: side, height: side },
      pixelRatio: this.#ratio,
    }
  }

  #addOnTop(shape: BoardShape): void {
    for (const level of this.#levels())
      for (const tile of level.tiles.values())
        if (!tile.isStale && isOverlapping(level.boxOf(tile.x, tile.y), shape))
          this.#parts.paintOver(tile.at.surface, this.#viewOf(level, tile.x, tile.y), shape)
  }

  /** Where a shape has gone or come back because somebody holds, fades or writes in it. */
  #takeAbsent(absent: Absent): void {
    const before = this.#absent
    this.#absent = absent
    const stale = (id: ShapeId | null): void => {
      const shape = id === null ? null : this.#parts.board.shape(id)
      if (shape !== null) this.stale(shape)
    }
    for (const id of differing(before.faded, absent.faded)) stale(id)
    for (const id of differing<ShapeId>(before.lifted, absent.lifted)) stale(id)
    if (before.writingIn !== absent.writingIn) {
      stale(before.writingIn)
      stale(absent.writingIn)
    }
  }

  /** Fills a part of the board from the first level that has it. */
  #draw(
    surface: TileSurface,
    origin: Readonly<{ x: number; y: number; scale: number }>,
    levels: readonly Level[],
    box: Box,
  ): void {
    const [level, ...others] = levels
    if (level === undefined) return
    const onSurface = (at: number, from: number): number => Math.round(at * origin.scale) - from
    for (const [x, y] of level.placesIn(box)) {
      const whole = level.boxOf(x, y)
      const part = {
        minX: Math.max(box.minX, whole.minX),
        minY: Math.max(box.minY, whole.minY),
        maxX: Math.min(box.maxX, whole.maxX),
        maxY: Math.min(box.maxY, whole.maxY),
      }
      const tile = level.at(x, y)
      if (tile === undefined) {
        this.#draw(surface, origin, others, part)
        continue
      }
      // The part on the surface has whole px, and so a scale of its own: otherwise there would be seams.
      const isWhole = level.scale === origin.scale
      const { minX, minY, maxX, maxY } = isWhole ? whole : part
      const [left, top] = [onSurface(minX, origin.x), onSurface(minY, origin.y)]
      surface.drawImage(
        tile.at.canvas,
        (minX - whole.minX) * level.scale,
        (minY - whole.minY) * level.scale,
        (maxX - minX) * level.scale,
        (maxY - minY) * level.scale,
        left,
        top,
        onSurface(maxX, origin.x) - left,
        onSurface(maxY, origin.y) - top,
      )
    }
  }
}

/** What only one of both has. */
function differing<Id>(
  a: ReadonlySet<Id> | ReadonlyMap<Id, unknown>,
  b: ReadonlySet<Id> | ReadonlyMap<Id, unknown>,
): Id[] {
  return [...[...a.keys()].filter((id) => !b.has(id)), ...[...b.keys()].filter((id) => !a.has(id))]
}
