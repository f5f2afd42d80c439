/**
 * What one peer shows before it is in the document: its cursor, strokes and shape that it draws, and what it moves.
 *
 * What was finished stays until the document has it, so that it never blinks, or five seconds; what was given up goes
 * at once, and so does, later, what its sender fell silent about.
 */
import type { ReceivedPart } from '#shared/board/live.ts'
import { figureOf, type Figure } from '#shared/board/figure.ts'
import type { Point } from '#shared/board/geometry.ts'
import { identity, type Matrix } from '#shared/board/place.ts'
import type { ShapeId } from '#shared/board/shape.ts'
import type { BoardDoc } from './board-doc.ts'
import { takePoints, type IncomingStroke } from './incoming-stroke.ts'

/** Shapes that somebody else is moving. */
export type RemoteLift = Readonly<{ ids: ReadonlySet<ShapeId>; matrix: Matrix }>

/** What of a peer has to be shown anew. */
export type PeerChange = 'ink' | 'cursors' | 'lifts'

type Heard = Readonly<{ heardAtMs: number; isDone: boolean }>
type ShownPart = Exclude<ReceivedPart, { kind: 'view' | 'look' | 'brought' }>

/** A cursor that rests this long is taken away. */
export const cursorLifeMs = 10_000
/** How long what is finished waits for the document. */
const commitWaitMs = 5_000
/** How long something waits for its next part: somebody may hold the pen still. */
const silenceMaxMs = 30_000
/** Strokes of one peer: nobody draws with more pens. */
const strokesMax = 8
const kindOf = { begin: 'stroke', mark: 'highlight', laser: 'laser' } as const

export class LivePeer {
  readonly #doc: BoardDoc
  readonly #strokes = new Map<number, IncomingStroke>()
  #cursor: Readonly<{ at: Point; atMs: number }> | null = null
  #lift: (RemoteLift & Heard) | null = null
  #drawn: (Heard & Readonly<{ figure: Figure }>) | null = null

  constructor(doc: BoardDoc) {
    this.#doc = doc
  }

  get strokes(): readonly IncomingStroke[] {
    return [...this.#strokes.values()]
  }

  get cursor(): Readonly<{ at: Point; atMs: number }> | null {
    return this.#cursor
  }

  get lift(): RemoteLift | null {
    return this.#lift
  }

  /** The shape it is drawing. */
  get drawn(): Figure | null {
    return this.#drawn?.figure ?? null
  }

  take(part: ShownPart, heardAtMs: number): PeerChange {
    switch (part.kind) {
      case 'cursor':
        this.#cursor = { at: part.at, atMs: heardAtMs }
        return 'cursors'
      case 'away':
        this.#cursor = null
        return 'cursors'
      case 'begin':
      case 'mark':
      case 'laser':
        if (this.#strokes.size < strokesMax)
          this.#strokes.set(part.stroke, {
            style: part.style,
            kind: kindOf[part.kind],
            values: [],
            hasPressure: false,
            committedId: null,
            heardAtMs,
          })
        return 'ink'
      case 'points':
        takePoints(this.#strokes, part, heardAtMs)
        return 'ink'
      case 'commit': {
        const stroke = this.#strokes.get(part.stroke)
        if (stroke === undefined) return 'ink'
        if (this.#doc.shape(part.id) !== null) this.#strokes.delete(part.stroke)
        stroke.committedId = part.id
        stroke.heardAtMs = heardAtMs
        return 'ink'
      }
      case 'drop':
        this.#strokes.delete(part.stroke)
        return 'ink'
      case 'draw': {
        const figure = figureOf(part.id, part.row, {}, this.#doc.figureAt)
        this.#drawn = figure === null ? null : { figure, heardAtMs, isDone: false }
        return 'ink'
      }
      case 'drawn':
        if (this.#drawn !== null) this.#drawn = { ...this.#drawn, heardAtMs, isDone: true }
        this.land()
        return 'ink'
      case 'undrawn':
        this.#drawn = null
        return 'ink'
      case 'lift':
        // What was put down stays where it was seen until the document says the same.
        if (part.ids.length > 0)
          this.#lift = { ids: new Set(part.ids), matrix: identity, heardAtMs, isDone: false }
        else if (this.#lift !== null) this.#lift = { ...this.#lift, isDone: true, heardAtMs }
        return 'lifts'
      case 'shift':
        if (this.#lift !== null) this.#lift = { ...this.#lift, matrix: part.matrix, heardAtMs }
        return 'lifts'
    }
  }

  /** Lets go of what the document has by now. */
  land(): void {
    for (const [number, { committedId }] of this.#strokes)
      if (committedId !== null && this.#doc.shape(committedId) !== null) this.#strokes.delete(number)
    if (this.#drawn?.isDone === true && this.#doc.shape(this.#drawn.figure.id) !== null) this.#drawn = null
  }

  /** The document has changed these. True if what was put down has come with it. */
  landLifted(changed: readonly Readonly<{ id: ShapeId }>[]): boolean {
    const lift = this.#lift
    if (lift?.isDone !== true || !changed.some(({ id }) => lift.ids.has(id))) return false
    this.#lift = null
    return true
  }

  /** Forgets what is too old. True if anything is left. */
  sweep(nowMs: number): boolean {
    const isOver = ({ heardAtMs, isDone }: Heard): boolean =>
      nowMs - heardAtMs >= (isDone ? commitWaitMs : silenceMaxMs)
    if (this.#cursor !== null && nowMs - this.#cursor.atMs >= cursorLifeMs) this.#cursor = null
    for (const [number, { heardAtMs, committedId }] of this.#strokes)
      if (isOver({ heardAtMs, isDone: committedId !== null })) this.#strokes.delete(number)
    if (this.#lift !== null && isOver(this.#lift)) this.#lift = null
    if (this.#drawn !== null && isOver(this.#drawn)) this.#drawn = null
    return this.#cursor !== null || this.#strokes.size > 0 || this.#lift !== null || this.#drawn !== null
  }
}
