/**
 * Presence: who is in each room now, and what each peer says of itself. Rules P1–P5 of docs/PROTOCOL.md.
 *
 * Our own path beside Hocuspocus' awareness, which believes any clientID, drops removals, and builds a document for
 * every message. Here an entry belongs to the socket that made it, carries the identity the server has verified, and
 * holds only fields that are known. What changed within a turn goes out together; a peer gets the newest state, never
 * a history of it. Signals are given to their addressee alone. Who may not be in the call has no part in it here, whatever
 * they say: neither their own signals nor the others' pass (CA6).
 */
import * as encoding from 'lib0/encoding'
import type { SignalSlot } from '#shared/call/signal.ts'
import type { Barred, CallStanding } from '#shared/call/standing.ts'
import type { ErrorCode } from '#shared/errors.ts'
import { seatOf, type RoomId, type Seat } from '#shared/ids.ts'
import type { Knock } from '#shared/knock.ts'
import { callReactionsBurstMax, callReactionsPerSecondMax } from '#shared/limits.ts'
import type { PresenceUser, SaidState } from '#shared/presence/presence.ts'
import { TokenBucket } from '#shared/token-bucket.ts'
import { may } from '#shared/room.ts'
import { frameTypes } from '#shared/wire/frames.ts'
import { encodeKnocks } from '#shared/wire/notes.ts'
import type { Clock } from '../ports.ts'
import { readEntry } from './presence-entry.ts'

/** Peers that are gone and remembered in one room; who comes back later than that many others has a new clientID. */
const goneClocksMax = 1_024

/** A socket that has a room's document open. */
export type PresencePeer = Readonly<{
  user: PresenceUser
  /** Address of the room's document on this socket. */
  address: string
  send(frame: Uint8Array): void
  /** The same peer has come back on another socket. */
  onReplaced(): void
}>

type Entry = {
  readonly peer: PresencePeer
  readonly said: SaidState
  readonly signals: ReadonlyMap<number, SignalSlot>
  standing: CallStanding
  /** What its own peer knows of that. */
  toldStanding: CallStanding
  /** What everybody is told, as JSON without its closing brace. */
  openJson: string
  isInCall: boolean
  clock: number
}

type Room = {
  readonly entries: Map<number, Entry>
  readonly peers: Map<PresencePeer, { clientId: number | null; readonly reactions: TokenBucket }>
  /** Last clock of peers that are gone: one who comes back must not seem older than their own leaving. */
  readonly goneClocks: Map<number, number>
  /** Since when hands are up, also of peers that may come back. */
  readonly hands: Map<number, number>
  /** What was asked of peers in the call. */
  readonly asked: Map<number, CallStanding['asked']>
  /** Why a seat may not be in the call; asked once, and again after a change. */
  readonly barred: Map<Seat, Barred | null>
  changed: Set<number>
}

type Options = Readonly<{
  clock: Clock
  /** Why this person may not be in the room's call; null if they may. */
  barred(roomId: RoomId, user: PresenceUser): Barred | null
}>

export class PresenceRooms {
  readonly #rooms = new Map<RoomId, Room>()
  readonly #knocks = new Map<RoomId, readonly Knock[]>()
  readonly #clock: Clock
  readonly #barred: Options['barred']
  /** Hands that went up before were given their times by an earlier process. */
  readonly #startedAtMs: number
  #lastHandAtMs = 0

  constructor({ clock, barred }: Options) {
    this.#clock = clock
    this.#barred = barred
    this.#startedAtMs = clock()
  }

  /** Rooms with somebody in them. */
  get roomCount(): number {
    return this.#rooms.size
  }

