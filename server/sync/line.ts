/**
 * One client's line: its socket, who it belongs to, and what it has open.
 *
 * Every frame is judged by its head first: whether it may be sent at all, for a document that is open, at this rate.
 * Only sync frames of well-formed shape go on to the documents; presence and live frames have paths of their own.
 */
import { performance } from 'node:perf_hooks'
import type { ErrorCode } from '#shared/errors.ts'
import type { RoomId, SheetId } from '#shared/ids.ts'
import {
  authTimeoutMs,
  documentsPerSocketMax,
  leftOutBurstMax,
  leftOutPerSecondMax,
  liveFramesBurstMax,
  liveFramesPerSecondMax,
  liveFrameSizeMax,
  presenceBurstMax,
  presencePerSecondMax,
  syncRequestsPerTenSecondsMax,
} from '#shared/limits.ts'
import { documentName, may, parseDocumentName, type DocumentRef, type Role } from '#shared/room.ts'
import type { Writer } from '#shared/sync/policy.ts'
import {
  encodeLiveBroadcast,
  frameTypes,
  parseLiveAddress,
  readFrameHead,
  readLivePayload,
  syncTypes,
  type FrameHead,
} from '#shared/wire/frames.ts'
import type { ClientSocket } from '../front/socket.ts'
import { TokenBucket } from '#shared/token-bucket.ts'
import type { Access, Visitor } from '../ports.ts'
import { encodeDenied, givesUp, isAuthToken, isStateVector, readBody, readSync } from './client-frames.ts'
import type { Change } from './document-feed.ts'
import type { PresencePeer, PresenceRooms } from './presence.ts'

type Opened = Readonly<{
  ref: DocumentRef
  address: string
  name: string
  asks: TokenBucket
  /** Of a room document. */
  peer: PresencePeer | null
}>

/** Where the frames of its documents go. */
type Feed = Disposable & Readonly<{ receive(frame: Uint8Array): void; change(change: Change): void }>

type Options = Readonly<{
  socket: ClientSocket
  visitor: Visitor
  access: Access
  presence: PresenceRooms
  documents: Readonly<{ connect(line: Line): Feed }>
  /** Number of a room's newest page of chat. */
  chatTailOf: (roomId: RoomId) => number
  /** Whether the room has this sheet, or may have one more. */
  mayHaveSheet: (roomId: RoomId, sheetId: SheetId) => boolean
  /** Sends a document frame in its turn. */
  sendInTurn: (line: Line, frame: Uint8Array) => void
  /** Lines that have this board open. */
  linesWith: (name: string) => Iterable<Line>
  /** Told once for each document: opened, and closed. */
  onOpened: (line: Line, name: string) => void
  onClosed: (line: Line, name: string) => void
  onRefused: (line: Line, name: string, reason: string) => void
  onLeftOut: () => void
  /** Something failed that is not the client's doing. */
  onFault: (line: Line, error: unknown) => void
  onPresence: () => void
  onDenied: (code: ErrorCode) => void
}>

export class Line {
  readonly #options: Options
  readonly #opened = new Map<string, Opened>()
  readonly #writersByRoom = new Map<RoomId, Writer>()
  readonly #feed: Feed
  readonly #presenceRate: TokenBucket
  readonly #liveRate: TokenBucket
  readonly #leftOutRate: TokenBucket
  readonly #sinceMs = performance.now()
  #hasOpened = false
  visitor: Visitor

  constructor(options: Options) {
    this.#options = options
    this.visitor = options.visitor
    this.#presenceRate = new TokenBucket(presenceBurstMax, presencePerSecondMax, this.#sinceMs)
    this.#liveRate = new TokenBucket(liveFramesBurstMax, liveFramesPerSecondMax, this.#sinceMs)
    this.#leftOutRate = new TokenBucket(leftOutBurstMax, leftOutPerSecondMax, this.#sinceMs)
    this.#feed = options.documents.connect(this)
    options.socket.listen({
      onFrame: (frame) => {
        try {
          this.#receive(frame)
        } catch (error) {
          this.fail(error)
        }
      },
      onEnd: () => {
        this.#end()
      },
    })
  }

  isOpen(): boolean {
    return this.#options.socket.isOpen
  }

  /** True once a document has been opened, whether or not one is open now. */
  get hasOpened(): boolean {
    return this.#hasOpened
  }

