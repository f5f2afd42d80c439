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
import { directOthersMax, knocksWaitingMax } from './limits.ts'
import { postings, type Posting } from './posting.ts'
import { slowSteps } from './slow.ts'
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
  firstSince: (id: RoomId) => `/api/rooms/${id}/first`,
  export: (id: RoomId) => `/api/rooms/${id}/export`,
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

/** Somebody as others know them. */
export type PersonNamed = Readonly<{ id: PersonId; name: string }>

/** One room as a person who may see it sees it. */
export type RoomSummary = Readonly<{
  id: RoomId
  /** Of a conversation the names of the others. */
  title: string
  /** What it is about, in a line; empty where nobody has said (RO3). */
  topic: string
  /** The others of a conversation; null of a room, which has a name. */
  others: readonly PersonNamed[] | null
  access: RoomAccess
  /** Nothing is added to it any more (RO4). */
  isArchived: boolean
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
  /** Of those, how many mention them. */
  mentionCount: number
  /** They want to hear of mentions only (RO5). */
  isMuted: boolean
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

/** POST direct: the conversation with these others, made if there is none yet → RoomResponse */
export const DirectRequest = v.strictObject({
  personIds: v.pipe(
    v.array(v.pipe(v.string(), v.maxLength(64))),
    v.minLength(1),
    v.maxLength(directOthersMax),
  ),
})
export type DirectRequest = v.InferOutput<typeof DirectRequest>

/** GET people: whom one may write to. Accounts one is in a room with. */
export type PeopleResponse = Readonly<{ people: readonly PersonNamed[] }>

/** GET room, POST join, PATCH room. Only for people with a seat. */
export type RoomResponse = Readonly<{
  room: RoomSummary
  /** This person's permanent number in the room. */
  seat: Seat
  role: Role
  drawing: Drawing
  posting: Posting
  /** Arrival number of the last message they have read. */
  readCount: number
  /** Number of the newest page of chat. */
  chatTail: number
}>

/** PATCH room: what is not named stays as it is. */
export const ChangeRoomRequest = v.strictObject({
  title: v.optional(v.pipe(v.string(), v.maxLength(1_024))),
  /** The owner’s to say. */
  isArchived: v.optional(v.boolean()),
  topic: v.optional(v.pipe(v.string(), v.maxLength(2_048))),
  drawing: v.optional(v.picklist(drawings)),
  posting: v.optional(v.picklist(postings)),
  addresses: v.optional(v.picklist(addressSettings)),
  entry: v.optional(v.picklist(['free', 'knock'])),
  slow: v.optional(v.picklist(slowSteps)),
  access: v.optional(v.picklist(['open', 'invite'])),
})
export type ChangeRoomRequest = v.InferOutput<typeof ChangeRoomRequest>

/** PUT read: only ever forward; with `isBack` only ever back. → 204 */
export const MarkReadRequest = v.strictObject({
  readCount: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31)),
  isBack: v.optional(v.boolean()),
})
export type MarkReadRequest = v.InferOutput<typeof MarkReadRequest>

/**
 * GET search?q=words&before=id&from=seat&since=ms&until=ms: messages with all of the words, the newest first. The last
 * may be a beginning. Each part may be left out, but not all of them.
 */
export type SearchResponse = Readonly<{ hits: readonly SearchHit[]; hasMore: boolean }>

/** `id` of the last hit is the `before` of what follows. */
export type SearchHit = Readonly<{
  id: number
  key: MessageKey
  page: number
  arrivedAtMs: number
  text: string
}>

/** GET first?since=ms: the first message that came then or later; null if none did. */
export type FirstSinceResponse = Readonly<{ first: Readonly<{ key: MessageKey; page: number }> | null }>

/** POST invites → 201. The link is `origin + /i/ + token`. */
export type InviteResponse = Readonly<{ token: string; url: string; expiresAtMs: number }>

/** GET invite: what its holder may know before accepting. */
export type InviteInfo = Readonly<{
  roomTitle: string
  invitedBy: string
  hereCount: number
  inCallCount: number
  /** A stranger knocks, and is let in by somebody who moderates the room (CA16). */
  mustKnock: boolean
}>

/** POST accept. A stranger gives a name and becomes a guest; somebody signed in becomes a member. → RoomResponse & SignedIn */
export const AcceptInviteRequest = v.strictObject({
  guestName: v.optional(v.pipe(v.string(), v.maxLength(256))),
})
export type AcceptInviteRequest = v.InferOutput<typeof AcceptInviteRequest>
export type AcceptInviteResponse = RoomResponse & SignedIn

/**
 * POST knock, again and again under the same ticket: at least 128 random bits, a secret of the page that knocks. The answer comes
 * when there is news, or after a while. → KnockResponse of knock.ts
 */
export const KnockRequest = v.strictObject({
  ticket: v.pipe(v.string(), v.regex(/^[\w-]{22,64}$/)),
  guestName: v.optional(v.pipe(v.string(), v.maxLength(256))),
})
export type KnockRequest = v.InferOutput<typeof KnockRequest>

/** POST knocks → 204. For those who moderate the room. Whoever does not wait any more is passed over. */
export const AnswerKnocksRequest = v.strictObject({
  action: v.picklist(['admit', 'refuse']),
  ids: v.pipe(v.array(v.pipe(v.string(), v.maxLength(32))), v.minLength(1), v.maxLength(knocksWaitingMax)),
})
export type AnswerKnocksRequest = v.InferOutput<typeof AnswerKnocksRequest>

/** GET health. */
export type HealthResponse = Readonly<{ isAlive: true; isReady: boolean; reasons: readonly string[] }>
