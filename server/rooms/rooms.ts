/**
 * Rooms: making them, coming in, their settings, leaving.
 *
 * Invariant: a room that does not exist and one that is not open to somebody are the same to them, by the same code
 * and in the same words (R-01, R-02, H-18).
 */
import { AppError } from '#shared/errors.ts'
import type {
  ChangeRoomRequest,
  CreateRoomRequest,
  RoomResponse,
  RoomsResponse,
  RoomSummary,
} from '#shared/http.ts'
import { isRoomId, type PersonId, type RoomId } from '#shared/ids.ts'
import { roomsListedMax, roomsPerPersonPerDayMax } from '#shared/limits.ts'
import { cleanName, refuseRoomTitle } from '#shared/names.ts'
import { may, type Role, type RoomAction } from '#shared/room.ts'
import type { SignedInPerson } from '../accounts/sessions.ts'
import type { Clock, Presences } from '../ports.ts'
import { newRoomId } from '../random-id.ts'
import type { Store } from '../store/open.ts'
import type { RoomRow } from '../store/rooms.ts'
import type { SeatRow } from '../store/seats.ts'

const dayMs = 24 * 3_600_000

type Options = Readonly<{ store: Store; clock: Clock; presences: Presences; hasRelay: boolean }>
type Entered = Readonly<{ room: RoomRow; seat: SeatRow }>

export type Rooms = ReturnType<typeof createRooms>

export function createRooms({ store, clock, presences, hasRelay }: Options) {
  /** The room and the person's seat in it, or not-found. `id` may be anything. */
  function enter(personId: PersonId, id: string): Entered {
    const room = isRoomId(id) ? store.rooms.byId(id) : null
    const seat = room === null ? null : store.seats.find(room.id, personId)
    if (room === null || seat === null || seat.leftAt !== null) throw new AppError('not-found')
    return { room, seat }
  }

  function enterTo(action: RoomAction, personId: PersonId, id: string): Entered {
    const entered = enter(personId, id)
    if (!may(entered.seat.role, action)) throw new AppError('forbidden')
    return entered
  }

  function describe(personId: PersonId, id: RoomId): RoomResponse {
    const { room, seat } = enter(personId, id)
    const peopleCount = store.seats.people(id).filter((person) => person.leftAt === null).length
    return {
      room: summarize({ ...room, role: seat.role, readCount: seat.readCount, peopleCount }),
      seat: seat.seat,
      role: seat.role,
      drawing: room.drawing,
      readCount: seat.readCount,
      chatTail: store.rooms.chatTail(id),
    }
  }

  function summarize(
    row: RoomRow & Readonly<{ role: Role | null; readCount: number | null; peopleCount: number }>,
  ): RoomSummary {
    const { hereCount, inCallCount } = presences.count(row.id)
    return {
      id: row.id,
      title: row.title,
      access: row.access,
      role: row.role,
      peopleCount: row.peopleCount,
      inCallCount,
      hereCount,
      messageCount: row.messageCount,
      unreadCount: row.readCount === null ? 0 : Math.max(0, row.messageCount - row.readCount),
      lastActiveAtMs: row.lastActiveAt,
    }
  }

  /** Gives a seat, or the one they had; in a room they may enter. */
  function seat(personId: PersonId, roomId: RoomId, role: Role): RoomResponse {
    const before = store.seats.find(roomId, personId)
    if (before === null || before.leftAt !== null) {
      store.seats.take({ roomId, personId, role, nowMs: clock() })
      presences.roomChanged(roomId)
    }
    return describe(personId, roomId)
  }

  function leaveRoom(personId: PersonId, roomId: RoomId): void {
    if (!store.seats.leave(roomId, personId, clock())) return
    presences.personLeft(personId, roomId)
    presences.roomChanged(roomId)
  }

  return {
    enterTo,
    seat,

    /** Guests see the rooms they were let into, and no others. */
    list({ personId, isGuest }: SignedInPerson): RoomsResponse {
      const mine = store.rooms.mine(personId, roomsListedMax)
      const open = isGuest ? [] : store.rooms.open(personId, roomsListedMax)
      return { mine: mine.map(summarize), open: open.map(summarize) }
    },

    create(
      { personId, isGuest }: SignedInPerson,
      { title: rawTitle, access }: CreateRoomRequest,
    ): RoomResponse {
      if (isGuest) throw new AppError('forbidden')
      const title = cleanName(rawTitle)
      const refusal = refuseRoomTitle(title)
      if (refusal !== null) throw new AppError(refusal)
      if (store.rooms.countCreatedSince(personId, clock() - dayMs) >= roomsPerPersonPerDayMax) {
        throw new AppError('too-many-requests')
      }
      const id = newRoomId()
      store.db.transaction(() => {
        store.rooms.add({ id, title, access, createdBy: personId, nowMs: clock() })
        store.seats.take({ roomId: id, personId, role: 'owner', nowMs: clock() })
      })()
      return describe(personId, id)
    },

    get: ({ personId }: SignedInPerson, id: string): RoomResponse =>
      describe(personId, enter(personId, id).room.id),

    /** Into an open room; or where they have a seat already. */
    join({ personId, isGuest }: SignedInPerson, id: string): RoomResponse {
      const room = isRoomId(id) ? store.rooms.byId(id) : null
      if (room === null || isGuest || room.access !== 'open')
        return describe(personId, enter(personId, id).room.id)
      return seat(personId, room.id, 'member')
    },

    change({ personId }: SignedInPerson, id: string, request: ChangeRoomRequest): RoomResponse {
      const { room } = enterTo('configure', personId, id)
      const title = request.title === undefined ? null : cleanName(request.title)
      const refusal = title === null ? null : refuseRoomTitle(title)
      if (refusal !== null) throw new AppError(refusal)
      const { drawing = null, addresses = null } = request
      if (addresses === 'hidden' && !hasRelay) throw new AppError('no-relay')
      store.rooms.change(room.id, { title, drawing, addresses })
      presences.roomChanged(room.id)
      return describe(personId, room.id)
    },

    leave({ personId }: SignedInPerson, id: string): void {
      const { room, seat } = enter(personId, id)
      if (seat.role === 'owner') throw new AppError('owner-cannot-leave')
      leaveRoom(personId, room.id)
    },

    markRead({ personId }: SignedInPerson, id: string, readCount: number): void {
      store.seats.markRead(enter(personId, id).room.id, personId, readCount)
    },

    /** Out of every room: a guest whose session has ended cannot come back. */
    removeGuest(personId: PersonId): void {
      for (const roomId of store.seats.roomsOf(personId)) leaveRoom(personId, roomId)
    },
  }
}