  /** Asked for every change: the database is asked once, and again after `roomChanged`. */
  writerIn(roomId: RoomId): Writer | null {
    const known = this.#writersByRoom.get(roomId)
    if (known !== undefined) return known
    const writer = this.#options.access.membership(this.visitor.personId, roomId)
    if (writer !== null) this.#writersByRoom.set(roomId, writer)
    return writer
  }

  /** What this person may do there is to be asked anew. */
  roomChanged(roomId: RoomId): void {
    this.#writersByRoom.delete(roomId)
  }

  /** A frame of a document: it waits for the turn's commit. */
  send(frame: Uint8Array): void {
    // A client that asked again for this one document would not be heard: only a new socket opens it anew.
    if (givesUp(frame)) this.fail(new Error('a document was given up'))
    else this.#options.sendInTurn(this, frame)
  }

  /** A frame that leaves now. */
  sendNow(frame: Uint8Array): void {
    this.#options.socket.send(frame)
  }

  /** What is sent from now on leaves with `letGo`. */
  gather(): void {
    this.#options.socket.gather()
  }

  letGo(): void {
    this.#options.socket.letGo()
  }

  close(code: ErrorCode): void {
    this.#options.socket.close(code)
  }

  /** Ends it for a fault of the server's: one client's work fails, and the process goes on (D-03). */
  fail(error: unknown): void {
    if (this.isOpen()) this.#options.onFault(this, error)
    this.close('storage-failed')
  }

  onRefused(name: string, reason: string): void {
    this.#options.onRefused(this, name, reason)
    this.close('update-refused')
  }

  onLeftOut(): void {
    this.#options.onLeftOut()
    if (!this.#leftOutRate.take(performance.now())) this.close('too-many-requests')
  }

  isInRoom(roomId: RoomId): boolean {
    return [...this.#opened.values()].some(({ ref }) => ref.roomId === roomId)
  }

  /** Called about once a second. */
  check(): void {
    this.#options.socket.checkSilence()
    if (!this.hasOpened && performance.now() - this.#sinceMs >= authTimeoutMs) this.close('too-slow')
  }

  #receive(frame: Uint8Array): void {
    const head = readFrameHead(frame)
    if (head === null) {
      this.close('frame-malformed')
      return
    }
    const fault = this.#route(head, frame)
    if (fault !== null) this.close(fault)
  }

  /** Why the socket must end for this frame, or null. */
  #route(head: FrameHead, frame: Uint8Array): ErrorCode | null {
    if (head.type === frameTypes.live) return this.#receiveLive(head, frame)
    const opened = this.#opened.get(head.address)
    const ref = opened?.ref ?? parseDocumentName(head.name)
    if (ref === null) return 'frame-malformed'
    if (head.type === frameTypes.auth)
      return opened === undefined ? this.#openDocument(head, ref, frame) : null
    if (!knownTypes.has(head.type)) return 'frame-malformed'
    if (opened === undefined) return this.#isLeftOver(head) ? null : 'document-forbidden'
    switch (head.type) {
      case frameTypes.sync:
      case frameTypes.syncReply:
        return this.#receiveSync(opened, head, frame)
      case frameTypes.awareness:
        return this.#receivePresence(opened, head, frame)
      case frameTypes.queryAwareness:
        if (opened.peer !== null) this.#options.presence.repeat(ref.roomId, opened.peer)
        return null
      default:
        this.#feed.receive(frame)
        this.#forget(opened)
        return null
    }
  }

  /** Closing what is closed is no offence: both ends may have done it at once. */
  #isLeftOver({ type }: FrameHead): boolean {
    return type === frameTypes.close
  }

