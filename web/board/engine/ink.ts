/**
 * The stroke under the pen: it grows here, is seen by others through the live channel, is kept as a draft, and enters
 * the document once, when it is finished.
 */
import type { Point } from '#shared/board/geometry.ts'
import { orderBetween } from '#shared/board/order.ts'
import { flatPressure, packPoints, pointStride } from '#shared/board/points.ts'
import type { InkStyle, ShapeId, ShapeRow } from '#shared/board/shape.ts'
import type { BoardDoc } from './board-doc.ts'
import type { Draft, DraftKeeper } from './draft.ts'
import type { LiveChannel } from './live-channel.ts'
import type { World } from './world.ts'

/** A place on the board, and how hard it was pressed, 0…1. */
export type InkPoint = Point & Readonly<{ pressure: number }>

export type RunningStroke = Readonly<{
  id: ShapeId
  style: InkStyle
  hasPressure: boolean
  /** Flat triples so far. */
  values: readonly number[]
  /** Where the pen probably is by the time this is seen: shown, never kept. */
  predicted: readonly number[]
}>

/**
 * A longer stroke goes on as a new one. Eight minutes of steady drawing; its row stays below shapeSizeMax whatever the
 * movement, at 10 bytes a point.
 */
const pointsMax = 8_000

export class Ink {
  readonly #doc: BoardDoc
  readonly #live: LiveChannel
  readonly #draft: DraftKeeper
  readonly #world: World
  readonly #save: (id: ShapeId, row: ShapeRow) => boolean
  readonly #changed: () => void
  #running: (RunningStroke & { values: number[]; predicted: readonly number[] }) | null = null
  #spacing = 0

  constructor(
    parts: Readonly<{ doc: BoardDoc; live: LiveChannel; draft: DraftKeeper; world: World }>,
    on: Readonly<{
      /** The stroke is finished: write it. False if this person may not write any more. */
      save: (id: ShapeId, row: ShapeRow) => boolean
      /** It looks different now. */
      changed: () => void
    }>,
  ) {
    this.#doc = parts.doc
    this.#live = parts.live
    this.#draft = parts.draft
    this.#world = parts.world
    this.#save = on.save
    this.#changed = on.changed
  }

  get running(): RunningStroke | null {
    return this.#running
  }

  newId(): ShapeId {
    return this.#doc.newId(this.#world.random())
  }

  /** `spacing` in board px: points nearer than that to the one before say nothing new. */
  begin(at: InkPoint, style: InkStyle, hasPressure: boolean, spacing: number): void {
    this.#spacing = spacing
    const values: number[] = []
    this.#running = { id: this.newId(), style, hasPressure, values, predicted: [] }
    this.#add(at)
    this.#live.beginStroke(style, values, hasPressure)
    this.#draft.begin(() => this.#asDraft())
    this.#changed()
  }

  extend(points: readonly InkPoint[], predicted: readonly InkPoint[]): void {
    for (const point of points) {
      const stroke = this.#running
      if (stroke === null || !this.#isFarEnough(stroke.values, point)) continue
      this.#add(point)
      if (stroke.values.length >= pointsMax * pointStride) this.#goOn(stroke, point)
    }
    if (this.#running === null) return
    this.#running.predicted = predicted.flatMap(({ x, y, pressure }) => [x, y, pressure])
    this.#live.strokeGrew()
    this.#changed()
  }

  /** Finishes the stroke. */
  commit(): void {
    const draft = this.#asDraft()
    this.#running = null
    if (draft === null) return
    // The others are told first: they keep showing it until the document brings it.
    this.#live.endStroke(draft.id)
    // What may not be written now stays a draft, until it may be.
    if (this.#save(draft.id, draft.row)) this.#draft.settle(draft)
    else this.#draft.keep(draft)
    this.#changed()
  }

  /** Gives the stroke up. */
  drop(): void {
    if (this.#running === null) return
    this.#running = null
    this.#live.endStroke(null)
    this.#draft.end()
    this.#changed()
  }

  #add({ x, y, pressure }: InkPoint): void {
    this.#running?.values.push(x, y, this.#running.hasPressure ? pressure : flatPressure)
  }

  #isFarEnough(values: readonly number[], point: Point): boolean {
    const x = values.at(-pointStride) ?? Infinity
    const y = values.at(-pointStride + 1) ?? Infinity
    return Math.hypot(point.x - x, point.y - y) >= this.#spacing
  }

  #goOn(stroke: RunningStroke, from: InkPoint): void {
    this.commit()
    this.begin(from, stroke.style, stroke.hasPressure, this.#spacing)
  }

  #asDraft(): Draft | null {
    const stroke = this.#running
    if (stroke === null) return null
    const order = orderBetween(this.#doc.topOrder(), null, this.#world.random())
    const { ink, width } = stroke.style
    return {
      id: stroke.id,
      row: { k: 'stroke', c: ink, w: width, z: order, p: packPoints(stroke.values, stroke.hasPressure) },
    }
  }
}
