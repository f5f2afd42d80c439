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
  MarkReadRequest,
  PersonNamed,
  RoomResponse,
  RoomsResponse,
  RoomSummary,
} from '#shared/http.ts'
import type { DecisionKind } from '#shared/members.ts'
import { isRoomId, type PersonId, type RoomId } from '#shared/ids.ts'
import { roomsListedMax, roomsPerPersonPerDayMax } from '#shared/limits.ts'
import type { MuteRequest } from '#shared/mute.ts'
import { cleanName, refuseRoomTitle, refuseTopic } from '#shared/names.ts'
import { isLeftInArchive, may, type Role, type RoomAction } from '#shared/room.ts'
import { isPair, othersIn, titleOf } from '#shared/direct.ts'
import type { SignedInPerson } from '../accounts/sessions.ts'
import type { News } from '../news/news.ts'
import type { Clock, Presences } from '../ports.ts'
import { newRoomId } from '../random-id.ts'
import type { Store } from '../store/open.ts'
import type { ListedRoomRow, RoomRow } from '../store/rooms.ts'
import type { SeatRow } from '../store/seats.ts'

const dayMs = 24 * 3_600_000

type Options = Readonly<{
  store: Store
  clock: Clock
  presences: Presences
  hasRelay: boolean
  news?: Pick<News, 'seatChanged' | 'roomsChanged'>
}>
type Entered = Readonly<{ room: RoomRow; seat: SeatRow }>

export type Rooms = ReturnType<typeof createRooms>

