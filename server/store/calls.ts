/** Who may be in the calls of rooms: of the table `room` whether one is locked, of the table `seat` who is in or out. */
import type { Database } from 'better-sqlite3'
import type { RoomId, Seat } from '#shared/ids.ts'

/** Let into a locked call, or put out of any; null for most. */
export type CallStandingRow = 'in' | 'out' | null

export function callsTable(db: Database) {
  const isLocked = db.prepare<[RoomId], number>('SELECT is_call_locked FROM room WHERE id = ?').pluck()
  const standing = db
    .prepare<[RoomId, Seat], CallStandingRow>('SELECT call_standing FROM seat WHERE room_id = ? AND seat = ?')
    .pluck()
  const setStanding = db.prepare<[CallStandingRow, RoomId, Seat]>(
    'UPDATE seat SET call_standing = ? WHERE room_id = ? AND seat = ?',
  )
  const lock = db.prepare<[number, RoomId]>('UPDATE room SET is_call_locked = ? WHERE id = ?')
  const forgetIn = db.prepare<[RoomId]>(
    "UPDATE seat SET call_standing = NULL WHERE room_id = ? AND call_standing = 'in'",
  )
  const lockFor = db.transaction((roomId: RoomId, seats: readonly Seat[]) => {
    lock.run(1, roomId)
    for (const seat of seats) setStanding.run('in', roomId, seat)
  })
  const unlock = db.transaction((roomId: RoomId) => {
    lock.run(0, roomId)
    forgetIn.run(roomId)
  })
  return {
    isLocked: (roomId: RoomId): boolean => isLocked.get(roomId) === 1,
    standing: (roomId: RoomId, seat: Seat): CallStandingRow => standing.get(roomId, seat) ?? null,
    setStanding: (roomId: RoomId, seat: Seat, to: CallStandingRow): void =>
      void setStanding.run(to, roomId, seat),
    /** Those who are in it now stay, and may come back. */
    lock: (roomId: RoomId, seats: readonly Seat[]): void => {
      lockFor(roomId, seats)
    },
    unlock: (roomId: RoomId): void => {
      unlock(roomId)
    },
  }
}