  #openDocument(head: FrameHead, ref: DocumentRef, frame: Uint8Array): ErrorCode | null {
    if (!isAuthToken(frame, head.bodyAt) || this.#isOpenOtherwise(head)) return 'frame-malformed'
    if (this.#opened.size >= documentsPerSocketMax) return 'too-many-documents'
    const { socket, presence, onOpened } = this.#options
    const membership = this.writerIn(ref.roomId)
    if (membership === null || !this.#exists(ref) || !may(membership.role, 'read')) {
      this.#options.onDenied('not-found')
      this.sendNow(encodeDenied(head.address, 'not-found'))
      return null
    }
    socket.trust()
    this.#hasOpened = true
    const { personId, name } = this.visitor
    const roleNow = (): Role => this.writerIn(ref.roomId)?.role ?? membership.role
    const peer: PresencePeer | null =
      ref.kind === 'room'
        ? {
            get user() {
              return { personId, seat: membership.seat, name, role: roleNow() }
            },
            address: head.address,
            send: (bytes) => {
              this.sendNow(bytes)
            },
            onReplaced: () => {
              this.close('peer-replaced')
            },
          }
        : null
    const asks = new TokenBucket(
      syncRequestsPerTenSecondsMax,
      syncRequestsPerTenSecondsMax / 10,
      performance.now(),
    )
    this.#opened.set(head.address, { ref, address: head.address, name: head.name, asks, peer })
    onOpened(this, head.name)
    this.#feed.receive(frame)
    if (peer !== null) presence.enter(ref.roomId, peer)
    return null
  }

  /** A room has as many pages of chat as were begun, and each sheet that somebody draws on (BO11). */
  #exists(ref: DocumentRef): boolean {
    if (ref.kind === 'chat') return ref.page <= this.#options.chatTailOf(ref.roomId)
    return ref.kind === 'room' || this.#options.mayHaveSheet(ref.roomId, ref.sheetId)
  }

  /** Hocuspocus takes what a session says for the document's own where that is open by its name alone. */
  #isOpenOtherwise({ address, name }: FrameHead): boolean {
    return [...this.#opened.values()].some(
      (opened) => opened.name === name && (opened.address === name) !== (address === name),
    )
  }

  #receiveSync(opened: Opened, head: FrameHead, frame: Uint8Array): ErrorCode | null {
    const sync = readSync(frame, head.bodyAt)
    if (sync === null) return 'frame-malformed'
    if (sync.type === syncTypes.step1) {
      if (!isStateVector(sync.body)) return 'frame-malformed'
      if (!opened.asks.take(performance.now())) return 'too-many-requests'
      this.#feed.receive(frame)
    } else {
      const isHandshake = sync.type === syncTypes.step2
      this.#feed.change({ address: opened.address, update: sync.body, isHandshake })
    }
    return null
  }

  #receivePresence({ ref, peer }: Opened, head: FrameHead, frame: Uint8Array): ErrorCode | null {
    if (peer === null) return 'document-forbidden'
    if (!this.#presenceRate.take(performance.now())) return 'too-many-requests'
    const body = readBody(frame, head.bodyAt)
    this.#options.onPresence()
    return body === null ? 'frame-malformed' : this.#options.presence.receive(ref.roomId, peer, body)
  }

  /** Passes transient bytes on to whoever has the board open (W4). */
  #receiveLive(head: FrameHead, frame: Uint8Array): ErrorCode | null {
    const ref = parseLiveAddress(head.name)
    if (ref === null) return 'frame-malformed'
    const name = documentName(ref)
    const peer = this.#peerIn(ref.roomId)
    const writer = this.writerIn(ref.roomId)
    if (!this.#hasOpen(name) || writer === null) return 'document-forbidden'
    const payload = readLivePayload(frame, head.bodyAt)
    if (payload === null || payload.length > liveFrameSizeMax) return 'frame-malformed'
    if (!this.#liveRate.take(performance.now())) return 'too-many-requests'
    // A page may not have heard yet that it may not draw any more (BO5).
    if (!writer.canDraw) return null
    const clientId = peer === null ? null : this.#options.presence.clientIdOf(ref.roomId, peer)
    // Before its presence is known nobody could tell whose it is.
    if (clientId === null) return null
    const broadcast = encodeLiveBroadcast(head.name, clientId, payload)
    for (const line of this.#options.linesWith(name)) if (line !== this) line.sendNow(broadcast)
    return null
  }

  #hasOpen(name: string): boolean {
    return [...this.#opened.values()].some((opened) => opened.name === name)
  }

  #peerIn(roomId: RoomId): PresencePeer | null {
    return (
      [...this.#opened.values()].find(({ ref, peer }) => peer !== null && ref.roomId === roomId)?.peer ?? null
    )
  }

  #forget({ address, name, ref, peer }: Opened): void {
    this.#opened.delete(address)
    if (peer !== null) this.#options.presence.leave(ref.roomId, peer)
    if (!this.#hasOpen(name)) this.#options.onClosed(this, name)
  }

  #end(): void {
    for (const opened of [...this.#opened.values()]) this.#forget(opened)
    this.#feed[Symbol.dispose]()
  }
}

/** Types that a client may send for an open document (W-09). */
const knownTypes = new Set<number>([
  frameTypes.sync,
  frameTypes.syncReply,
  frameTypes.awareness,
  frameTypes.queryAwareness,
  frameTypes.close,
])
