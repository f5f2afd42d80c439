/** The table `pin`: which messages of which rooms are pinned. */
import type { Database } from 'better-sqlite3'
import type { MessageKey } from '#shared/chat/message.ts'
import { pinTextLengthMax } from '#shared/limits.ts'
import type { Pin } from '#shared/chat/pin.ts'
import type { RoomId } from '#shared/ids.ts'

export type PinRow = Pin & Readonly<{ key: MessageKey }>

export function pinsTable(db: Database) {
  const ofRoom = db.prepare<[number, RoomId], PinRow>(`
    SELECT p.id AS "order", p.key, m.page, m.at AS atMs, substr(coalesce(f.text, t.text), 1, ?) AS text
    FROM pin p JOIN message m ON m.room_id = p.room_id AND m.key = p.key
      LEFT JOIN message_text_fresh f ON f.id = m.id LEFT JOIN message_text t ON t.rowid = m.id
    WHERE p.room_id = ? AND coalesce(f.text, t.text) IS NOT NULL ORDER BY p.id`)
  const count = db.prepare<[RoomId], number>('SELECT count(*) FROM pin WHERE room_id = ?').pluck()
  const find = db
    .prepare<[RoomId, MessageKey], number>('SELECT 1 FROM pin WHERE room_id = ? AND key = ?')
    .pluck()
  const insert = db.prepare<[RoomId, MessageKey]>('INSERT INTO pin (room_id, key) VALUES (?, ?)')
  const remove = db.prepare<[RoomId, MessageKey]>('DELETE FROM pin WHERE room_id = ? AND key = ?')
  return {
    /** In the order in which they were pinned, their texts cut short. */
    list: (roomId: RoomId): PinRow[] => ofRoom.all(pinTextLengthMax, roomId),
    count: (roomId: RoomId): number => count.get(roomId) ?? 0,
    has: (roomId: RoomId, key: MessageKey): boolean => find.get(roomId, key) !== undefined,
    add: (roomId: RoomId, key: MessageKey): void => void insert.run(roomId, key),
    /** False where it was not pinned. */
    remove: (roomId: RoomId, key: MessageKey): boolean => remove.run(roomId, key).changes > 0,
  }
}
