/**
 * Presence: who is in each room now, and what each peer says of itself. Rules P1–P4 of docs/PROTOCOL.md.
 *
 * Our own path beside Hocuspocus' awareness, which believes any clientID, drops removals, and builds a document for
 * every message. Here an entry belongs to the socket that made it, carries the identity the server has verified, and
 * holds only fields that are known. What changed within a turn goes out together; a peer gets the newest state, never
 * a history of it. Signals are given to their addressee alone.
 */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { readCallPresence, readSignalSlot, type SignalSlot } from '#shared/call/signal.ts'
import type { ErrorCode } from '#shared/errors.ts'
import { seatOf, type RoomId } from '#shared/ids.ts'
import { presenceSignallingSizeMax, presenceSizeMax } from '#shared/limits.ts'
import type { PresenceState, PresenceUser } from '#shared/presence/presence.ts'
import { frameTypes } from '#shared/wire/frames.ts'

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
  /** What everybody is told, as JSON without its closing brace. */
  openJson: string
  signals: ReadonlyMap<number, SignalSlot>
  isInCall: boolean
  clock: number
}

type Room = {
  readonly entries: Map<number, Entry>
  readonly peers: Map<PresencePeer, { clientId: number | null }>
  /** Last clock of peers that are gone: one who comes back must not seem older than their own leaving. */
  readonly goneClocks: Map<number, number>
  changed: Set<number>
}

export class PresenceRooms {
  readonly #rooms = new Map<RoomId, Room>()

  /** Rooms with somebody in them. */
  get roomCount(): number {
    return this.#rooms.size
  }

  count(roomId: RoomId): Readonly<{ hereCount: number; inCallCount: number }> {
    const entries = [...(this.#rooms.get(roomId)?.entries.values() ?? [])]
    return { hereCount: entries.length, inCallCount: entries.filter(({ isInCall }) => isInCall).length }
  }

  /** The clientID under which this peer is present; null before its first entry. */
  clientIdOf(roomId: RoomId, peer: PresencePeer): number | null {
    return this.#rooms.get(roomId)?.peers.get(peer)?.clientId ?? null
  }

  /** From now on the peer is told of the others. */
  enter(roomId: RoomId, peer: PresencePeer): void {
    let room = this.#rooms.get(roomId)
    if (room === undefined) {
      room = { entries: new Map(), peers: new Map(), goneClocks: new Map(), changed: new Set() }
      this.#rooms.set(roomId, room)
    }
    room.peers.set(peer, { clientId: null })
    tell(room, peer, room.entries.keys())
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
    const { signals, ...shown } = state
    room.entries.set(clientId, {
      peer,
      openJson: JSON.stringify({ ...shown, user: peer.user }).slice(0, -1),
      signals,
      isInCall: state.call !== undefined && state.call !== null,
      clock: Math.max(clock, lastClock + 1),
    })
    this.#change(room, clientId)
    // Signals may already wait for a peer of whose clientID nobody knew.
    if (isNew) tell(room, peer, room.entries.keys())
    return null
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
    }
    room.entries.delete(clientId)
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

/** Tells a peer of the others among these. */
function tell(room: Room, peer: PresencePeer, clientIds: Iterable<number>): void {
  const ownId = room.peers.get(peer)?.clientId ?? null
  const others = [...clientIds].filter((clientId) => clientId !== ownId)
  if (others.length === 0) return
  const body = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, others.length)
    for (const clientId of others) {
      const entry = room.entries.get(clientId)
      encoding.writeVarUint(encoder, clientId)
      encoding.writeVarUint(encoder, entry?.clock ?? room.goneClocks.get(clientId) ?? 0)
      encoding.writeVarString(encoder, entry === undefined ? 'null' : jsonFor(entry, ownId))
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

/** An entry as one peer may see it (P4). */
function jsonFor({ openJson, signals }: Entry, addressee: number | null): string {
  const slot = addressee === null ? undefined : signals.get(addressee)
  return slot === undefined
    ? `${openJson}}`
    : `${openJson},"signals":{"${String(addressee)}":${JSON.stringify(slot)}}}`
}

type ReadState = Pick<PresenceState, 'isTyping' | 'call'> &
  Readonly<{ signals: ReadonlyMap<number, SignalSlot> }>

/** The one entry of a presence frame (y-protocols/awareness.js), or null if it is none. */
function readEntry(
  body: Uint8Array,
): Readonly<{ clientId: number; clock: number; state: ReadState | null }> | null {
  try {
    const decoder = decoding.createDecoder(body)
    if (decoding.readVarUint(decoder) !== 1) return null
    const clientId = decoding.readVarUint(decoder)
    const clock = decoding.readVarUint(decoder)
    const json = decoding.readVarString(decoder)
    if (decoding.hasContent(decoder) || json.length > presenceSignallingSizeMax) return null
    const value: unknown = JSON.parse(json)
    if (value === null) return { clientId, clock, state: null }
    if (typeof value !== 'object' || Array.isArray(value)) return null
    const { signals, ...shown } = value as Readonly<Record<string, unknown>>
    if (JSON.stringify(shown).length > presenceSizeMax) return null
    return { clientId, clock, state: { ...readShown(shown), signals: readSignals(signals) } }
  } catch {
    return null
  }
}

function readShown({
  isTyping,
  call,
}: Readonly<Record<string, unknown>>): Pick<PresenceState, 'isTyping' | 'call'> {
  const callPresence = readCallPresence(call)
  return {
    ...(isTyping === true ? { isTyping } : {}),
    ...(callPresence === null ? {} : { call: callPresence }),
  }
}

/** What is no slot is left out (S-02). */
function readSignals(value: unknown): ReadonlyMap<number, SignalSlot> {
  const signals = new Map<number, SignalSlot>()
  if (typeof value !== 'object' || value === null) return signals
  for (const [key, item] of Object.entries(value)) {
    const addressee = Number(key)
    const slot = readSignalSlot(item)
    if (slot !== null && Number.isSafeInteger(addressee)) signals.set(addressee, slot)
  }
  return signals
}
