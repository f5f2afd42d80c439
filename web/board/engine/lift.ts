/**
 * Shapes in somebody's hand: shown where they are moved to, while the document has them where they were (BO3).
 *
 * A move, a turn and a stretch are all one matrix. What it makes of a shape is the same for who moves it, for those who
 * look on, and for what is written in the end.
 */
import { withEnds, withPlace, type Figure } from '#shared/board/figure.ts'
import {
  endsFields,
  placeFields,
  transformEnds,
  transformPlace,
  type Ends,
  type Matrix,
} from '#shared/board/place.ts'
import type { BoardValue, ShapeId } from '#shared/board/shape.ts'
import { styleFields, textSizeMax, textSizeMin } from '#shared/board/style.ts'
import type { BoardChange } from './author.ts'
import type { BoardDoc } from './board-doc.ts'
import { layOut, type Letters } from './letters.ts'

/** These shapes, and the lines that hold on to them, as the matrix has them. */
export function liftedFigures(
  doc: BoardDoc,
  ids: ReadonlySet<ShapeId>,
  matrix: Matrix,
  letters: Letters,
): ReadonlyMap<ShapeId, Figure> {
  const lifted = new Map<ShapeId, Figure>()
  const figureAt = (id: string): Figure | null => lifted.get(id as ShapeId) ?? doc.figureAt(id)
  const lines: Figure[] = []
  for (const id of ids) {
    const shape = doc.shape(id)
    if (shape === null) continue
    if (shape.line === null) lifted.set(id, transformBox(shape, matrix, letters))
    else lines.push(shape)
  }
  for (const line of lines) {
    if (line.line !== null)
      lifted.set(line.id, withEnds(line, movedEnds(line.line.ends, matrix, ids), figureAt))
  }
  for (const id of ids) {
    for (const lineId of doc.linesAt(id)) {
      const line = doc.shape(lineId)
      if (line?.line != null && !ids.has(lineId)) lifted.set(lineId, withEnds(line, line.line.ends, figureAt))
    }
  }
  return lifted
}

/** What has to be written for these shapes to be where the matrix has them. */
export function placedChanges(
  doc: BoardDoc,
  ids: ReadonlySet<ShapeId>,
  matrix: Matrix,
  letters: Letters,
): BoardChange[] {
  const lifted = liftedFigures(doc, ids, matrix, letters)
  return [...ids].flatMap((id) => {
    const [before, after] = [doc.shape(id), lifted.get(id)]
    if (before === null || after === undefined) return []
    const changes = [changeOf(doc, `${id}:t`, placeValue(after))]
    if (after.style !== before.style) changes.push(changeOf(doc, `${id}:s`, styleFields(after.style)))
    return changes
  })
}

/** From what a key holds now to this. */
export function changeOf(doc: BoardDoc, key: string, after: BoardValue | null): BoardChange {
  return { key, before: doc.value(key), after }
}

/** What is written of where a shape is. */
export function placeValue({ line, place }: Figure): BoardValue {
  return line === null ? placeFields(place) : endsFields(line.ends)
}

/** A line that is moved lets go of what is not moved with it. */
function movedEnds(ends: Ends, matrix: Matrix, ids: ReadonlySet<ShapeId>): Ends {
  const isMoved = (binding: Ends['startsAt']): boolean => binding !== null && ids.has(binding.id as ShapeId)
  const moved = transformEnds(ends, matrix)
  return {
    ...moved,
    startsAt: isMoved(ends.startsAt) ? ends.startsAt : null,
    endsAt: isMoved(ends.endsAt) ? ends.endsAt : null,
  }
}

/** Words are stretched by larger letters, or given another width; never out of shape. */
function transformBox(shape: Figure, matrix: Matrix, letters: Letters): Figure {
  const place = transformPlace(shape.place, matrix)
  if (shape.kind !== 'text') return withPlace(shape, place)
  const [scaleX, scaleY] = [place.width / (shape.place.width || 1), place.height / (shape.place.height || 1)]
  const upright = { ...place, isFlippedX: false, isFlippedY: false }
  if (Math.abs(scaleX - 1) < 1e-6 && Math.abs(scaleY - 1) < 1e-6) return withPlace(shape, upright)
  if (Math.abs(scaleX - scaleY) < 1e-6) {
    const textSize = Math.round(Math.min(textSizeMax, Math.max(textSizeMin, shape.style.textSize * scaleX)))
    return { ...shape, place: upright, style: { ...shape.style, textSize } }
  }
  const { height } = layOut(letters, shape.text, shape.style, place.width)
  const fixed = { ...upright, height, isFixed: true, y: upright.y + (upright.height - height) / 2 }
  return withPlace(shape, fixed)
}

/** What this person holds. */
export class Lift {
  readonly #doc: BoardDoc
  readonly #letters: Letters
  readonly #changed: (ids: ReadonlySet<ShapeId>, matrix: Matrix | null) => void
  #ids: ReadonlySet<ShapeId> = new Set()
  #matrix: Matrix | null = null
  #figures: ReadonlyMap<ShapeId, Figure> = new Map()

  /** `changed` hears what is held, and by which matrix; null once it is put down. */
  constructor(
    doc: BoardDoc,
    letters: Letters,
    changed: (ids: ReadonlySet<ShapeId>, matrix: Matrix | null) => void,
  ) {
    this.#doc = doc
    this.#letters = letters
    this.#changed = changed
  }

  /** What is held, as it is shown. */
  get figures(): ReadonlyMap<ShapeId, Figure> {
    return this.#figures
  }

  hold(ids: ReadonlySet<ShapeId>, matrix: Matrix): void {
    this.#ids = ids
    this.#matrix = matrix
    this.#figures = liftedFigures(this.#doc, ids, matrix, this.#letters)
    this.#changed(ids, matrix)
  }

  /** One line, with other ends. */
  bend(line: Figure, ends: Ends): void {
    this.#ids = new Set()
    this.#matrix = null
    this.#figures = new Map([[line.id, withEnds(line, ends, this.#doc.figureAt)]])
    this.#changed(this.#ids, null)
  }

  /** Puts down what is held; returns what has to be written. */
  release(): BoardChange[] {
    const changes =
      this.#matrix === null
        ? [...this.#figures].map(([id, figure]) => changeOf(this.#doc, `${id}:t`, placeValue(figure)))
        : placedChanges(this.#doc, this.#ids, this.#matrix, this.#letters)
    this.drop()
    return changes
  }

  /** Everything is where it was. */
  drop(): void {
    if (this.#figures.size === 0) return
    this.#ids = new Set()
    this.#matrix = null
    this.#figures = new Map()
    this.#changed(this.#ids, null)
  }
}
