/**
 * A room's documents among the participants of a call, over their data channels: what goes on where the server is not.
 *
 * Rules DP1–DP5 of docs/PROTOCOL.md. Nothing is sent while both ends hear the server: it brings everything anyway. To
 * who does not, or while this page does not, goes what this page itself has changed and the server may not have, and
 * what comes back lies over the documents until the server brings it. Whoever tells what they may not is not listened
 * to any more; the call with them goes on.
 */
import { liveFrameSizeMax } from '#shared/limits.ts'
import {
  readSaidState,
  type PresenceState,
  type PresenceUser,
  type SaidState,
} from '#shared/presence/presence.ts'
import { parseDocumentName } from '#shared/room.ts'
import type { Writer } from '#shared/sync/policy.ts'
import { TokenBucket } from '#shared/token-bucket.ts'
import { parseLiveAddress } from '#shared/wire/frames.ts'
import type { OpenDocument } from '../open-document.ts'
import type { Undo } from '../ports.ts'
import type { SyncWorld } from '../world.ts'
import { takeBatch } from './batch.ts'
import { DirectDocument, toldEntriesMax } from './direct-document.ts'
import { encodeDirect, readDirect, type DirectMessage } from './direct-frames.ts'
import { Pipe, type PipeChannel } from './pipe.ts'

/** What is needed of a room's session. */
export type DirectHost = Readonly<{
  world: Pick<SyncWorld, 'after' | 'nowMs'>
  clientId: number
  roomId: string
  /** The server is heard. */
  isLive(): boolean
  /** After any change of that. */
  onLive(listener: () => void): Undo
  own(): PresenceState
  onOwn(listener: () => void): Undo
  /** Who a peer is, as the server has said; null for who is not in the room. */
  userOf(clientId: number): PresenceUser | null
  writerOf(user: PresenceUser): Writer
  /** Told of every document that is open, or will be. */
  onDocument(listener: (document: OpenDocument) => void): Undo
  /** Transient frames of boards: those of this page, and what others have. */
  onSentLive(listener: (address: string, payload: Uint8Array) => void): Undo
  tellLive(address: string, clientId: number, payload: Uint8Array): void
  /** Those who are heard directly. */
  show(peers: ReadonlyMap<number, PresenceState>): void
}>

type Peer = {
  readonly clientId: number
  readonly pipe: Pipe
  readonly allowance: TokenBucket
  /** It hears the server; believed until it says otherwise. */
  isLive: boolean
  presence: SaidState | null
  /** By document, what it has not been told yet. */
  readonly untold: Map<string, Set<string>>
  /** Documents of which it was told something, and not yet that the server has it. */
  readonly told: Set<string>
}

type Known = Readonly<{ direct: DirectDocument }> & {
  open: OpenDocument | null
  /** The server has all that this page has changed of it; as it was last known, while it is not open. */
  isSaved: boolean
}

/** Documents that something is remembered of. */
const documentsMax = 256
/** What is written within this time leaves together. */
const gatherMs = 30
/** The server's broadcasts have come this long after it has somebody's changes. */
const settleMs = 3_000
/** How long this page remembers its changes that the server has: somebody may not hear it, and not know that yet. */
const rememberMs = 60_000
/** Messages of one peer at once, and then per second. */
const messagesBurstMax = 1_000
const messagesPerSecondMax = 100

export class Direct implements Disposable {
  readonly #host: DirectHost
  readonly #peers = new Map<number, Peer>()
  /** By name. */
  readonly #documents = new Map<string, Known>()
  readonly #refused = new Set<number>()
  readonly #undos: Undo[]
  readonly #timers = new Set<Undo>()
  #cancelTelling: Undo | null = null

