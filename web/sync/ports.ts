/**
 * What the engines of chat, board and call need of a room's synchronisation: small ports, so that each engine runs on
 * fakes in Node. `RoomSession` (room-session.ts) is the real thing behind all of them.
 */
import type * as Y from 'yjs'
import type { ErrorCode } from '#shared/errors.ts'
import type { ClientId, Seat } from '#shared/ids.ts'
import type { PresenceState } from '#shared/presence/presence.ts'

/** Undoes what returned it. Calling it twice does nothing. */
export type Undo = () => void

/** How the room reaches its server. */
export type ConnectionState =
  | Readonly<{ kind: 'connecting' }>
  | Readonly<{ kind: 'live' }>
  /** Was live, or the first attempt came to nothing; trying again. */
  | Readonly<{ kind: 'reconnecting' }>
  /** The device has no network. */
  | Readonly<{ kind: 'offline' }>
  /** Client and server are of different versions (W7): everything is kept here, and sent after a reload. */
  | Readonly<{ kind: 'outdated'; code: ErrorCode }>
  /** Ended for good: signed out, removed, refused. */
  | Readonly<{ kind: 'closed'; code: ErrorCode }>

/** The peers of a room and what each says of itself. */
export type PresencePort = Readonly<{
  clientId: ClientId
  /** This peer's own entry, with what the server says of it. */
  own(): PresenceState
  /** Everyone else's, by clientID; without peers that are gone. */
  others(): ReadonlyMap<number, PresenceState>
  /** Changes one field of the own entry; undefined removes it. */
  set<Field extends keyof PresenceState>(field: Field, value: PresenceState[Field] | undefined): void
  /** After any change of any entry. */
  onChange(listener: () => void): Undo
  /** False while the server is not heard: then who is missing among the others need not be gone. */
  isLive(): boolean
  /** Whether whose peer this is belongs to the room no more, by the room's document: they left, or were removed. */
  hasLeft(clientId: number): boolean
  /** The server may not be heard any more: asks it, and comes back sooner if so. */
  poke(): void
}>

export type DocumentState = Readonly<{
  /** The copy on this device has been read: what it holds can be shown. */
  isLoaded: boolean
  /** The server's state has been received at least once since the page opened. */
  isSynced: boolean
  /** True while changes of this device are not yet on the server's disk. */
  hasUnsent: boolean
  /** The server is being given what waited, and then every change as it happens: it may have any of them. */
  isGiving: boolean
  /** False while this device cannot store all of it: then what is unsent goes with the page. */
  isKept: boolean
  /** False where this person may only look. */
  canWrite: boolean
}>

/** A root map as it is shown: of the replica, and of what others have told directly (DP1). */
export type RootView = Readonly<{
  get(key: string): unknown
  has(key: string): boolean
  entries(): Iterable<[key: string, value: unknown]>
  /** What is there of this key was told by another, and the server does not have it yet. */
  isTold(key: string): boolean
  /** Of what is there; null for what never was. */
  writerOf(key: string): Seat | null
  /** To be called in a transaction of the document. */
  delete(key: string): void
  /** `isOwn`: by this page. */
  observe(listener: (keys: ReadonlySet<string>, isOwn: boolean) => void): Undo
}>

/** One open document: this device's replica, kept in IndexedDB and agreed with the server. */
export type DocumentPort = Readonly<{
  /** The replica: what is written goes there. */
  doc: Y.Doc
  /** A root map, to be read. */
  root(name: string): RootView
  seat: Seat
  state(): DocumentState
  /** Runs a local change in one transaction, under this peer's clientID. */
  transact(change: () => void): void
  onChange(listener: () => void): Undo
  /** What the server says beside the document (W6). */
  onNote(listener: (text: string) => void): Undo
  [Symbol.dispose](): void
}>

/** A page of chat. */
export type PagePort = DocumentPort &
  Readonly<{
    /**
     * Tells those who are heard directly what will be written under a key of a root as soon as it can be (DP1);
     * undefined takes that back. It is not shown here.
     */
    say(root: string, key: string, value: unknown): void
  }>

/** Transient bytes among those who have the same board open; lost when nobody listens. */
export type LivePort = Readonly<{
  send(payload: Uint8Array): void
  /** `clientId` is the sender's, stamped by the server. */
  onReceive(listener: (clientId: number, payload: Uint8Array) => void): Undo
}>