export function createRooms({ store, clock, presences, hasRelay, news }: Options) {
  /** The room and the person's seat in it, or not-found. `id` may be anything. */
  function enter(personId: PersonId, id: string): Entered {
    const room = isRoomId(id) ? store.rooms.byId(id) : null
    const seat = room === null ? null : store.seats.find(room.id, personId)
    // They know the room: what it is to them is no news.
    if (seat !== null && seat.bannedAt !== null) throw new AppError('room-banned')
    if (room === null || seat === null || seat.leftAt !== null) throw new AppError('not-found')
    return { room, seat }
  }

  function enterTo(action: RoomAction, personId: PersonId, id: string): Entered {
    const entered = enter(personId, id)
    if (!may(entered.seat.role, action)) throw new AppError('forbidden')
    if (entered.room.archivedAt !== null && !isLeftInArchive(action)) throw new AppError('room-archived')
    return entered
  }

  function describe(personId: PersonId, id: RoomId): RoomResponse {
    const { room, seat } = enter(personId, id)
    const peopleCount = store.seats.people(id).filter((person) => person.leftAt === null).length
    const mentionCount = store.rooms.mentionCount(id, seat.seat, seat.readCount)
    return {
      room: summarize(personId, { ...room, ...seat, peopleCount, mentionCount }),
      seat: seat.seat,
      role: seat.role,
      drawing: room.drawing,
      posting: room.posting,
      readCount: seat.readCount,
      chatTail: store.rooms.chatTail(id),
    }
  }

  function summarize(personId: PersonId, row: ListedRoomRow): RoomSummary {
    const { hereCount, inCallCount } = presences.count(row.id)
    const others = row.directKey === null ? null : othersOf(personId, row.id)
    return {
      id: row.id,
      title: others === null ? row.title : titleOf(others),
      topic: row.topic,
      others,
      access: row.access,
      isArchived: row.archivedAt !== null,
      role: row.role,
      peopleCount: row.peopleCount,
      inCallCount,
      hereCount,
      messageCount: row.messageCount,
      unreadCount: row.readCount === null ? 0 : Math.max(0, row.messageCount - row.readCount),
      mentionCount: row.mentionCount,
      isMuted: row.isMuted === 1,
      lastActiveAtMs: row.lastActiveAt,
    }
  }

  function othersOf(personId: PersonId, roomId: RoomId): readonly PersonNamed[] {
    const others = store.seats
      .people(roomId)
      .filter((person) => person.personId !== personId)
      .map((person) => ({ id: person.personId, name: person.name, hasLeft: person.leftAt !== null }))
    return othersIn(others).map(({ id, name }) => ({ id, name }))
  }

  /** Gives a seat, or the one they had; in a room they may enter. Nobody who was banned has one (RO8). */
  function seat(personId: PersonId, roomId: RoomId, role: Role): RoomResponse {
    const before = store.seats.find(roomId, personId)
    if (before !== null && before.bannedAt !== null) throw new AppError('room-banned')
    if (before === null || before.leftAt !== null) {
      store.seats.take({ roomId, personId, role, nowMs: clock() })
      presences.roomChanged(roomId)
      news?.roomsChanged(personId)
    }
    return describe(personId, roomId)
  }

  function leaveRoom(
    personId: PersonId,
    roomId: RoomId,
    code: 'not-found' | 'room-removed' = 'not-found',
  ): void {
    if (!store.seats.leave(roomId, personId, clock())) return
    presences.personLeft(personId, roomId, code)
    presences.roomChanged(roomId)
    news?.roomsChanged(personId)
  }

  return {
    enterTo,
    seat,
    leaveRoom,

    /** Guests see the rooms they were let into, and no others. */
    list({ personId, isGuest }: SignedInPerson): RoomsResponse {
      const mine = store.rooms.mine(personId, roomsListedMax)
      const open = isGuest ? [] : store.rooms.open(personId, roomsListedMax)
      const summary = (row: ListedRoomRow): RoomSummary => summarize(personId, row)
      // A conversation that somebody has opened and said nothing in is no news to the others.
      const hasBegun = ({ id, directKey, createdBy, messageCount }: ListedRoomRow): boolean =>
        directKey === null ||
        createdBy === personId ||
        messageCount > 0 ||
        presences.count(id).inCallCount > 0
      return { mine: mine.filter(hasBegun).map(summary), open: open.map(summary) }
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
      if (room === null || isGuest || room.access !== 'open' || room.archivedAt !== null)
        return describe(personId, enter(personId, id).room.id)
      return seat(personId, room.id, 'member')
    },

    change({ personId }: SignedInPerson, id: string, request: ChangeRoomRequest): RoomResponse {
      const { isArchived } = request
      const { room } = enterTo(isArchived === undefined ? 'configure' : 'archive', personId, id)
      const title = request.title === undefined ? null : cleanName(request.title)
      const topic = request.topic === undefined ? null : cleanName(request.topic)
      const refusal =
        (title === null ? null : refuseRoomTitle(title)) ?? (topic === null ? null : refuseTopic(topic))
      if (refusal !== null) throw new AppError(refusal)
      const {
        drawing = null,
        posting = null,
        addresses = null,
        entry = null,
        access = null,
        slow = null,
      } = request
      if (addresses === 'hidden' && !hasRelay) throw new AppError('no-relay')
      const decide = (kind: DecisionKind): void => {
        store.decisions.add({ roomId: room.id, kind, byPersonId: personId, personId: null, nowMs: clock() })
      }
      store.db.transaction(() => {
        store.rooms.change(room.id, { title, topic, drawing, posting, addresses, entry, access, slow })
        if (access !== null && access !== room.access) decide(access === 'open' ? 'opened' : 'closed')
        if (isArchived === undefined || isArchived === (room.archivedAt !== null)) return
        store.rooms.archive(room.id, isArchived ? clock() : null)
        decide(isArchived ? 'archived' : 'unarchived')
      })()
      presences.roomChanged(room.id)
      return describe(personId, room.id)
    },

    leave({ personId }: SignedInPerson, id: string): void {
      const { room, seat } = enter(personId, id)
      if (room.directKey !== null && isPair(room.directKey)) throw new AppError('pair-cannot-leave')
      if (seat.role === 'owner') throw new AppError('owner-cannot-leave')
      leaveRoom(personId, room.id)
    },

    markRead({ personId }: SignedInPerson, id: string, { readCount, isBack }: MarkReadRequest): void {
      const { room } = enter(personId, id)
      if (isBack === true) store.seats.markUnread(room.id, personId, readCount)
      else store.seats.markRead(room.id, personId, readCount)
      news?.seatChanged(personId, room.id)
    },

    mute({ personId }: SignedInPerson, id: string, { isMuted }: MuteRequest): void {
      const { room } = enter(personId, id)
      store.seats.mute(room.id, personId, isMuted)
      news?.seatChanged(personId, room.id)
    },

    /** Out of every room: a guest whose session has ended cannot come back. */
    removeGuest(personId: PersonId): void {
      for (const roomId of store.seats.roomsOf(personId)) leaveRoom(personId, roomId)
    },
  }
}