  constructor(host: DirectHost) {
    this.#host = host
    this.#undos = [
      host.onDocument((document) => {
        this.#opened(document)
      }),
      host.onLive(() => {
        this.#say()
      }),
      host.onOwn(() => {
        this.#say()
      }),
      host.onSentLive((address, payload) => {
        this.#sendLive(address, payload)
      }),
    ]
  }

  /** Talks with a participant over this channel until it closes, or this is undone. */
  add(clientId: number, channel: PipeChannel): Undo {
    if (this.#refused.has(clientId)) return () => undefined
    const before = this.#peers.get(clientId)
    if (before !== undefined) this.#end(before)
    const { world } = this.#host
    const peer: Peer = {
      clientId,
      pipe: new Pipe(channel, {
        // Not before the peer is known here.
        onOpen: () => this.#later(0, () => this.#greet(peer)),
        onMessage: (message) => this.#receive(peer, message),
        onDrain: () => this.#tell(peer),
        onEnd: (isBroken) => (isBroken ? this.#refuse(peer) : this.#remove(peer)),
      }),
      allowance: new TokenBucket(messagesBurstMax, messagesPerSecondMax, world.nowMs()),
      isLive: true,
      presence: null,
      untold: new Map(),
      told: new Set(),
    }
    this.#peers.set(clientId, peer)
    return () => {
      this.#end(peer)
    }
  }

  [Symbol.dispose](): void {
    for (const undo of [...this.#undos, ...this.#timers]) undo()
    this.#cancelTelling?.()
    for (const { pipe } of this.#peers.values()) pipe[Symbol.dispose]()
    this.#peers.clear()
    for (const { open } of this.#documents.values()) open?.setTold(null)
    this.#host.show(new Map())
  }

  // ── Documents ───────────────────────────────────────────────────────────────────────────────
  #opened(open: OpenDocument): void {
    if (open.kind === 'room') return
    const known = this.#known(open.name)
    if (known === null) return
    const { direct } = known
    open.setTold(direct)
    // It is open twice: whoever reads it besides shows what was told, and changes nothing.
    if (known.open !== null) return
    known.open = open
    direct.bind(open)
    const look = (): void => {
      const { isLoaded, hasUnsent } = open.state()
      if (!isLoaded || known.open !== open) return
      const wasSaved = known.isSaved
      known.isSaved = !hasUnsent
      if (known.isSaved && !wasSaved) this.#saved(open.name)
    }
    look()
    let wasCurrent = open.link.isCurrent
    const undo = open.onChange(look)
    // Not of its state, which is the same after each return of the server.
    const undoLink = open.link.onChange(() => {
      const { isCurrent } = open.link
      if (isCurrent && !wasCurrent) this.#settleSoon()
      wasCurrent = isCurrent
    })
    open.onDispose(() => {
      // It may be closed for this very change.
      look()
      undo()
      undoLink()
      if (known.open !== open) return
      known.open = null
      direct.bind(null)
    })
  }

  /** Null where there are too many, or that is no document which people write. */
  #known(name: string): Known | null {
    const found = this.#documents.get(name)
    if (found !== undefined) return found
    const ref = parseDocumentName(name)
    if (ref === null || ref.kind === 'room' || ref.roomId !== this.#host.roomId) return null
    if (this.#documents.size >= documentsMax) return null
    const direct = new DirectDocument({
      kind: ref.kind,
      clientId: this.#host.clientId,
      soon: (run) => this.#later(0, run),
    })
    direct.onOwn((ids) => {
      for (const peer of this.#peers.values()) owe(peer, name, ids)
      this.#tellSoon()
    })
    const known: Known = { direct, open: null, isSaved: true }
    this.#documents.set(name, known)
    return known
  }

  /** The server has all that this page has changed of a document. */
  #saved(name: string): void {
    const known = this.#documents.get(name)
    if (known === undefined) return
    const saved = [...known.direct.own]
    for (const peer of this.#peers.values()) if (peer.told.has(name)) owe(peer, name, [])
    this.#tellSoon()
    this.#later(rememberMs, () => {
      const isSame = ([id, entry]: (typeof saved)[number]): boolean => known.direct.own.get(id) === entry
      if (this.#hasAll(known)) known.direct.forgetOwn(saved.filter(isSame).map(([id]) => id))
    })
  }

  #hasAll(known: Known): boolean {
    return hasAllTold(known) && [...this.#peers.values()].every(({ isLive }) => isLive)
  }

  /** What was told and has not come through the server by then is no more. */
  #settleSoon(): void {
    this.#later(settleMs, () => {
      for (const { direct, open } of this.#documents.values())
        if (open === null ? this.#host.isLive() : open.link.isCurrent) direct.dropOver()
    })
  }

  // ── Outwards ────────────────────────────────────────────────────────────────────────────────
  #greet(peer: Peer): void {
    if (this.#peers.get(peer.clientId) !== peer) return
    this.#send(peer, this.#here())
    peer.untold.clear()
    for (const [name, { direct }] of this.#documents)
      if (direct.own.size > 0) owe(peer, name, direct.own.keys())
    this.#show()
    this.#tell(peer)
  }

  #here(): DirectMessage {
    return { kind: 'here', isLive: this.#host.isLive(), presence: readSaidState(this.#host.own()) }
  }

  /** How this page is, to everybody. */
  #say(): void {
    const here = this.#here()
    for (const peer of this.#peers.values()) this.#send(peer, here)
    if (this.#host.isLive()) this.#settleSoon()
    this.#show()
    this.#tellSoon()
  }

  #tellSoon(): void {
    this.#cancelTelling ??= this.#host.world.after(gatherMs, () => {
      this.#cancelTelling = null
      for (const peer of this.#peers.values()) this.#tell(peer)
    })
  }

  /** Tells one peer what it has not been told, as far as there is room. */
  #tell(peer: Peer): void {
    const isNeeded = !this.#host.isLive() || !peer.isLive
    for (const [name, ids] of peer.untold) {
      const known = this.#documents.get(name)
      if (known === undefined) continue
      const isAllSaved = hasAllTold(known)
      // Of what was told all changes are, until the server has them.
      if (!isNeeded && !peer.told.has(name)) continue
      if (peer.pipe.isFull || !peer.pipe.isOpen) return
      const entries = takeBatch(ids, known.direct)
      const isLast = ids.size === 0
      this.#send(peer, { kind: 'document', name, isSaved: isAllSaved && isLast, entries })
      if (!isLast) {
        this.#later(0, () => this.#tell(peer))
        return
      }
      peer.untold.delete(name)
      if (isAllSaved) peer.told.delete(name)
      else peer.told.add(name)
    }
  }

  #sendLive(address: string, payload: Uint8Array): void {
    for (const peer of this.#peers.values()) {
      if (this.#host.isLive() && peer.isLive) continue
      if (peer.pipe.isQuick) this.#send(peer, { kind: 'live', address, payload })
    }
  }

  #send(peer: Peer, message: DirectMessage): void {
    if (peer.pipe.isOpen) peer.pipe.send(encodeDirect(message))
  }

  // ── Inwards ─────────────────────────────────────────────────────────────────────────────────
  #receive(peer: Peer, bytes: Uint8Array): void {
    const user = this.#host.userOf(peer.clientId)
    const message = readDirect(bytes)
    if (message === null || !peer.allowance.take(this.#host.world.nowMs())) {
      this.#refuse(peer)
      return
    }
    // Whoever has left the room has nothing to say in it.
    if (user === null) return
    switch (message.kind) {
      case 'here':
        this.#heardHere(peer, message)
        break
      case 'document':
        if (!this.#takeIn(peer, message, this.#host.writerOf(user))) this.#refuse(peer)
        break
      case 'live':
        if (message.payload.length > liveFrameSizeMax || parseLiveAddress(message.address) === null)
          this.#refuse(peer)
        else if (this.#host.writerOf(user).canDraw)
          this.#host.tellLive(message.address, peer.clientId, message.payload)
    }
  }

  #heardHere(peer: Peer, { isLive, presence }: Extract<DirectMessage, { kind: 'here' }>): void {
    peer.isLive = isLive
    peer.presence = presence
    this.#show()
    this.#tellSoon()
  }

  #takeIn(
    { clientId }: Peer,
    { name, entries, isSaved }: Extract<DirectMessage, { kind: 'document' }>,
    writer: Writer,
  ): boolean {
    const known = this.#known(name)
    if (known === null) return parseDocumentName(name) !== null
    let count = entries.length
    for (const { direct } of this.#documents.values()) count += direct.countOf(clientId)
    if (count > toldEntriesMax || !known.direct.take(clientId, entries, writer)) return false
    known.direct.setOver(clientId, isSaved)
    if (isSaved) this.#settleSoon()
    return true
  }

  #refuse(peer: Peer): void {
    this.#refused.add(peer.clientId)
    peer.pipe[Symbol.dispose]()
    for (const { direct } of this.#documents.values()) direct.forget(peer.clientId)
    this.#remove(peer)
  }

  /** What it told is over, unless it says it again on another channel. */
  #end(peer: Peer): void {
    peer.pipe[Symbol.dispose]()
    this.#remove(peer)
  }

  #remove(peer: Peer): void {
    if (this.#peers.get(peer.clientId) !== peer) return
    this.#peers.delete(peer.clientId)
    for (const { direct } of this.#documents.values()) direct.setOver(peer.clientId, true)
    this.#settleSoon()
    this.#show()
  }

  #show(): void {
    const shown = new Map<number, PresenceState>()
    for (const { clientId, presence, pipe } of this.#peers.values()) {
      const user = this.#host.userOf(clientId)
      if (user !== null && presence !== null && pipe.isOpen) shown.set(clientId, { ...presence, user })
    }
    this.#host.show(shown)
  }

  #later(delayMs: number, run: () => void): void {
    const cancel = this.#host.world.after(delayMs, () => {
      this.#timers.delete(cancel)
      run()
    })
    this.#timers.add(cancel)
  }
}

/** The server has all that this page has told of it. */
function hasAllTold({ isSaved, direct }: Known): boolean {
  return isSaved && !direct.isSaying
}

function owe(peer: Peer, name: string, ids: Iterable<string>): void {
  const owed = peer.untold.get(name) ?? new Set<string>()
  for (const id of ids) owed.add(id)
  peer.untold.set(name, owed)
}
