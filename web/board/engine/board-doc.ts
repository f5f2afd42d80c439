/**
 * The board's document as shapes: read from its root map `shapes`, ordered, and findable by place.
 *
 * Invariant: what is here is what the document holds, as far as it is sound. A row that fails the schema is not
 * shown and not touched. Nothing is written but whole actions, each in one transaction.
 */
import RBush from 'rbush'
import type * as Y from 'yjs'
import { figureOf, type Figure } from '#shared/board/figure.ts'
import { unionBox, type Box } from '#shared/board/geometry.ts'
import type { Change } from '#shared/board/history.ts'
import { compareOrder } from '#shared/board/order.ts'
import { newPen, newShapeId, parseShapeKey, type BoardValue, type ShapeId } from '#shared/board/shape.ts'
import { isPenLog, textOf, writeText, type PenLog } from '#shared/board/text.ts'
import type { Seat } from '#shared/ids.ts'
import type { DocumentPort, RootView, Undo } from '../../sync/ports.ts'
import { Listeners } from '../../sync/listeners.ts'
import type { Letters } from './letters.ts'
import { paintedBox, withWordsFitted } from './words.ts'

/** One shape as the engine sees it. Replaced, never changed; only its rank moves. */
export type BoardShape = Box &
  Figure & {
    /** Its place in the pile: larger is higher. Valid until the next change. */
    rank: number
  }

export type ShapesChange = Readonly<{
  added: readonly BoardShape[]
  removed: readonly BoardShape[]
  /** Made on this page. */
  isOwn: boolean
}>

/** From this many at once on, the index is built anew rather than filled one by one. */
const bulkMin = 256

/** The key under which a history keeps a shape's whole text, whoever's pens wrote it. */
export function textKey(id: ShapeId): string {
  return `${id}:x`
}

export class BoardDoc {
  readonly letters: Letters
  readonly #port: DocumentPort
  /** What is written goes here … */
  readonly #map: Y.Map<unknown>
  /** … and is read from here. */
  readonly #root: RootView
  readonly #shapes = new Map<ShapeId, BoardShape>()
  /** Keys of what lies beside each row. */
  readonly #registers = new Map<ShapeId, Set<string>>()
  /** Lines by what they hold on to. */
  readonly #linesAt = new Map<string, Set<ShapeId>>()
  readonly #pens = new Map<ShapeId, string>()
  readonly #tree = new RBush<BoardShape>()
  readonly #listeners = new Listeners<[ShapesChange]>()
  readonly #stateListeners = new Listeners()
  readonly #undos: Undo[] = []
  /** Bottom to top; null when it has to be sorted anew. */
  #pile: BoardShape[] | null = []

