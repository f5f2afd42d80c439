/**
 * What the parts of the server need of each other, as types: the socket and the documents on one side, accounts and
 * rooms on the other. start.ts wires them.
 */
import type { Barred } from '#shared/call/standing.ts'
import type { PersonId, RoomId, Seat } from '#shared/ids.ts'
import type { Knock } from '#shared/knock.ts'
import type { Role, RoomBoard, RoomInfo, RoomPerson } from '#shared/room.ts'

/** Milliseconds since 1970. Injected, so that tests move it. */
export type Clock = () => number

/** Who a request or socket belongs to. */
export type Visitor = Readonly<{
  /** The session as the database knows it (a hash), to close its sockets when it ends. */
  sessionKey: string
  personId: PersonId
  name: string
  isGuest: boolean
  expiresAtMs: number
}>

export type Membership = Readonly<{
  seat: Seat
  role: Role
  canDraw: boolean
  canPost: boolean
  /** From one message of theirs to the next, in ms (CH15). */
  slowMs: number
}>

/** Everything the room document shows, from SQL. */
export type RoomSnapshot = Readonly<{
  info: RoomInfo
  people: readonly (RoomPerson & { seat: Seat })[]
  boards: readonly (RoomBoard & { id: string })[]
}>

/** Asked by sockets and documents; answered by accounts and rooms. All synchronous. */
export type Access = Readonly<{
  /** The visitor behind a Cookie header, or null. */
  visitor(cookieHeader: string | undefined): Visitor | null
  /** Null if the room does not exist or the person has no seat in it: nobody can tell which. */
  membership(personId: PersonId, roomId: RoomId): Membership | null
  roomSnapshot(roomId: RoomId): RoomSnapshot | null
  /** Why a person of the room may not be in its call; null if they may (CA6, CA7). */
  barredFromCall(roomId: RoomId, person: Readonly<{ seat: Seat; role: Role }>): Barred | null
}>

/** Asked by accounts and rooms; answered by sockets and documents. */
export type Presences = Readonly<{
  /** Peers in the room, and in its call, now. */
  count(roomId: RoomId): Readonly<{ hereCount: number; inCallCount: number }>
  /** The seats in the room's call now. */
  callers(roomId: RoomId): readonly Seat[]
  /** Asks a caller's pages for something, in the name of who moderates (CA8). */
  askCaller(roomId: RoomId, seat: Seat, what: 'mute' | 'unmute', by: string): void
  /** Everybody who knocks at the room now: for those who moderate it, and who of them comes (CA16). */
  knocksChanged(roomId: RoomId, knocks: readonly Knock[]): void
  /** The room's row, people or boards changed in SQL: bring its document, and who is in its call, up to date. */
  roomChanged(roomId: RoomId): void
  /** The session ended: close its sockets within a second with 4401 (H-11). */
  sessionEnded(sessionKey: string): void
  /** The person left or was removed: close what they have open of this room, for this reason. */
  personLeft(personId: PersonId, roomId: RoomId, code: 'not-found' | 'room-removed'): void
}>
