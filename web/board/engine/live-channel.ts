/**
 * What people see of each other before it is in the document: cursors, strokes while they are drawn, and what is moved.
 *
 * Outwards: everything since the last frame in one frame, at most 30 a second; a stroke's end at once. Inwards: each
 * peer's cursor and strokes. A committed stroke stays until the document has it, so that it never blinks, or five
 * seconds; one whose sender fell silent goes too.
 */
import {
  decodeLive,
  encodeLive,
  liftedShapesMax,
  livePointsMax,
  type LivePart,
  type ReceivedPart,
  type StrokeBegin,
} from '#shared/board/live.ts'
import type { Box, Point } from '#shared/board/geometry.ts'
import { packPoints, pointStride } from '#shared/board/points.ts'
import { identity, type Matrix } from '#shared/board/place.ts'
import type { ShapeId } from '#shared/board/shape.ts'
import type { FileHash } from '#shared/files/file.ts'
import type { LivePort, Undo } from '../../sync/ports.ts'
import type { BoardDoc } from './board-doc.ts'
import { takePoints, type IncomingStroke, type RemoteStroke } from './incoming-stroke.ts'
import { Listeners } from '../../sync/listeners.ts'
import type { World } from './world.ts'

export type { RemoteStroke } from './incoming-stroke.ts'

/** Shapes that somebody else is moving. */
export type RemoteLift = Readonly<{ ids: ReadonlySet<ShapeId>; matrix: Matrix }>

/** Where somebody else points; `idleMs` since they last moved. */
export type RemoteCursor = Readonly<{ clientId: number; at: Point; idleMs: number }>

type Peer = {
  cursor: Readonly<{ at: Point; atMs: number }> | null
  strokes: Map<number, IncomingStroke>
  lift: (RemoteLift & Readonly<{ heardAtMs: number; isDone: boolean }>) | null
}

const beginOf = { stroke: 'begin', highlight: 'mark', laser: 'laser' } as const satisfies Record<
  RemoteStroke['kind'],
  StrokeBegin
>
const kindOf = { begin: 'stroke', mark: 'highlight', laser: 'laser' } as const

type OutgoingStroke = RemoteStroke & {
  number: number
  isBegun: boolean
  sentCount: number
}

/** 30 frames a second. */
const frameIntervalMs = 1000 / 30
/** A cursor that rests this long is taken away. */
export const cursorLifeMs = 10_000
/** How long a committed stroke waits for the document. */
const commitWaitMs = 5_000
/** How long a stroke waits for its next point: somebody may hold the pen still. */
const silenceMaxMs = 30_000
const sweepIntervalMs = 500
/** Peers kept, and strokes of one peer: nobody draws with more pens. */
const peersMax = 256
const strokesPerPeerMax = 8

export class LiveChannel {
  readonly #port: LivePort
  readonly #doc: BoardDoc
  readonly #world: World
  readonly #peers = new Map<number, Peer>()
  readonly #listeners = new Listeners<['ink' | 'cursors' | 'lifts']>()
  readonly #brought = new Listeners<[FileHash]>()
  readonly #views = new Listeners<[clientId: number, box: Box | null]>()
  readonly #undos: Undo[]
  #cursor: LivePart | null = null
  #view: LivePart | null = null
  #stroke: OutgoingStroke | null = null
  #strokeNumber = 0
  #lifted: ReadonlySet<ShapeId> = new Set()
  #shift: Matrix | null = null
  #isLiftSent = true
  #sentAtMs = -Infinity
  #stopFrame: Undo | null = null
  #stopSweep: Undo | null = null

