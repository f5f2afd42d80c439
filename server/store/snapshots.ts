/** The table `snapshot`: whole states of documents, newest last. */
import type { Database } from 'better-sqlite3'

export type SnapshotRow = Readonly<{ id: number; data: Buffer; crc: number; upto: number }>

export type NewSnapshot = Readonly<{
  doc: string
  data: Uint8Array
  crc: number
  /** Number of the last row of the log in it. */
  upto: number
  atMs: number
}>

export function snapshotsTable(db: Database) {
  const columns = 'id, data, crc, upto'
  const newest = db.prepare<[string], SnapshotRow>(
    `SELECT ${columns} FROM snapshot WHERE doc = ? AND fault IS NULL ORDER BY id DESC LIMIT 1`,
  )
  const byId = db.prepare<[number], SnapshotRow>(`SELECT ${columns} FROM snapshot WHERE id = ?`)
  const insert = db.prepare<[NewSnapshot]>(
    'INSERT INTO snapshot (doc, data, crc, upto, at) VALUES (@doc, @data, @crc, @upto, @atMs)',
  )
  const olderThan = db.prepare<[string, number], SnapshotRow>(
    `SELECT ${columns} FROM snapshot WHERE doc = ? AND id < ? AND fault IS NULL ORDER BY id DESC LIMIT 1`,
  )
  const setAside = db.prepare<[string, number]>('UPDATE snapshot SET fault = ? WHERE id = ?')
  const removeOlder = db.prepare<[string, number]>(
    'DELETE FROM snapshot WHERE doc = ? AND id < ? AND fault IS NULL',
  )
  return {
    /** Of those not set aside. */
    newest: (doc: string): SnapshotRow | null => newest.get(doc) ?? null,
    /** The one before it, of those not set aside. */
    before: (doc: string, id: number): SnapshotRow | null => olderThan.get(doc, id) ?? null,
    byId: (id: number): SnapshotRow | null => byId.get(id) ?? null,
    /** Returns its id, larger than all before. */
    add: (snapshot: NewSnapshot): number => Number(insert.run(snapshot).lastInsertRowid),
    setAside: (id: number, fault: string): void => void setAside.run(fault, id),
    /** Those set aside stay. */
    removeOlder: (doc: string, id: number): void => void removeOlder.run(doc, id),
  }
}
