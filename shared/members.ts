/**
 * Who belongs to a room, and as what: the routes by which those who moderate it decide. Rules RO7–RO10 of
 * docs/PROTOCOL.md. A file of its own: home does not load it.
 */
import * as v from 'valibot'
import type { PersonId, RoomId } from './ids.ts'

export const memberPaths = {
  /** PUT → 204 */
  role: (id: RoomId, personId: PersonId): string => `/api/rooms/${id}/people/${personId}/role`,
  /** POST → 204 */
  remove: (id: RoomId, personId: PersonId): string => `/api/rooms/${id}/people/${personId}/remove`,
  /** GET → BannedResponse */
  banned: (id: RoomId): string => `/api/rooms/${id}/banned`,
  /** DELETE → 204: they may come back, and are not brought back. */
  ban: (id: RoomId, personId: PersonId): string => `/api/rooms/${id}/banned/${personId}`,
  /** GET → DecisionsResponse */
  decisions: (id: RoomId): string => `/api/rooms/${id}/decisions`,
} as const

/** Whoever makes somebody else the owner is a moderator from then on. */
export const SetRoleRequest = v.strictObject({ role: v.picklist(['owner', 'moderator', 'member']) })
export type SetRoleRequest = v.InferOutput<typeof SetRoleRequest>

export const RemoveRequest = v.strictObject({
  /** They cannot come back either, by whatever link. */
  isBanned: v.boolean(),
})
export type RemoveRequest = v.InferOutput<typeof RemoveRequest>

export type BannedPerson = Readonly<{ id: PersonId; name: string; bannedAtMs: number }>
export type BannedResponse = Readonly<{ people: readonly BannedPerson[] }>

/** What can be decided of a room and its people, as it is kept. */
export const decisionKinds = [
  'made-owner',
  'made-moderator',
  'made-member',
  'removed',
  'banned',
  'allowed',
  'opened',
  'closed',
  'archived',
  'unarchived',
  'put-out',
  'let-in',
  'locked',
  'unlocked',
  'settled-report',
] as const
export type DecisionKind = (typeof decisionKinds)[number]

export type Decision = Readonly<{
  kind: DecisionKind
  /** Name of who decided. */
  by: string
  /** Name of whom it was about; null where it was about the room or its call. */
  about: string | null
  atMs: number
}>
/** The newest first. */
export type DecisionsResponse = Readonly<{ decisions: readonly Decision[] }>
