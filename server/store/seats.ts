/**
 * The table `seat`: who is in which room, under which number.
 *
 * Invariant: a seat is given once and never reused; somebody who comes back gets the one they had (ID2).
 */
import type { Database } from 'better-sqlite3'
import type { PersonId, RoomId, Seat } from '#shared/ids.ts'
import type { BannedPerson } from '#shared/members.ts'
import type { Drawing, Posting, Role } from '#shared/room.ts'
import type { SlowSeconds } from '#shared/slow.ts'

export type SeatRow = Readonly<{
  seat: Seat
  role: Role
  readCount: number
  leftAt: number | null
  isMuted: 0 | 1
  /** Since when they may not come back. */
  bannedAt: number | null
  /** The room's. */
  drawing: Drawing
  posting: Posting
  archivedAt: number | null
  slow: SlowSeconds
}>
export type SeatedPersonRow = Readonly<{
  seat: Seat
  role: Role
  personId: PersonId
  name: string
  leftAt: number | null
  callStanding: 'in' | 'out' | null
}>

type NewSeat = Readonly<{ roomId: RoomId; personId: PersonId; role: Role; nowMs: number }>

export function seatsTable(db: Database) {
  const find = db.prepare<[RoomId, PersonId], SeatRow>(`
    SELECT s.seat, s.role, s.read_count AS readCount, s.left_at AS leftAt, s.is_muted AS isMuted, s.banned_at AS bannedAt,
      r.drawing, r.posting, r.archived_at AS archivedAt, r.slow
    FROM seat s JOIN room r ON r.id = s.room_id WHERE s.room_id = ? AND s.person_id = ?`)
  const people = db.prepare<[RoomId], SeatedPersonRow>(`
    SELECT s.seat, s.role, s.person_id AS personId, p.name, s.left_at AS leftAt,
      s.call_standing AS callStanding
    FROM seat s JOIN person p ON p.id = s.person_id WHERE s.room_id = ? ORDER BY s.seat`)
  // What was said before somebody came is not unread to them.
  const take = db.prepare<[NewSeat]>(`
    INSERT INTO seat (room_id, seat, person_id, role, joined_at, read_count)
    SELECT @roomId, coalesce((SELECT max(seat) FROM seat WHERE room_id = @roomId), 0) + 1, @personId, @role, @nowMs,
      (SELECT message_count FROM room WHERE id = @roomId)
    WHERE true
    ON CONFLICT (room_id, person_id) DO UPDATE SET left_at = NULL`)
  const leave = db.prepare<[number, RoomId, PersonId]>(
    'UPDATE seat SET left_at = ? WHERE room_id = ? AND person_id = ? AND left_at IS NULL',
  )
  const setRole = db.prepare<[Role, RoomId, PersonId]>(
    'UPDATE seat SET role = ? WHERE room_id = ? AND person_id = ?',
  )
  const ban = db.prepare<[number | null, RoomId, PersonId]>(
    'UPDATE seat SET banned_at = ? WHERE room_id = ? AND person_id = ?',
  )
  const banned = db.prepare<[RoomId], BannedPerson>(`
    SELECT p.id, p.name, s.banned_at AS bannedAtMs FROM seat s JOIN person p ON p.id = s.person_id
    WHERE s.room_id = ? AND s.banned_at IS NOT NULL ORDER BY s.banned_at DESC, s.seat`)
  const roomsOf = db
    .prepare<[PersonId], RoomId>('SELECT room_id FROM seat WHERE person_id = ? AND left_at IS NULL')
    .pluck()
  const goneGuests = db
    .prepare<[], PersonId>(
      `
      SELECT DISTINCT s.person_id FROM seat s JOIN person p ON p.id = s.person_id
      WHERE p.is_guest = 1 AND s.left_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM session WHERE session.person_id = s.person_id)`,
    )
    .pluck()
  const markRead = db.prepare<[{ roomId: RoomId; personId: PersonId; readCount: number }]>(`
    UPDATE seat SET read_count = min(@readCount, (SELECT message_count FROM room WHERE id = @roomId))
    WHERE room_id = @roomId AND person_id = @personId AND read_count < @readCount`)
  const markUnread = db.prepare<[{ roomId: RoomId; personId: PersonId; readCount: number }]>(
    'UPDATE seat SET read_count = min(read_count, @readCount) WHERE room_id = @roomId AND person_id = @personId',
  )
  const mute = db.prepare<[{ roomId: RoomId; personId: PersonId; isMuted: 0 | 1 }]>(
    'UPDATE seat SET is_muted = @isMuted WHERE room_id = @roomId AND person_id = @personId',
  )
  return {
    /** Also of somebody who has left. */
    find: (roomId: RoomId, personId: PersonId): SeatRow | null => find.get(roomId, personId) ?? null,
    /** Everybody who has ever had a seat, by seat: their messages stay and need a name. */
    people: (roomId: RoomId): SeatedPersonRow[] => people.all(roomId),
    /** Gives the next free seat, or the one this person had, with the role they had. */
    take: (seat: NewSeat): void => void take.run(seat),
    /** False if they were not there. */
    leave: (roomId: RoomId, personId: PersonId, nowMs: number): boolean =>
      leave.run(nowMs, roomId, personId).changes > 0,
    setRole: (roomId: RoomId, personId: PersonId, role: Role): void =>
      void setRole.run(role, roomId, personId),
    /** Null lets them in again. */
    ban: (roomId: RoomId, personId: PersonId, atMs: number | null): void =>
      void ban.run(atMs, roomId, personId),
    /** The latest first. */
    banned: (roomId: RoomId): BannedPerson[] => banned.all(roomId),
    roomsOf: (personId: PersonId): RoomId[] => roomsOf.all(personId),
    /** Guests who sit somewhere but whose session is gone: they cannot come back. */
    goneGuests: (): PersonId[] => goneGuests.all(),
    /** Only ever forward, and not past the last message. */
    markRead: (roomId: RoomId, personId: PersonId, readCount: number): void =>
      void markRead.run({ roomId, personId, readCount }),
    mute: (roomId: RoomId, personId: PersonId, isMuted: boolean): void =>
      void mute.run({ roomId, personId, isMuted: isMuted ? 1 : 0 }),
    /** Only ever back. */
    markUnread: (roomId: RoomId, personId: PersonId, readCount: number): void =>
      void markUnread.run({ roomId, personId, readCount }),
  }
}
