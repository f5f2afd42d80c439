/** The table `decision`: what those who moderate a room have decided, by whom and about whom (RO10). */
import type { Database } from 'better-sqlite3'
import type { PersonId, RoomId } from '#shared/ids.ts'
import { decisionsKeptMax, decisionsListedMax } from '#shared/limits.ts'
import type { Decision, DecisionKind } from '#shared/members.ts'

type NewDecision = Readonly<{
  roomId: RoomId
  kind: DecisionKind
  byPersonId: PersonId
  /** Null where it is about the room or its call. */
  personId: PersonId | null
  nowMs: number
}>

export function decisionsTable(db: Database) {
  const insert = db.prepare<[NewDecision]>(`
    INSERT INTO decision (room_id, kind, by_person_id, person_id, decided_at)
    VALUES (@roomId, @kind, @byPersonId, @personId, @nowMs)`)
  const forget = db.prepare<[Readonly<{ roomId: RoomId; kept: number }>]>(`
    DELETE FROM decision WHERE room_id = @roomId AND id <= (
      SELECT id FROM decision WHERE room_id = @roomId ORDER BY id DESC LIMIT 1 OFFSET @kept)`)
  const ofRoom = db.prepare<[RoomId, number], Decision>(`
    SELECT d.kind, b.name AS "by", p.name AS about, d.decided_at AS atMs
    FROM decision d JOIN person b ON b.id = d.by_person_id LEFT JOIN person p ON p.id = d.person_id
    WHERE d.room_id = ? ORDER BY d.id DESC LIMIT ?`)
  return {
    /** Forgets the oldest where there are too many. */
    add(decision: NewDecision): void {
      insert.run(decision)
      forget.run({ roomId: decision.roomId, kept: decisionsKeptMax })
    },
    /** The newest first. */
    list: (roomId: RoomId): Decision[] => ofRoom.all(roomId, decisionsListedMax),
  }
}
