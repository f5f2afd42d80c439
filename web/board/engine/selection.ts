/**
 * Which shapes are chosen, and the frame around them.
 *
 * Invariant: a group is chosen whole, unless somebody went into it; what is gone is not chosen.
 */
import type { Box, Point } from '#shared/board/geometry.ts'
import { unionBox } from '#shared/board/geometry.ts'
import type { Figure } from '#shared/board/figure.ts'
import { edgeBoxOf } from '#shared/board/outline.ts'
import { boxPlace, middleOf, type Place } from '#shared/board/place.ts'
import type { ShapeId } from '#shared/board/shape.ts'
import type { BoardDoc, BoardShape } from './board-doc.ts'

export class Selection {
  readonly #doc: BoardDoc
  readonly #changed: () => void
  #ids: ReadonlySet<ShapeId> = new Set()
  /** The group that was gone into, or null. */
  #inside: string | null = null

  constructor(doc: BoardDoc, changed: () => void) {
    this.#doc = doc
    this.#changed = changed
  }

  get ids(): ReadonlySet<ShapeId> {
    return this.#ids
  }

  /** Bottom to top. */
  get shapes(): readonly BoardShape[] {
    if (this.#ids.size === 0) return []
    this.#doc.pile()
    const shapes = [...this.#ids].flatMap((id) => this.#doc.shape(id) ?? [])
    return shapes.sort((a, b) => a.rank - b.rank)
  }

  set(ids: Iterable<ShapeId>): void {
    this.#ids = new Set(ids)
    this.#changed()
  }

  clear(): void {
    this.#inside = null
    if (this.#ids.size > 0) this.set([])
  }

  /** This shape with its whole group, or without it where one is inside that. */
  unitOf(shape: Figure): ShapeId[] {
    const group = this.#groupOf(shape)
    if (group === null) return [shape.id]
    return this.#doc.pile().flatMap((each) => (each.groups.includes(group) ? each.id : []))
  }

  /** The outermost group of a shape that one is not inside of, or null. */
  #groupOf({ groups }: Figure): string | null {
    const depth = this.#inside === null ? -1 : groups.indexOf(this.#inside)
    if (this.#inside !== null && depth === -1) return groups[0] ?? null
    return groups[depth + 1] ?? null
  }

  /** Goes one group deeper, to this shape. False if it is in none that is closed. */
  goInto(shape: Figure): boolean {
    const group = this.#groupOf(shape)
    if (group === null) return false
    this.#inside = group
    this.set(this.unitOf(shape))
    return true
  }

  /** Chooses this shape alone, inside every group it is in. */
  setAlone({ id, groups }: Figure): void {
    this.#inside = groups.at(-1) ?? null
    this.set([id])
  }

  toggle(ids: readonly ShapeId[]): void {
    const next = new Set(this.#ids)
    const isIn = ids.every((id) => next.has(id))
    for (const id of ids) {
      if (isIn) next.delete(id)
      else next.add(id)
    }
    this.set(next)
  }

  /** Lets go of what is gone. */
  sweep(): void {
    const left = [...this.#ids].filter((id) => this.#doc.shape(id) !== null)
    if (left.length < this.#ids.size) this.set(left)
  }

  /** The frame with handles: that of a single box turns with it. Null where nothing, or one line, is chosen. */
  frame(lifted: ReadonlyMap<ShapeId, Figure> = new Map()): Place | null {
    const figures = [...this.#ids].flatMap((id) => lifted.get(id) ?? this.#doc.shape(id) ?? [])
    const [only] = figures
    if (only === undefined) return null
    if (figures.length === 1) return only.line === null ? only.place : null
    return placeOfBox(figures.map(edgeBoxOf).reduce(unionBox))
  }
}

export type Handle =
  | Readonly<{
      kind: 'stretch'
      /** −1, 0 or 1: which side it is at. */
      x: number
      y: number
    }>
  | Readonly<{ kind: 'turn' }>
  | Readonly<{ kind: 'end'; end: 'start' | 'middle' | 'end' }>

export type PlacedHandle = Handle & Readonly<{ at: Point }>

/** px of the viewport between a frame and the handle that turns it. */
const turnDistance = 24
/** px of the viewport: a frame smaller than this has handles at its corners only. */
const sidesMin = 24

/** The handles of a frame; `zoom` makes px of the viewport px of the board. */
export function handlesOf(frame: Place, zoom: number): PlacedHandle[] {
  const { width, height } = frame
  const middle = middleOf(frame)
  const angle = (frame.turn * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const at = (dx: number, dy: number): Point => ({
    x: middle.x + dx * cos - dy * sin,
    y: middle.y + dx * sin + dy * cos,
  })
  const handles: PlacedHandle[] = [{ kind: 'turn', at: at(0, -height / 2 - turnDistance / zoom) }]
  for (const [x, y] of [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
    [0, -1],
    [1, 0],
    [0, 1],
    [-1, 0],
  ] as const) {
    if (x === 0 && width * zoom < sidesMin) continue
    if (y === 0 && height * zoom < sidesMin) continue
    handles.push({ kind: 'stretch', x, y, at: at((x * width) / 2, (y * height) / 2) })
  }
  return handles
}

/** The handles of a line. */
export function lineHandlesOf({ line }: Figure): PlacedHandle[] {
  if (line === null) return []
  const { from, by, to } = line.curve
  const middle = { x: (from.x + 2 * by.x + to.x) / 4, y: (from.y + 2 * by.y + to.y) / 4 }
  return [
    { kind: 'end', end: 'start', at: from },
    { kind: 'end', end: 'end', at: to },
    { kind: 'end', end: 'middle', at: middle },
  ]
}

function placeOfBox({ minX, minY, maxX, maxY }: Box): Place {
  return boxPlace(minX, minY, maxX - minX, maxY - minY)
}
