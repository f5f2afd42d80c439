/** The index of messages as it lies in a database. */
import Database from 'better-sqlite3'
import { databaseFile } from '#server/store/open.ts'

type Indexed = Readonly<{
  room: string
  key: string
  page: number
  at: number
  word: string | null
  text: string | null
  messageCount: number
}>

/** In the order of arrival. */
export function indexOf(dataDir: string): readonly Indexed[] {
  const db = new Database(databaseFile(dataDir), { readonly: true })
  const rows = db
    .prepare<[], Indexed>(
      `SELECT m.room_id AS room, m.key, m.page, m.at, coalesce(t.room, f.room) AS word,
         coalesce(t.text, f.text) AS text, r.message_count AS messageCount
       FROM message m JOIN room r ON r.id = m.room_id LEFT JOIN message_text t ON t.rowid = m.id
       LEFT JOIN message_text_fresh f ON f.id = m.id ORDER BY m.id`,
    )
    .all()
  db.close()
  return rows
}

/** Texts that the next search would have to take in first. */
export function freshCount(dataDir: string): number {
  const db = new Database(databaseFile(dataDir), { readonly: true })
  const count = db.prepare<[], number>('SELECT count(*) FROM message_text_fresh').pluck().get() ?? 0
  db.close()
  return count
}

/** As in a database from before there was an index. */
export function forgetIndex(dataDir: string): void {
  const db = new Database(databaseFile(dataDir))
  db.exec(
    `DELETE FROM message_text; DELETE FROM message_text_fresh; DELETE FROM message; DELETE FROM mention; UPDATE room SET is_indexed = 0, message_count = 0`,
  )
  db.close()
}
