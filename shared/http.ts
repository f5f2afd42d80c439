/**
 * Every HTTP route: its path, its request and its response.
 *
 * All are JSON. Errors are `ErrorBody` with the row's status. Requests are checked against these schemas at the
 * door; clients import the paths and types.
 */
import * as v from 'valibot'
import { addressSettings } from './addresses.ts'
import type { MessageKey } from './chat/message.ts'
import { drawings, type Drawing } from './drawing.ts'
import type { ErrorCode } from './errors.ts'
import type { PersonId, RoomId, Seat } from './ids.ts'
import type { Role, RoomAccess } from './room.ts'

/** Body of every response with a status of 400 or more. */
export type ErrorBody = Readonly<{ code: ErrorCode; sentence: string; fix: string }>

export const paths = {
  health: '/api/health',
  me: '/api/me',
  register: '/api/register',
  login: '/api/login',
  logout: '/api/logout',
  rooms: '/api/rooms',
  room: (id: RoomId) => `/api/rooms/${id}`,
  joinRoom: (id: RoomId) => `/api/rooms/${id}/join`,
  leaveRoom: (id: RoomId) => `/api/rooms/${id}/leave`,
  markRead: (id: RoomId) => `/api/rooms/${id}/read`,
  search: (id: RoomId) => `/api/rooms/${id}/search`,
  invites: (id: RoomId) => `/api/rooms/${id}/invites`,
  invite: (token: string) => `/api/invites/${token}`,
  acceptInvite: (token: string) => `/api/invites/${token}/accept`,
  /** The one WebSocket. */
  socket: '/socket',
} as const

/** Somebody signed in. */
export type Me = Readonly<{ id: PersonId; name: string; isGuest: boolean; isServerOwner: boolean }>

/** GET me. `me` is null for a stranger. `isFirstRun` when nobody has registered yet. */
export type MeResponse = Readonly<{ me: Me | null; isFirstRun: boolean }>

/** POST register, login → SignedIn. */
export const CredentialsRequest = v.strictObject({
  name: v.pipe(v.string(), v.maxLength(256)),
  password: v.pipe(v.string(), v.maxLength(1_024)),
})
export type CredentialsRequest = v.InferOutput<typeof CredentialsRequest>
export type SignedIn = Readonly<{ me: Me }>

/** One room as a person who may see it sees it. */
export type RoomSummary = Readonly<{
  id: RoomId
  title: string
  access: RoomAccess
  /** This person's role, or null if they have not joined. */
  role: Role | null
  /** How many people have a seat and have not left. */
  peopleCount: number
  /** How many peers are in its call now. */
  inCallCount: number
  /** How many peers are in the room now. */
  hereCount: number
  /** Messages so far, and how many of them this person has not read. */
  messageCount: number
  unreadCount: number
  /** Milliseconds since 1970: the last message, or the creation. */
  lastActiveAtMs: number
}>

/** GET rooms. */
export type RoomsResponse = Readonly<{ mine: readonly RoomSummary[]; open: readonly RoomSummary[] }>

/** POST rooms → RoomResponse, with 201. */
export const CreateRoomRequest = v.strictObject({
  title: v.pipe(v.string(), v.maxLength(1_024)),
  access: v.picklist(['open', 'invite']),
})
export type CreateRoomRequest = v.InferOutput<typeof CreateRoomRequest>

/** GET room, POST join, PATCH room. Only for people with a seat. */
export type RoomResponse = Readonly<{
  room: RoomSummary
  /** This person's permanent number in the room. */
  seat: Seat
  role: Role
  drawing: Drawing
  /** Arrival number of the last message they have read. */
  readCount: number
  /** Number of the newest page of chat. */
  chatTail: number
}>

/** PATCH room: what is not named stays as it is. */
export const ChangeRoomRequest = v.strictObject({
  title: v.optional(v.pipe(v.string(), v.maxLength(1_024))),
  drawing: v.optional(v.picklist(drawings)),
  addresses: v.optional(v.picklist(addressSettings)),
})
export type ChangeRoomRequest = v.InferOutput<typeof ChangeRoomRequest>

/** PUT read: only ever forward. → 204 */
export const MarkReadRequest = v.strictObject({
  readCount: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31)),
})
export type MarkReadRequest = v.InferOutput<typeof MarkReadRequest>

/** GET search?q=words&before=id: messages with all of the words, the newest first. The last may be a beginning. */
export type SearchResponse = Readonly<{ hits: readonly SearchHit[]; hasMore: boolean }>

/** `id` of the last hit is the `before` of what follows. */
export type SearchHit = Readonly<{
  id: number
  key: MessageKey
  page: number
  arrivedAtMs: number
  text: string
}>

/** POST invites → 201. The link is `origin + /i/ + token`. */
export type InviteResponse = Readonly<{ token: string; url: string; expiresAtMs: number }>

/** GET invite: what its holder may know before accepting. */
export type InviteInfo = Readonly<{
  roomTitle: string
  invitedBy: string
  hereCount: number
  inCallCount: number
}>

/** POST accept. A stranger gives a name and becomes a guest; somebody signed in becomes a member. → RoomResponse & SignedIn */
export const AcceptInviteRequest = v.strictObject({
  guestName: v.optional(v.pipe(v.string(), v.maxLength(256))),
})
export type AcceptInviteRequest = v.InferOutput<typeof AcceptInviteRequest>
export type AcceptInviteResponse = RoomResponse & SignedIn

/** GET health. */
export type HealthResponse = Readonly<{ isAlive: true; isReady: boolean; reasons: readonly string[] }>