  constructor(port: LivePort, doc: BoardDoc, world: World) {
    this.#port = port
    this.#doc = doc
    this.#world = world
    this.#undos = [
      port.onReceive((clientId, payload) => {
        this.#receive(clientId, payload)
      }),
      doc.onChange(({ added, removed }) => {
        this.#landLifted([...added, ...removed])
        this.#dropCommitted()
      }),
    ]
  }

  // ── Outwards ────────────────────────────────────────────────────────────────────────────────
  moveCursor(at: Point): void {
    this.#cursor = { kind: 'cursor', at }
    this.#sendSoon()
  }

  hideCursor(): void {
    this.#cursor = { kind: 'away' }
    this.#sendSoon()
  }

  /** This is what of the board is looked at now. */
  moveView(box: Box): void {
    this.#view = { kind: 'view', box }
    this.#sendSoon()
  }

  /** Others shall tell what they look at. */
  askViews(): void {
    this.#view = { kind: 'look' }
    this.#sendSoon()
  }

  /** A stroke begins. `values` are its flat triples, which the caller goes on filling. */
  beginStroke(stroke: RemoteStroke): void {
    this.#strokeNumber += 1
    const number = this.#strokeNumber
    this.#stroke = { ...stroke, number, isBegun: false, sentCount: 0 }
    this.#sendSoon()
  }

  strokeGrew(): void {
    this.#sendSoon()
  }

  /** The stroke is another now, with fewer points: it is sent once more. */
  strokeShrank(): void {
    if (this.#stroke !== null) this.#stroke.sentCount = 0
    this.#sendSoon()
  }

  /** These shapes are moved by this matrix; null once they are put down. */
  lift(ids: ReadonlySet<ShapeId>, matrix: Matrix | null): void {
    const next = matrix === null || ids.size > liftedShapesMax ? new Set<ShapeId>() : ids
    if (next.size === 0 && this.#lifted.size === 0) return
    const isSame = next.size === this.#lifted.size && [...next].every((id) => this.#lifted.has(id))
    if (!isSame) this.#isLiftSent = false
    this.#lifted = next
    this.#shift = next.size === 0 ? null : matrix
    this.#sendSoon()
  }

  /** The stroke is about to enter the document under this id; null if it was given up. */
  endStroke(id: ShapeId | null): void {
    const stroke = this.#stroke
    if (stroke === null) return
    if (stroke.isBegun || id !== null) {
      const parts = id === null ? [] : this.#newParts()
      parts.push(
        id === null ? { kind: 'drop', stroke: stroke.number } : { kind: 'commit', stroke: stroke.number, id },
      )
      this.#send(parts)
    }
    this.#stroke = null
  }

  /** The server has the bytes of this picture: whoever waits for them may ask. */
  tellBrought(hash: FileHash): void {
    this.#send([{ kind: 'brought', hash }])
  }

  // ── Inwards ─────────────────────────────────────────────────────────────────────────────────
  strokes(): RemoteStroke[] {
    return [...this.#peers.values()].flatMap((peer) => [...peer.strokes.values()])
  }

  lifts(): RemoteLift[] {
    return [...this.#peers.values()].flatMap(({ lift }) => lift ?? [])
  }

  cursors(): RemoteCursor[] {
    const nowMs = this.#world.nowMs()
    return [...this.#peers].flatMap(([clientId, { cursor }]) =>
      cursor === null ? [] : [{ clientId, at: cursor.at, idleMs: nowMs - cursor.atMs }],
    )
  }

  /** Forgets peers that are gone. */
  keepOnly(isHere: (clientId: number) => boolean): void {
    for (const clientId of [...this.#peers.keys()]) if (!isHere(clientId)) this.#peers.delete(clientId)
    this.#tellAll()
  }

  onChange(listener: (what: 'ink' | 'cursors' | 'lifts') => void): Undo {
    return this.#listeners.add(listener)
  }

  onBrought(listener: (hash: FileHash) => void): Undo {
    return this.#brought.add(listener)
  }

  /** What a peer looks at; null: it wants to be told what others do. */
  onView(listener: (clientId: number, box: Box | null) => void): Undo {
    return this.#views.add(listener)
  }

  [Symbol.dispose](): void {
    this.#stopFrame?.()
    this.#stopSweep?.()
    for (const undo of this.#undos.splice(0)) undo()
  }

  #sendSoon(): void {
    if (this.#stopFrame !== null) return
    const waitMs = Math.max(0, this.#sentAtMs + frameIntervalMs - this.#world.nowMs())
    this.#stopFrame = this.#world.after(waitMs, () => {
      this.#stopFrame = null
      this.#send(this.#newParts())
      if (this.#stroke !== null && this.#stroke.sentCount < this.#stroke.values.length / pointStride)
        this.#sendSoon()
    })
  }

  #send(parts: readonly LivePart[]): void {
    // Of those who only look, the server passes nothing on.
    if (parts.length === 0 || !this.#doc.canWrite) return
    this.#sentAtMs = this.#world.nowMs()
    this.#port.send(encodeLive(parts))
  }

  /** What has not been sent yet, as far as it fits one frame. */
  #newParts(): LivePart[] {
    const parts: LivePart[] = []
    if (this.#cursor !== null) parts.push(this.#cursor)
    this.#cursor = null
    if (this.#view !== null) parts.push(this.#view)
    this.#view = null
    if (!this.#isLiftSent) parts.push({ kind: 'lift', ids: [...this.#lifted] })
    this.#isLiftSent = true
    if (this.#shift !== null) parts.push({ kind: 'shift', matrix: this.#shift })
    this.#shift = null
    const stroke = this.#stroke
    if (stroke === null) return parts
    if (!stroke.isBegun)
      parts.push({ kind: beginOf[stroke.kind], stroke: stroke.number, style: stroke.style })
    stroke.isBegun = true
    const from = stroke.sentCount
    const fresh = stroke.values.slice(from * pointStride, (from + livePointsMax) * pointStride)
    if (fresh.length > 0) {
      const packed = packPoints(fresh, stroke.hasPressure)
      parts.push({ kind: 'points', stroke: stroke.number, from, packed })
      stroke.sentCount += fresh.length / pointStride
    }
    return parts
  }

  #receive(clientId: number, payload: Uint8Array): void {
    const parts = decodeLive(payload)
    if (parts === null) return
    let peer = this.#peers.get(clientId)
    if (peer === undefined) {
      if (this.#peers.size >= peersMax) return
      peer = { cursor: null, strokes: new Map(), lift: null }
      this.#peers.set(clientId, peer)
    }
    for (const part of parts) {
      if (part.kind === 'view' || part.kind === 'look')
        this.#views.tell(clientId, part.kind === 'view' ? part.box : null)
      else this.#take(peer, part)
    }
    this.#sweepLater()
    this.#tellAll()
  }

  #take(peer: Peer, part: Exclude<ReceivedPart, { kind: 'view' | 'look' }>): void {
    const heardAtMs = this.#world.nowMs()
    switch (part.kind) {
      case 'cursor':
        peer.cursor = { at: part.at, atMs: heardAtMs }
        return
      case 'away':
        peer.cursor = null
        return
      case 'begin':
      case 'mark':
      case 'laser':
        if (peer.strokes.size >= strokesPerPeerMax) return
        peer.strokes.set(part.stroke, {
          style: part.style,
          kind: kindOf[part.kind],
          values: [],
          hasPressure: false,
          committedId: null,
          heardAtMs,
        })
        return
      case 'points':
        takePoints(peer.strokes, part, heardAtMs)
        return
      case 'commit': {
        const stroke = peer.strokes.get(part.stroke)
        if (stroke === undefined) return
        if (this.#doc.shape(part.id) !== null) peer.strokes.delete(part.stroke)
        stroke.committedId = part.id
        stroke.heardAtMs = heardAtMs
        return
      }
      case 'drop':
        peer.strokes.delete(part.stroke)
        return
      case 'lift':
        // What was put down stays where it was seen until the document says the same.
        if (part.ids.length === 0)
          peer.lift = peer.lift === null ? null : { ...peer.lift, isDone: true, heardAtMs }
        else peer.lift = { ids: new Set(part.ids), matrix: identity, heardAtMs, isDone: false }
        this.#listeners.tell('lifts')
        return
      case 'shift':
        if (peer.lift === null) return
        peer.lift = { ...peer.lift, matrix: part.matrix, heardAtMs }
        this.#listeners.tell('lifts')
        return
      case 'brought':
        this.#brought.tell(part.hash)
    }
  }

  #dropCommitted(): void {
    for (const { strokes } of this.#peers.values()) {
      for (const [number, { committedId }] of strokes) {
        if (committedId !== null && this.#doc.shape(committedId) !== null) strokes.delete(number)
      }
    }
    this.#listeners.tell('ink')
  }

  #landLifted(changed: readonly Readonly<{ id: ShapeId }>[]): void {
    for (const peer of this.#peers.values()) {
      if (peer.lift?.isDone === true && changed.some(({ id }) => peer.lift?.ids.has(id))) {
        peer.lift = null
        this.#listeners.tell('lifts')
      }
    }
  }

  #sweepLater(): void {
    this.#stopSweep ??= this.#world.after(sweepIntervalMs, () => {
      this.#stopSweep = null
      this.#sweep()
    })
  }

  #sweep(): void {
    const nowMs = this.#world.nowMs()
    let isMoreToSweep = false
    for (const [clientId, peer] of this.#peers) {
      if (peer.cursor !== null && nowMs - peer.cursor.atMs >= cursorLifeMs) peer.cursor = null
      for (const [number, stroke] of peer.strokes) {
        const lifeMs = stroke.committedId === null ? silenceMaxMs : commitWaitMs
        if (nowMs - stroke.heardAtMs >= lifeMs) peer.strokes.delete(number)
      }
      if (
        peer.lift !== null &&
        nowMs - peer.lift.heardAtMs >= (peer.lift.isDone ? commitWaitMs : silenceMaxMs)
      )
        peer.lift = null
      if (peer.cursor === null && peer.strokes.size === 0 && peer.lift === null) this.#peers.delete(clientId)
      else isMoreToSweep = true
    }
    if (isMoreToSweep) this.#sweepLater()
    this.#tellAll()
  }

  #tellAll(): void {
    this.#listeners.tell('ink')
    this.#listeners.tell('cursors')
  }
}