  constructor(port: DocumentPort, letters: Letters) {
    this.#port = port
    this.letters = letters
    this.#map = port.doc.getMap('shapes')
    this.#root = port.root('shapes')
    this.#undos.push(
      this.#root.observe((keys, isOwn) => {
        this.#read(keys, isOwn)
      }),
      port.onChange(() => {
        this.#stateListeners.tell()
      }),
    )
    this.#read(
      Array.from(this.#root.entries(), ([key]) => key),
      false,
    )
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

  readonly figureAt = (id: string): BoardShape | null => this.#shapes.get(id as ShapeId) ?? null

  /** What a key holds, or null. */
  value(key: string): BoardValue | null {
    const id = key.endsWith(':x') ? (key.slice(0, -2) as ShapeId) : null
    if (id !== null) return this.#textAt(id) || null
    return (this.#root.get(key) as BoardValue | undefined) ?? null
  }

  /** The keys of a shape's row and of all that lies beside it. */
  keysOf(id: ShapeId): string[] {
    return [id, ...(this.#registers.get(id) ?? [])]
  }

  /** True for the key of a row beside which somebody else has written. */
  isTouchedByOthers(key: string): boolean {
    for (const register of this.#registers.get(key as ShapeId) ?? []) {
      const writer = this.#root.writerOf(register)
      if (writer !== null && writer !== this.seat) return true
    }
    return false
  }

  /** Lines that hold on to this shape. */
  linesAt(id: ShapeId): readonly ShapeId[] {
    return [...(this.#linesAt.get(id) ?? [])]
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

  /** Writes one action in one transaction. Texts under `textKey` are written with this page's own pens. */
  write(changes: readonly Change<BoardValue>[], random: () => number): void {
    if (changes.length === 0) return
    this.#port.transact(() => {
      for (const { key, after } of changes) {
        if (key.endsWith(':x'))
          this.#writeText(key.slice(0, -2) as ShapeId, typeof after === 'string' ? after : '', random)
        else if (after === null) this.#root.delete(key)
        else this.#map.set(key, after)
      }
      // What was written in a shape goes with it.
      for (const { key, after } of changes) {
        if (after === null && parseShapeKey(key)?.register === null)
          for (const log of this.#logsAt(key as ShapeId).keys()) this.#root.delete(`${key}:x${log}`)
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

  #writeText(id: ShapeId, text: string, random: () => number): void {
    const logs = this.#logsAt(id)
    let pen = this.#pens.get(id)
    // A pen whose log is gone would number its characters anew; one whose log is full writes no more.
    if (pen !== undefined && logs.has(pen)) {
      const log = writeText(logs, pen, text)
      if (log !== null) this.#map.set(`${id}:x${pen}`, log)
      if (log !== null || textOf(logs) === text) return
    }
    pen = newPen(this.seat, random())
    const log = writeText(logs, pen, text)
    if (log === null) return
    this.#pens.set(id, pen)
    this.#map.set(`${id}:x${pen}`, log)
  }

  #logsAt(id: ShapeId): Map<string, PenLog> {
    const logs = new Map<string, PenLog>()
    const from = id.length + 2
    // Those written in this transaction are not in the index yet.
    const own = this.#pens.get(id)
    const keys = new Set(this.#registers.get(id))
    if (own !== undefined) keys.add(`${id}:x${own}`)
    for (const key of keys) {
      const log = key[from - 1] === 'x' ? this.#root.get(key) : undefined
      if (isPenLog(log)) logs.set(key.slice(from), log)
    }
    return logs
  }

  #textAt(id: ShapeId): string {
    const logs = this.#logsAt(id)
    return logs.size === 0 ? '' : textOf(logs)
  }

  #read(keys: Iterable<string>, isOwn: boolean): void {
    const ids = new Set<ShapeId>()
    for (const key of keys) {
      const parsed = parseShapeKey(key)
      if (parsed === null) continue
      ids.add(parsed.id)
      if (parsed.register !== null) this.#index(parsed.id, key)
    }
    const added = new Map<ShapeId, BoardShape>()
    const removed: BoardShape[] = []
    const replace = (id: ShapeId): void => {
      const old = this.#shapes.get(id)
      if (old !== undefined) {
        this.#shapes.delete(id)
        this.#hold(old, false)
        if (added.get(id) !== old) removed.push(old)
        added.delete(id)
      }
      const shape = this.#shapeAt(id)
      if (shape === null) return
      this.#shapes.set(id, shape)
      this.#hold(shape, true)
      added.set(id, shape)
    }
    for (const id of ids) replace(id)
    // Lines end where other shapes are: they come after those.
    const lines = new Set<ShapeId>()
    for (const id of ids) {
      if (this.#shapes.get(id)?.line != null) lines.add(id)
      for (const line of this.#linesAt.get(id) ?? []) lines.add(line)
    }
    for (const id of lines) replace(id)
    if (added.size === 0 && removed.length === 0) return
    const news = [...added.values()]
    this.#updateTree(news, removed)
    this.#updatePile(news, removed)
    this.#listeners.tell({ added: news, removed, isOwn })
  }

  #index(id: ShapeId, key: string): void {
    const known = this.#registers.get(id)
    if (!this.#root.has(key)) {
      known?.delete(key)
      if (known?.size === 0) this.#registers.delete(id)
    } else if (known === undefined) this.#registers.set(id, new Set([key]))
    else known.add(key)
  }

  #shapeAt(id: ShapeId): BoardShape | null {
    const registers: Record<string, unknown> = {}
    let text = ''
    const keys = this.#registers.get(id)
    if (keys !== undefined) {
      for (const key of keys) registers[key.charAt(id.length + 1)] = this.#root.get(key)
      if ('x' in registers) text = this.#textAt(id)
    }
    const read = figureOf(id, this.#root.get(id), { ...registers, text }, this.figureAt)
    if (read === null) return null
    const figure = withWordsFitted(this.letters, read)
    return { ...figure, ...paintedBox(this.letters, figure), rank: 0 }
  }

  #hold({ id, line }: BoardShape, isHeld: boolean): void {
    for (const binding of [line?.ends.startsAt, line?.ends.endsAt]) {
      if (binding == null) continue
      const lines = this.#linesAt.get(binding.id) ?? new Set()
      if (isHeld) lines.add(id)
      else lines.delete(id)
      if (lines.size === 0) this.#linesAt.delete(binding.id)
      else this.#linesAt.set(binding.id, lines)
    }
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
