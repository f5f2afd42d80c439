/**
 * The stroke under the pen: it grows here, is seen by others through the live channel, is kept as a draft, and enters
 * the document once, when it is finished.
 */
import type { Point } from '#shared/board/geometry.ts'
import { orderBetween } from '#shared/board/order.ts'
import { flatPressure, packPoints, pointStride } from '#shared/board/points.ts'
import type { InkKind, InkRow, ShapeId } from '#shared/board/shape.ts'
import { firstStyle, styleFields, type InkStyle, type Style } from '#shared/board/style.ts'
import type { Undo } from '../../sync/ports.ts'
import type { BoardDoc } from './board-doc.ts'
import type { Draft, DraftKeeper } from './draft.ts'
import type { LiveChannel } from './live-channel.ts'
import type { World } from './world.ts'

/** A place on the board, and how hard it was pressed, 0…1. */
export type InkPoint = Point & Readonly<{ pressure: number }>

/** What a stroke will be: a laser's is nothing, and only seen. */
export type InkUse = Readonly<{
  style: InkStyle & Partial<Style>
  kind: InkKind | 'laser'
  hasPressure: boolean
  /** In board px: points nearer than that to the one before say nothing new. */
  spacing: number
}>

export type RunningStroke = Readonly<{
  id: ShapeId
  style: InkStyle & Partial<Style>
  kind: InkUse['kind']
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
/** How long a laser's trail stays after it. */
const fadeMs = 700

export class Ink {
  readonly #doc: BoardDoc
  readonly #live: LiveChannel
  readonly #draft: DraftKeeper
  readonly #world: World
  readonly #save: (id: ShapeId, row: InkRow) => boolean
  readonly #changed: () => void
  #running: (RunningStroke & { values: number[]; predicted: readonly number[] }) | null = null
  #spacing = 0
  #isStraight = false
  #stopFade: Undo | null = null

  constructor(
    parts: Readonly<{ doc: BoardDoc; live: LiveChannel; draft: DraftKeeper; world: World }>,
    on: Readonly<{
      /** The stroke is finished: write it. False if this person may not write any more. */
      save: (id: ShapeId, row: InkRow) => boolean
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

  begin(at: InkPoint, { style, kind, hasPressure, spacing }: InkUse): void {
    if (this.#stopFade !== null) this.drop()
    this.#isStraight = false
    this.#spacing = spacing
    const values: number[] = []
    this.#running = { id: this.newId(), style, kind, hasPressure, values, predicted: [] }
    this.#add(at)
    this.#live.beginStroke({ style, kind, values, hasPressure })
    if (kind !== 'laser') this.#draft.begin(() => this.#asDraft())
    this.#changed()
  }

  extend(points: readonly InkPoint[], predicted: readonly InkPoint[]): void {
    if (this.#isStraight) {
      this.#straightenTo(points.at(-1))
      return
    }
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

  /** From its first point straight to its last, and to wherever the pen goes on. Not what is shorter than `lengthMin`. */
  straighten(lengthMin: number): void {
    const values = this.#running?.values ?? []
    const [x = 0, y = 0] = values
    const [toX = 0, toY = 0, pressure = 0] = values.slice(-pointStride)
    if (this.#running?.kind === 'laser' || Math.hypot(toX - x, toY - y) < lengthMin) return
    this.#isStraight = true
    this.#straightenTo({ x: toX, y: toY, pressure })
  }

  /** A laser's trail goes after a moment. */
  fade(): void {
    this.#stopFade?.()
    this.#stopFade = this.#world.after(fadeMs, () => {
      this.drop()
    })
  }

  /** Gives the stroke up. */
  drop(): void {
    this.#stopFade?.()
    this.#stopFade = null
    if (this.#running === null) return
    if (this.#running.kind !== 'laser') this.#draft.end()
    this.#running = null
    this.#live.endStroke(null)
    this.#changed()
  }

  #straightenTo(point: InkPoint | undefined): void {
    const stroke = this.#running
    if (stroke === null || point === undefined) return
    stroke.values.length = pointStride
    stroke.predicted = []
    this.#add(point)
    this.#live.strokeShrank()
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
    const { style, kind, hasPressure } = stroke
    this.begin(from, { style, kind, hasPressure, spacing: this.#spacing })
  }

  #asDraft(): Draft | null {
    const stroke = this.#running
    if (stroke === null || stroke.kind === 'laser') return null
    const order = orderBetween(this.#doc.topOrder(), null, this.#world.random())
    return {
      id: stroke.id,
      row: {
        k: stroke.kind,
        z: order,
        ...styleFields({ ...firstStyle, ...inkOnly(stroke.style) }),
        p: packPoints(stroke.values, stroke.hasPressure),
      },
    }
  }
}

/** Of a style, what ink has. */
function inkOnly({ ink, width, opacity = firstStyle.opacity }: InkStyle & Partial<Style>): Partial<Style> {
  return { ink, width, opacity }
}
