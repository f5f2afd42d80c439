/**
 * What people see of each other before it is in the document: cursors, what is drawn, and what is moved.
 *
 * Outwards: everything since the last frame in one frame, at most 30 a second; the end of what is drawn at once.
 * Inwards: what each peer shows (live-peer.ts).
 */
import {
  decodeLive,
  encodeLive,
  liftedShapesMax,
  livePointsMax,
  type DrawnRow,
  type LivePart,
  type StrokeBegin,
} from '#shared/board/live.ts'
import type { Box, Point } from '#shared/board/geometry.ts'
import { packPoints, pointStride } from '#shared/board/points.ts'
import type { Figure } from '#shared/board/figure.ts'
import type { Matrix } from '#shared/board/place.ts'
import type { ShapeId } from '#shared/board/shape.ts'
import type { FileHash } from '#shared/files/file.ts'
import type { LivePort, Undo } from '../../sync/ports.ts'
import type { BoardDoc } from './board-doc.ts'
import type { RemoteStroke } from './incoming-stroke.ts'
import { LivePeer, type PeerChange, type RemoteLift } from './live-peer.ts'
import { Listeners } from '../../sync/listeners.ts'
import type { World } from './world.ts'

export type { RemoteStroke } from './incoming-stroke.ts'

/** Where somebody else points; `idleMs` since they last moved. */
export type RemoteCursor = Readonly<{ clientId: number; at: Point; idleMs: number }>

const beginOf = { stroke: 'begin', highlight: 'mark', laser: 'laser' } as const satisfies Record<
  RemoteStroke['kind'],
  StrokeBegin
>
type OutgoingStroke = RemoteStroke & {
  number: number
  isBegun: boolean
  sentCount: number
}

/** 30 frames a second. */
const frameIntervalMs = 1000 / 30
const sweepIntervalMs = 500
/** Peers kept. */
const peersMax = 256

export class LiveChannel {
  readonly #port: LivePort
  readonly #doc: BoardDoc
  readonly #world: World
  readonly #peers = new Map<number, LivePeer>()
  readonly #listeners = new Listeners<[PeerChange]>()
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
  #drawn: Figure | null = null
  #isDrawnSent = true
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
        this.#land([...added, ...removed])
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

  /** A shape is being drawn, and looks like this by now; null once it is in the document, or was given up. */
  draw(figure: Figure | null): void {
    const before = this.#drawn
    this.#drawn = figure
    this.#isDrawnSent = figure === null
    if (figure !== null) this.#sendSoon()
    else if (before !== null)
      this.#send([{ kind: this.#doc.shape(before.id) === null ? 'undrawn' : 'drawn' }])
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
    return [...this.#peers.values()].flatMap((peer) => peer.strokes)
  }

  lifts(): RemoteLift[] {
    return [...this.#peers.values()].flatMap(({ lift }) => lift ?? [])
  }

  /** Shapes that others are drawing. */
  drawn(): Figure[] {
    return [...this.#peers.values()].flatMap(({ drawn }) => drawn ?? [])
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

  onChange(listener: (what: PeerChange) => void): Undo {
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
    if (!this.#isDrawnSent && this.#drawn !== null)
      parts.push({ kind: 'draw', id: this.#drawn.id, row: this.#drawn.row as DrawnRow })
    this.#isDrawnSent = true
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
      peer = new LivePeer(this.#doc)
      this.#peers.set(clientId, peer)
    }
    const changes = new Set<PeerChange>(['ink', 'cursors'])
    for (const part of parts) {
      if (part.kind === 'view') this.#views.tell(clientId, part.box)
      else if (part.kind === 'look') this.#views.tell(clientId, null)
      else if (part.kind === 'brought') this.#brought.tell(part.hash)
      else changes.add(peer.take(part, this.#world.nowMs()))
    }
    this.#sweepLater()
    for (const what of changes) this.#listeners.tell(what)
  }

  #land(changed: readonly Readonly<{ id: ShapeId }>[]): void {
    for (const peer of this.#peers.values()) {
      peer.land()
      if (peer.landLifted(changed)) this.#listeners.tell('lifts')
    }
    this.#listeners.tell('ink')
  }

  #sweepLater(): void {
    this.#stopSweep ??= this.#world.after(sweepIntervalMs, () => {
      this.#stopSweep = null
      this.#sweep()
    })
  }

  #sweep(): void {
    const nowMs = this.#world.nowMs()
    for (const [clientId, peer] of this.#peers) if (!peer.sweep(nowMs)) this.#peers.delete(clientId)
    if (this.#peers.size > 0) this.#sweepLater()
    this.#tellAll()
  }

  #tellAll(): void {
    this.#listeners.tell('ink')
    this.#listeners.tell('cursors')
  }
}
