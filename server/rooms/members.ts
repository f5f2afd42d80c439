/**
 * Who belongs to a room, and as what. Rules RO7, RO8 and RO10 of docs/PROTOCOL.md.
 *
 * Invariant: a room that is no conversation has one owner, always.
 */
import { AppError } from '#shared/errors.ts'
import { isPersonId, type PersonId, type RoomId } from '#shared/ids.ts'
import type {
  BannedResponse,
  DecisionKind,
  DecisionsResponse,
  RemoveRequest,
  SetRoleRequest,
} from '#shared/members.ts'
import { mayMake, mayPutOut } from '#shared/room.ts'
import type { SignedInPerson } from '../accounts/sessions.ts'
import type { Clock, Presences } from '../ports.ts'
import type { Store } from '../store/open.ts'
import type { SeatRow } from '../store/seats.ts'
import type { Rooms } from './rooms.ts'

type Options = Readonly<{
  store: Pick<Store, 'db' | 'decisions' | 'seats'>
  clock: Clock
  rooms: Pick<Rooms, 'enterTo' | 'leaveRoom'>
  presences: Pick<Presences, 'roomChanged'>
}>

type About = Readonly<{ roomId: RoomId; byId: PersonId; personId: PersonId }>

export type Members = ReturnType<typeof createMembers>

export function createMembers({ store, clock, rooms, presences }: Options) {
  /** Somebody who has, or had, a seat there. */
  function seatOf(roomId: RoomId, id: string): SeatRow & Readonly<{ personId: PersonId }> {
    const seat = isPersonId(id) ? store.seats.find(roomId, id) : null
    if (seat === null) throw new AppError('not-found')
    return { ...seat, personId: id as PersonId }
  }

  function decide(kind: DecisionKind, { roomId, byId, personId }: About): void {
    store.decisions.add({ roomId, kind, byPersonId: byId, personId, nowMs: clock() })
  }

  return {
    setRole({ personId: byId }: SignedInPerson, id: string, otherId: string, { role }: SetRoleRequest): void {
      const { room, seat: own } = rooms.enterTo('moderate', byId, id)
      const other = seatOf(room.id, otherId)
      if (other.leftAt !== null) throw new AppError('not-found')
      if (!mayMake(own.role, other.role, role)) throw new AppError('forbidden')
      if (other.role === role) return
      store.db.transaction(() => {
        if (role === 'owner') store.seats.setRole(room.id, byId, 'moderator')
        store.seats.setRole(room.id, other.personId, role)
        decide(`made-${role}`, { roomId: room.id, byId, personId: other.personId })
      })()
      presences.roomChanged(room.id)
    },

    /** Also of somebody who has left already: they may be banned still. */
    remove(
      { personId: byId }: SignedInPerson,
      id: string,
      otherId: string,
      { isBanned }: RemoveRequest,
    ): void {
      const { room, seat: own } = rooms.enterTo('moderate', byId, id)
      const other = seatOf(room.id, otherId)
      if (other.personId === byId || !mayPutOut(own.role, other.role)) throw new AppError('forbidden')
      const about = { roomId: room.id, byId, personId: other.personId }
      store.db.transaction(() => {
        // Whoever comes back does not come back to moderate.
        if (other.role === 'moderator') store.seats.setRole(room.id, other.personId, 'member')
        if (isBanned) store.seats.ban(room.id, other.personId, other.bannedAt ?? clock())
        decide(isBanned ? 'banned' : 'removed', about)
      })()
      rooms.leaveRoom(other.personId, room.id, 'room-removed')
    },

    banned({ personId }: SignedInPerson, id: string): BannedResponse {
      return { people: store.seats.banned(rooms.enterTo('moderate', personId, id).room.id) }
    },

    allow({ personId: byId }: SignedInPerson, id: string, otherId: string): void {
      const { room } = rooms.enterTo('moderate', byId, id)
      const other = seatOf(room.id, otherId)
      if (other.bannedAt === null) return
      store.db.transaction(() => {
        store.seats.ban(room.id, other.personId, null)
        decide('allowed', { roomId: room.id, byId, personId: other.personId })
      })()
    },

    decisions({ personId }: SignedInPerson, id: string): DecisionsResponse {
      return { decisions: store.decisions.list(rooms.enterTo('moderate', personId, id).room.id) }
    },
  }
}