  count(roomId: RoomId): Readonly<{ hereCount: number; inCallCount: number }> {
    const entries = [...(this.#rooms.get(roomId)?.entries.values() ?? [])]
    return { hereCount: entries.length, inCallCount: entries.filter(({ isInCall }) => isInCall).length }
  }

  /** Seats in the room's call now. */
  callers(roomId: RoomId): Seat[] {
    const entries = [...(this.#rooms.get(roomId)?.entries.values() ?? [])]
    return [...new Set(entries.filter(({ isInCall }) => isInCall).map(({ peer }) => peer.user.seat))]
  }

  /** Who may be in the room's call may have changed. */
  callChanged(roomId: RoomId): void {
    const room = this.#rooms.get(roomId)
    if (room === undefined) return
    room.barred.clear()
    this.#stateAnew(roomId, room)
    // Whoever moderates from now on has not heard of those who knock already.
    const knocks = this.#knocks.get(roomId)
    if (knocks !== undefined) for (const peer of room.peers.keys()) tellKnocks(peer, knocks)
  }

  /** Asks all peers of a person that are in the call. */
  ask(roomId: RoomId, seat: Seat, what: 'mute' | 'unmute', by: string): void {
    const room = this.#rooms.get(roomId)
    if (room === undefined) return
    for (const [clientId, { peer, isInCall }] of room.entries) {
      if (isInCall && peer.user.seat === seat) room.asked.set(clientId, { what, atMs: this.#clock(), by })
    }
    this.#stateAnew(roomId, room)
  }

  /** Who knocks is told to those who moderate alone, and in whole: a list that is missed is made up for by the next. */
  knocksChanged(roomId: RoomId, knocks: readonly Knock[]): void {
    if (knocks.length === 0) this.#knocks.delete(roomId)
    else this.#knocks.set(roomId, knocks)
    for (const peer of this.#rooms.get(roomId)?.peers.keys() ?? []) tellKnocks(peer, knocks)
  }

  /** The clientID under which this peer is present; null before its first entry. */
  clientIdOf(roomId: RoomId, peer: PresencePeer): number | null {
    return this.#rooms.get(roomId)?.peers.get(peer)?.clientId ?? null
  }

  /** From now on the peer is told of the others. */
  enter(roomId: RoomId, peer: PresencePeer): void {
    let room = this.#rooms.get(roomId)
    if (room === undefined) {
      room = {
        entries: new Map(),
        peers: new Map(),
        goneClocks: new Map(),
        hands: new Map(),
        asked: new Map(),
        barred: new Map(),
        changed: new Set(),
      }
      this.#rooms.set(roomId, room)
    }
    const reactions = new TokenBucket(callReactionsBurstMax, callReactionsPerSecondMax, performance.now())
    room.peers.set(peer, { clientId: null, reactions })
    tell(room, peer, room.entries.keys())
    const knocks = this.#knocks.get(roomId)
    if (knocks !== undefined) tellKnocks(peer, knocks)
  }

  /** Everybody's entries once more. */
  repeat(roomId: RoomId, peer: PresencePeer): void {
    const room = this.#rooms.get(roomId)
    if (room?.peers.has(peer) === true) tell(room, peer, room.entries.keys())
  }

  leave(roomId: RoomId, peer: PresencePeer): void {
    const room = this.#rooms.get(roomId)
    if (room === undefined) return
    this.#removeEntry(room, peer)
    room.peers.delete(peer)
    if (room.peers.size === 0) this.#rooms.delete(roomId)
  }

  /** Takes a peer's own entry in. Returns why it cannot be one, or null (P1). */
  receive(roomId: RoomId, peer: PresencePeer, body: Uint8Array): ErrorCode | null {
    const room = this.#rooms.get(roomId)
    const self = room?.peers.get(peer)
    if (room === undefined || self === undefined) return 'document-forbidden'
    const frame = readEntry(body)
    if (frame === null) return 'frame-malformed'
    const { clientId, clock, state } = frame
    if (seatOf(clientId) !== peer.user.seat || (self.clientId ?? clientId) !== clientId)
      return 'document-forbidden'
    if (state === null) {
      this.#removeEntry(room, peer)
      return null
    }
    const isNew = self.clientId === null
    const before = room.entries.get(clientId)
    if (isNew && before !== undefined) {
      // The older socket of a peer that has come back: nobody would notice that it is dead for half a minute.
      this.#removeEntry(room, before.peer)
      before.peer.onReplaced()
    }
    self.clientId = clientId
    const lastClock = before?.clock ?? room.goneClocks.get(clientId) ?? 0
    room.goneClocks.delete(clientId)
    const { signals, reaction, ...rest } = state
    const isReactionKnown = reaction?.n === before?.said.reaction?.n
    const mayReact = isReactionKnown || self.reactions.take(performance.now())
    const said = reaction !== undefined && mayReact ? { ...rest, reaction } : rest
    const entry: Entry = {
      peer,
      said,
      signals,
      standing: {},
      toldStanding: before?.toldStanding ?? {},
      openJson: '',
      isInCall: false,
      clock: Math.max(clock, lastClock + 1),
    }
    room.entries.set(clientId, entry)
    this.#state(roomId, room, clientId, entry)
    this.#change(room, clientId)
    // Signals may already wait for a peer of whose clientID nobody knew.
    if (isNew) tell(room, peer, room.entries.keys())
    return null
  }

  /** What everybody is told of an entry: what its peer says, as far as it may, and what the server says. */
  #state(roomId: RoomId, room: Room, clientId: number, entry: Entry): void {
    const { said, peer } = entry
    const { user } = peer
    const { hand, reaction, call, ...always } = said
    const isBarred = this.#barredIn(roomId, room, user)
    // Who is let in again, or finds the lock open, needs no word; who was put out is dropped by everybody at once.
    const barred = isBarred === 'locked' && call === undefined ? null : isBarred
    const part = barred === null && call !== undefined ? { call, ...(reaction && { reaction }) } : null
    const handAtMs = this.#handOf(room, clientId, part === null ? undefined : hand)
    if (part === null) room.asked.delete(clientId)
    const asked = room.asked.get(clientId)
    entry.isInCall = part !== null
    entry.standing = {
      ...(barred !== null && { barred }),
      ...(handAtMs !== null && { handAtMs }),
      ...(asked !== undefined && { asked }),
    }
    const standing = isEmpty(entry.standing) ? {} : { standing: entry.standing }
    entry.openJson = JSON.stringify({ ...always, ...part, ...standing, user }).slice(0, -1)
  }

  #stateAnew(roomId: RoomId, room: Room): void {
    for (const [clientId, entry] of room.entries) {
      const before = entry.openJson
      this.#state(roomId, room, clientId, entry)
      if (entry.openJson === before) continue
      entry.clock += 1
      this.#change(room, clientId)
    }
  }

  #barredIn(roomId: RoomId, room: Room, user: PresenceUser): Barred | null {
    const known = room.barred.get(user.seat)
    if (known !== undefined) return known
    const barred = this.#barred(roomId, user)
    room.barred.set(user.seat, barred)
    return barred
  }

  /** Since when this peer's hand is up; null while it is down. */
  #handOf({ hands }: Room, clientId: number, said: number | undefined): number | null {
    if (said === undefined) {
      hands.delete(clientId)
      return null
    }
    const known = hands.get(clientId)
    if (known !== undefined) return known
    const isOlder = said > 0 && said < this.#startedAtMs
    const atMs = isOlder ? said : Math.max(this.#clock(), this.#lastHandAtMs + 1)
    if (!isOlder) this.#lastHandAtMs = atMs
    hands.set(clientId, atMs)
    return atMs
  }

  #removeEntry(room: Room, peer: PresencePeer): void {
    const self = room.peers.get(peer)
    if (self === undefined || self.clientId === null) return
    const { clientId } = self
    self.clientId = null
    room.goneClocks.set(clientId, (room.entries.get(clientId)?.clock ?? 0) + 1)
    for (const oldest of room.goneClocks.keys()) {
      if (room.goneClocks.size <= goneClocksMax) break
      room.goneClocks.delete(oldest)
      room.hands.delete(oldest)
    }
    room.entries.delete(clientId)
    room.asked.delete(clientId)
    this.#change(room, clientId)
  }

  #change(room: Room, clientId: number): void {
    if (room.changed.size === 0) {
      setImmediate(() => {
        const changed = room.changed
        room.changed = new Set()
        for (const peer of room.peers.keys()) tell(room, peer, changed)
      })
    }
    room.changed.add(clientId)
  }
}

/** Tells a peer of the others among these; and of itself where the server says something new of it (P5). */
function tell(room: Room, peer: PresencePeer, clientIds: Iterable<number>): void {
  const ownId = room.peers.get(peer)?.clientId ?? null
  const own = ownId === null ? undefined : room.entries.get(ownId)
  const isStandingNew = own !== undefined && !isSame(own.standing, own.toldStanding)
  if (isStandingNew) own.toldStanding = own.standing
  const others = [...clientIds].filter((clientId) => clientId !== ownId || isStandingNew)
  if (others.length === 0) return
  const body = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, others.length)
    for (const clientId of others) {
      const entry = room.entries.get(clientId)
      encoding.writeVarUint(encoder, clientId)
      encoding.writeVarUint(encoder, entry?.clock ?? room.goneClocks.get(clientId) ?? 0)
      encoding.writeVarString(encoder, entry === undefined ? 'null' : jsonFor(entry, ownId, own))
    }
  })
  peer.send(
    encoding.encode((encoder) => {
      encoding.writeVarString(encoder, peer.address)
      encoding.writeVarUint(encoder, frameTypes.awareness)
      encoding.writeVarUint8Array(encoder, body)
    }),
  )
}

function tellKnocks({ user, address, send }: PresencePeer, knocks: readonly Knock[]): void {
  if (!may(user.role, 'moderate')) return
  send(
    encoding.encode((encoder) => {
      encoding.writeVarString(encoder, address)
      encoding.writeVarUint(encoder, frameTypes.stateless)
      encoding.writeVarString(encoder, encodeKnocks(knocks))
    }),
  )
}

/** An entry as one peer may see it (P4, CA6). */
function jsonFor(
  { openJson, signals, standing }: Entry,
  addressee: number | null,
  own: Entry | undefined,
): string {
  const isBarred = standing.barred !== undefined || own?.standing.barred !== undefined
  const slot = addressee === null || isBarred ? undefined : signals.get(addressee)
  return slot === undefined
    ? `${openJson}}`
    : `${openJson},"signals":{"${String(addressee)}":${JSON.stringify(slot)}}}`
}

function isEmpty(standing: CallStanding): boolean {
  return Object.keys(standing).length === 0
}

function isSame(a: CallStanding, b: CallStanding): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
