/**
 * Knocking: somebody asks to come into a room, or into its locked call. Rule CA16 of docs/PROTOCOL.md.
 *
 * Whoever knocks asks again and again under one ticket, a secret of their own page, and each time hears how it stands.
 */
import type { AcceptInviteResponse } from './http.ts'
import type { RoomId } from './ids.ts'

export const knockPaths = {
  room: (token: string) => `/api/invites/${token}/knock`,
  call: (id: RoomId) => `/api/rooms/${id}/call/knock`,
  /** Where those who moderate the room answer. */
  answer: (id: RoomId) => `/api/rooms/${id}/knocks`,
} as const

/** What somebody wants to come into. */
export type KnockPlace = 'room' | 'call'

/** One who knocks, as those who moderate the room see them. */
export type Knock = Readonly<{
  /** Tells knocks apart; opens nothing. */
  id: string
  name: string
  isGuest: boolean
  place: KnockPlace
}>

/** POST knock. `entered` is what an accepted invite gives; null where it was the call. */
export type KnockResponse =
  | Readonly<{ state: 'waiting' }>
  | Readonly<{ state: 'refused' }>
  | Readonly<{ state: 'admitted'; entered: AcceptInviteResponse | null }>
