/** The table `report`: messages that somebody wants those who moderate the room to look at (RO11). */
import type { Database } from 'better-sqlite3'
import type { MessageKey } from '#shared/chat/message.ts'
import type { PersonId, RoomId } from '#shared/ids.ts'
import { reportsListedMax, reportTextLengthMax } from '#shared/limits.ts'
import type { Report } from '#shared/report.ts'

type NewReport = Readonly<{
  roomId: RoomId
  key: MessageKey
  byPersonId: PersonId
  reason: string
  nowMs: number
}>

export function reportsTable(db: Database) {
  const insert = db.prepare<[NewReport]>(`
    INSERT OR IGNORE INTO report (room_id, key, by_person_id, reason, reported_at)
    VALUES (@roomId, @key, @byPersonId, @reason, @nowMs)`)
  const count = db
    .prepare<[RoomId, PersonId], number>('SELECT count(*) FROM report WHERE room_id = ? AND by_person_id = ?')
    .pluck()
  const ofRoom = db.prepare<[number, RoomId, number], Report>(`
    SELECT r.key, m.page, substr(coalesce(f.text, t.text), 1, ?) AS text, p.name AS "by", r.reason,
      r.reported_at AS atMs
    FROM report r JOIN message m ON m.room_id = r.room_id AND m.key = r.key JOIN person p ON p.id = r.by_person_id
      LEFT JOIN message_text_fresh f ON f.id = m.id LEFT JOIN message_text t ON t.rowid = m.id
    WHERE r.room_id = ? AND coalesce(f.text, t.text) IS NOT NULL ORDER BY r.id DESC LIMIT ?`)
  const remove = db.prepare<[RoomId, MessageKey]>('DELETE FROM report WHERE room_id = ? AND key = ?')
  return {
    /** False where they have reported it already. */
    add: (report: NewReport): boolean => insert.run(report).changes > 0,
    countBy: (roomId: RoomId, personId: PersonId): number => count.get(roomId, personId) ?? 0,
    /** The newest first, their texts cut short; none of what was deleted. */
    list: (roomId: RoomId): Report[] => ofRoom.all(reportTextLengthMax, roomId, reportsListedMax),
    /** False where there was none. */
    remove: (roomId: RoomId, key: MessageKey): boolean => remove.run(roomId, key).changes > 0,
  }
}
