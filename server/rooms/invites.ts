/**
 * Invite links: 128 random bits that open one room for a week.
 *
 * Invariant: one that has expired, was revoked or never was is the same not-found (H-18, R-05).
 */
import { AppError } from '#shared/errors.ts'
import type { AcceptInviteRequest, AcceptInviteResponse, InviteInfo, InviteResponse } from '#shared/http.ts'
import { isInviteToken, type RoomId } from '#shared/ids.ts'
import { inviteLifeMs, invitesPerPersonPerDayMax } from '#shared/limits.ts'
import { cleanName, nameKey, refuseName } from '#shared/names.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { SignedInPerson } from '../accounts/sessions.ts'
import type { Clock, Presences } from '../ports.ts'
import { newInviteToken } from '../random-id.ts'
import { secretHash } from '../secret-hash.ts'
import type { InviteRow } from '../store/invites.ts'
import type { Store } from '../store/open.ts'
import type { Rooms } from './rooms.ts'

const dayMs = 24 * 3_600_000

type Options = Readonly<{
  store: Store
  clock: Clock
  rooms: Rooms
  accounts: Accounts
  presences: Presences
  publicOrigin: string
}>

/** What the holder of an invite gets, and the cookie of a new guest. */
export type Accepted = Readonly<{ response: AcceptInviteResponse; cookie: string | null }>

/** Somebody who comes with an invite. */
type Comer = Readonly<{ roomId: RoomId; name: string; isGuest: boolean; mustKnock: boolean }>

export type Invites = ReturnType<typeof createInvites>

export function createInvites({ store, clock, rooms, accounts, presences, publicOrigin }: Options) {
  function find(token: string): InviteRow {
    const invite = isInviteToken(token) ? store.invites.live(secretHash(token), clock()) : null
    if (invite === null) throw new AppError('not-found')
    return invite
  }

  /** A guest must not pass for a member of the room. */
  function refuseGuestName(name: string, roomId: RoomId): void {
    const refusal = refuseName(name)
    if (refusal !== null) throw new AppError(refusal)
    const isMembers = store.seats
      .people(roomId)
      .some((person) => person.role !== 'guest' && nameKey(person.name) === nameKey(name))
    if (isMembers) throw new AppError('name-taken')
  }

  /** Whoever is in the room comes and goes; and an open one is open to everybody with an account. */
  function mustKnock(visitor: SignedInPerson | null, roomId: RoomId): boolean {
    const room = store.rooms.byId(roomId)
    if (room?.entry !== 'knock') return false
    if (visitor === null) return true
    const seat = store.seats.find(roomId, visitor.personId)
    return (seat === null || seat.leftAt !== null) && (visitor.isGuest || room.access !== 'open')
  }

  return {
    create({ personId }: SignedInPerson, roomId: string): InviteResponse {
      const { room } = rooms.enterTo('invite', personId, roomId)
      if (room.directKey !== null) throw new AppError('direct-closed')
      if (store.invites.countCreatedSince(personId, clock() - dayMs) >= invitesPerPersonPerDayMax) {
        throw new AppError('too-many-requests')
      }
      const token = newInviteToken()
      const expiresAt = clock() + inviteLifeMs
      store.invites.add({
        tokenHash: secretHash(token),
        roomId: room.id,
        createdBy: personId,
        nowMs: clock(),
        expiresAt,
      })
      return { token, url: `${publicOrigin}/i/${token}`, expiresAtMs: expiresAt }
    },

    describe(token: string): InviteInfo {
      const { roomId, roomTitle, invitedBy } = find(token)
      const mustKnock = store.rooms.byId(roomId)?.entry === 'knock'
      return { roomTitle, invitedBy, ...presences.count(roomId), mustKnock }
    },

    /** Who stands at the door of which room, and whether they have to knock there. A stranger gives a name. */
    comer(visitor: SignedInPerson | null, token: string, guestName = ''): Comer {
      const { roomId } = find(token)
      const before = visitor === null ? null : store.seats.find(roomId, visitor.personId)
      if (before !== null && before.bannedAt !== null) throw new AppError('room-banned')
      const name = visitor === null ? cleanName(guestName) : visitor.name
      if (visitor === null) refuseGuestName(name, roomId)
      return { roomId, name, isGuest: visitor?.isGuest ?? true, mustKnock: mustKnock(visitor, roomId) }
    },

    /** Somebody signed in, member or guest, comes in as who they are; a stranger becomes a guest. */
    async accept(
      visitor: SignedInPerson | null,
      token: string,
      request: AcceptInviteRequest,
      address: string,
      isAdmitted = false,
    ): Promise<Accepted> {
      const { roomId } = find(token)
      if (!isAdmitted && mustKnock(visitor, roomId)) throw new AppError('forbidden')
      if (visitor !== null) {
        const me = {
          id: visitor.personId,
          name: visitor.name,
          isGuest: visitor.isGuest,
          isServerOwner: visitor.isServerOwner,
        }
        const room = rooms.seat(visitor.personId, roomId, visitor.isGuest ? 'guest' : 'member')
        return { response: { ...room, me }, cookie: null }
      }
      const name = cleanName(request.guestName ?? '')
      refuseGuestName(name, roomId)
      const { me, cookie } = await accounts.enterAsGuest(name, address)
      return { response: { ...rooms.seat(me.id, roomId, 'guest'), me }, cookie }
    },
  }
}
