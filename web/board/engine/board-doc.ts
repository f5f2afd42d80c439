/**
 * The board's document as shapes: read from its root map `shapes`, ordered, and findable by place.
 *
 * Invariant: what is here is what the document holds, as far as it is sound. A row that fails the schema is not
 * shown and not touched. Nothing is written but whole actions, each in one transaction.
 */
import RBush from 'rbush'
import type * as Y from 'yjs'
import { boxOfPoints, inkReach, unionBox, type Box } from '#shared/board/geometry.ts'
import type { Change } from '#shared/board/history.ts'
import { compareOrder } from '#shared/board/order.ts'
import { unpackPoints } from '#shared/board/points.ts'
import { isShapeRow, newShapeId, parseShapeKey, type ShapeId, type ShapeRow } from '#shared/board/shape.ts'
import type { Seat } from '#shared/ids.ts'
import type { DocumentPort, Undo } from '../../sync/ports.ts'
import { Listeners } from '../../sync/listeners.ts'

/** One shape as the engine sees it. Replaced, never changed; only its rank moves. */
export type BoardShape = Box &
  Readonly<{ id: ShapeId; order: string; row: ShapeRow }> & {
    /** Its place in the pile: larger is higher. Valid until the next change. */
    rank: number
  }

export type ShapesChange = Readonly<{ added: readonly BoardShape[]; removed: readonly BoardShape[] }>

/** From this many at once on, the index is built anew rather than filled one by one. */
const bulkMin = 256

export class BoardDoc {
  readonly #port: DocumentPort
  readonly #map: Y.Map<unknown>
  readonly #shapes = new Map<ShapeId, BoardShape>()
  readonly #tree = new RBush<BoardShape>()
  readonly #listeners = new Listeners<[ShapesChange]>()
  readonly #stateListeners = new Listeners()
  readonly #undos: Undo[] = []
  /** Bottom to top; null when it has to be sorted anew. */
  #pile: BoardShape[] | null = []

  constructor(port: DocumentPort) {
    this.#port = port
    this.#map = port.doc.getMap('shapes')
    const observe = (event: Y.YMapEvent<unknown>): void => {
      this.#read(event.keysChanged)
    }
    this.#map.observe(observe)
    this.#undos.push(
      () => {
        this.#map.unobserve(observe)
      },
      port.onChange(() => {
        this.#stateListeners.tell()
      }),
    )
    this.#read(this.#map.keys())
  }

  get seat(): Seat {
    return this.#port.seat
  }

  get count(): number {
    return this.#shapes.size
  }

  /** True where this person may draw, once what the device holds has been read. */
  get canWrite(): boolean {
    const state = this.#port.state()
    return state.isLoaded && state.canWrite
  }

  shape(id: ShapeId): BoardShape | null {
    return this.#shapes.get(id) ?? null
  }

  /** The row under a key, or null. */
  row(key: string): ShapeRow | null {
    return this.#shapes.get(key as ShapeId)?.row ?? null
  }

  /** All shapes, bottom to top. */
  pile(): readonly BoardShape[] {
    if (this.#pile === null) {
      this.#pile = [...this.#shapes.values()].sort(compareOrder)
      this.#pile.forEach((shape, rank) => {
        shape.rank = rank
      })
    }
    return this.#pile
  }

  /** The index of the topmost shape, or null on an empty board. */
  topOrder(): string | null {
    return this.pile().at(-1)?.order ?? null
  }

  /** The shapes whose boxes meet this one, bottom to top. */
  shapesIn(box: Box): BoardShape[] {
    this.pile()
    return this.#tree.search(box).sort((a, b) => a.rank - b.rank)
  }

  hasShapesIn(box: Box): boolean {
    return this.#tree.collides(box)
  }

  /** The box around everything, or null on an empty board. */
  bounds(): Box | null {
    let box: Box | null = null
    for (const shape of this.#shapes.values()) box = box === null ? shape : unionBox(box, shape)
    return box
  }

  newId(random: number): ShapeId {
    return newShapeId(this.#port.seat, random)
  }

  /** Writes one action in one transaction. */
  write(changes: readonly Change<ShapeRow>[]): void {
    if (changes.length === 0) return
    this.#port.transact(() => {
      for (const { key, after } of changes) {
        if (after === null) this.#map.delete(key)
        else this.#map.set(key, after)
      }
    })
  }

  onChange(listener: (change: ShapesChange) => void): Undo {
    return this.#listeners.add(listener)
  }

  /** After `canWrite` may have changed. */
  onState(listener: () => void): Undo {
    return this.#stateListeners.add(listener)
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undos.splice(0)) undo()
  }

  #read(keys: Iterable<string>): void {
    const added: BoardShape[] = []
    const removed: BoardShape[] = []
    for (const key of keys) {
      const id = parseShapeKey(key)
      if (id === null || id.register !== null) continue
      const old = this.#shapes.get(id.id)
      if (old !== undefined) {
        this.#shapes.delete(id.id)
        removed.push(old)
      }
      const shape = shapeOf(id.id, this.#map.get(key))
      if (shape !== null) {
        this.#shapes.set(id.id, shape)
        added.push(shape)
      }
    }
    if (added.length === 0 && removed.length === 0) return
    this.#updateTree(added, removed)
    this.#updatePile(added, removed)
    this.#listeners.tell({ added, removed })
  }

  #updateTree(added: readonly BoardShape[], removed: readonly BoardShape[]): void {
    if (added.length + removed.length >= bulkMin) {
      this.#tree.clear()
      this.#tree.load([...this.#shapes.values()])
      return
    }
    for (const shape of removed) this.#tree.remove(shape)
    for (const shape of added) this.#tree.insert(shape)
  }

  /** Shapes that went, and shapes drawn on top, which most are, keep the pile sorted. */
  #updatePile(added: readonly BoardShape[], removed: readonly BoardShape[]): void {
    if (this.#pile === null) return
    if (removed.length > 0) {
      const gone = new Set(removed)
      this.#pile = this.#pile.filter((shape) => !gone.has(shape))
    }
    for (const shape of [...added].sort(compareOrder)) {
      const top = this.#pile.at(-1)
      if (top !== undefined && compareOrder(shape, top) < 0) {
        this.#pile = null
        return
      }
      shape.rank = top === undefined ? 0 : top.rank + 1
      this.#pile.push(shape)
    }
  }
}

function shapeOf(id: ShapeId, row: unknown): BoardShape | null {
  if (!isShapeRow(row)) return null
  const points = unpackPoints(row.p)
  if (points === null) return null
  return { id, order: row.z, row, rank: 0, ...boxOfPoints(points.values, inkReach(row.w)) }
}
