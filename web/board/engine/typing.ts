/**
 * Writing in a shape. What is typed enters the document as it is typed, so that two people can write in the same text;
 * what one person writes in one go is one action to take back (BO4, BO7).
 */
import { figureOf, type Figure } from '#shared/board/figure.ts'
import type { Point } from '#shared/board/geometry.ts'
import { orderBetween } from '#shared/board/order.ts'
import { placeFields, type Place } from '#shared/board/place.ts'
import type { ShapeId } from '#shared/board/shape.ts'
import { styleFields } from '#shared/board/style.ts'
import { boardTextLengthMax } from '#shared/limits.ts'
import { creation, removal } from './arrange.ts'
import type { BoardChange } from './author.ts'
import { textKey } from './board-doc.ts'
import type { Editor } from './editor.ts'
import { lineHeight } from './letters.ts'
import { changeOf, placeValue } from './lift.ts'
import { withRoomForWords } from './words.ts'

type Parts = Pick<Editor, 'doc' | 'author' | 'selection' | 'letters' | 'world' | 'style' | 'canDraw'>

export class Typing {
  readonly #parts: Parts
  readonly #changed: () => void
  #id: ShapeId | null = null
  /** A text that has no words yet, and so is no shape. */
  #unborn: Figure | null = null
  /** What has been changed since the last action, as it was before. */
  #before = new Map<string, BoardChange['before']>()
  #written = ''

  constructor(parts: Parts, changed: () => void) {
    this.#parts = parts
    this.#changed = changed
  }

  get id(): ShapeId | null {
    return this.#id
  }

  /** What is being written in. */
  get figure(): Figure | null {
    return this.#id === null ? null : (this.#parts.doc.shape(this.#id) ?? this.#unborn)
  }

  /** Writes in this shape, or in a new text whose first line is at a place. */
  begin(what: ShapeId | Point): void {
    this.end()
    const { doc, world, style, selection } = this.#parts
    if (typeof what === 'string') {
      const shape = doc.shape(what)
      if (shape === null || 'p' in shape.row || shape.kind === 'image' || shape.isLocked) return
      this.#id = what
      selection.set([what])
    } else {
      const id = doc.newId(world.random())
      const height = style.textSize * lineHeight
      const t = placeFields({ ...noPlace, x: what.x, y: what.y - height / 2, height })
      const z = orderBetween(doc.topOrder(), null, world.random())
      const look = styleFields({ ...style, fill: 'none', dash: 'solid', heads: 'none' })
      this.#unborn = figureOf(id, { k: 'text', z, ...look, t }, {}, () => null)
      this.#id = this.#unborn === null ? null : id
      selection.clear()
    }
    this.#written = this.figure?.text ?? ''
    this.#changed()
  }

  /** The whole text as it is now in the field. */
  write(typed: string): void {
    const { figure } = this
    if (figure === null || !this.#parts.canDraw) return
    const text = typed.slice(0, boardTextLengthMax)
    const { doc, world } = this.#parts
    const changes =
      doc.shape(figure.id) === null
        ? creation(withRoomForWords(this.#parts.letters, { ...figure, text }))
        : [changeOf(doc, textKey(figure.id), text), ...this.#roomFor({ ...figure, text })]
    for (const { key, before } of changes) if (!this.#before.has(key)) this.#before.set(key, before)
    this.#written = text
    doc.write(changes, world.random)
  }

  /** After the document has changed: what others write in the same text is another's, and ends this action. */
  follow(): void {
    const { figure } = this
    if (this.#id === null) return
    if (figure === null) {
      this.#reset()
      return
    }
    if (figure.text === this.#written) return
    this.#remember(this.#written)
    this.#written = figure.text
  }

  end(): void {
    const { figure } = this
    if (figure === null) return
    const { doc, selection, author, world } = this.#parts
    const isBorn = doc.shape(figure.id) !== null
    // A text without words is nothing: it goes as it was before, so that it comes back with its words.
    if (isBorn && doc.canWrite && figure.kind === 'text' && figure.text.trim() === '') {
      doc.write(
        [...this.#before].map(([key, before]) => ({ key, before: doc.value(key), after: before })),
        world.random,
      )
      author.act(removal(doc, [figure.id]))
    } else this.#remember(this.#written)
    this.#reset()
    if (doc.shape(figure.id) !== null) selection.set([figure.id])
  }

  #remember(text: string): void {
    const { doc, author } = this.#parts
    const now = (key: string): BoardChange['before'] => (key.endsWith(':x') ? text || null : doc.value(key))
    author.remember([...this.#before].map(([key, before]) => ({ key, before, after: now(key) })))
    this.#before = new Map()
  }

  #reset(): void {
    this.#id = null
    this.#unborn = null
    this.#before = new Map()
    this.#changed()
  }

  /** A text is as large as its words; other boxes grow with them. */
  #roomFor(figure: Figure): BoardChange[] {
    const fitted = withRoomForWords(this.#parts.letters, figure)
    return fitted === figure ? [] : [changeOf(this.#parts.doc, `${figure.id}:t`, placeValue(fitted))]
  }
}

const noPlace: Place = {
  x: 0,
  y: 0,
  width: 0,
  height: 0,
  turn: 0,
  isFlippedX: false,
  isFlippedY: false,
  isFixed: false,
}
