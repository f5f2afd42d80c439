/** The table `log`, and `quarantine`, where rows go that could not be read back. */
import type { Database } from 'better-sqlite3'

export type LogRow = Readonly<{ seq: number; data: Buffer; crc: number; at: number }>

export type NewLogRow = Readonly<{
  doc: string
  data: Uint8Array
  crc: number
  writer: number
  atMs: number
}>

export function logTable(db: Database) {
  const insert = db.prepare<[NewLogRow]>(
    'INSERT INTO log (doc, data, crc, writer, at) VALUES (@doc, @data, @crc, @writer, @atMs)',
  )
  const after = db.prepare<[string, number], LogRow>(
    'SELECT seq, data, crc, at FROM log WHERE doc = ? AND seq > ? ORDER BY seq',
  )
  const copyAway = db.prepare<[string, number]>(`
    INSERT OR REPLACE INTO quarantine (seq, doc, data, crc, writer, at, reason)
    SELECT seq, doc, data, crc, writer, at, ? FROM log WHERE seq = ?`)
  const remove = db.prepare<[number]>('DELETE FROM log WHERE seq = ?')
  const setAside = db.transaction((seq: number, reason: string): void => {
    copyAway.run(reason, seq)
    remove.run(seq)
  })
  const removeUpTo = db.prepare<[string, number]>('DELETE FROM log WHERE doc = ? AND seq <= ?')
  // As the index log_deleting says it, or it is not used.
  const deleting = `doc NOT GLOB 'board/*' AND substr(data, -1) <> x'00'`
  const hasDeletions = db
    .prepare<[string], 1>(`SELECT 1 FROM log INDEXED BY log_deleting WHERE doc = ? AND ${deleting} LIMIT 1`)
    .pluck()
  const withDeletions = db
    .prepare<[], string>(`SELECT DISTINCT doc FROM log INDEXED BY log_deleting WHERE ${deleting}`)
    .pluck()
  return {
    add: (row: NewLogRow): void => void insert.run(row),
    /** In order. Nothing may be written while it is being read. */
    after: (doc: string, seq: number): IterableIterator<LogRow> => after.iterate(doc, seq),
    setAside: (seq: number, reason: string): void => {
      setAside(seq, reason)
    },
    removeUpTo: (doc: string, seq: number): void => void removeUpTo.run(doc, seq),
    /** Whether this page of chat, or document of a room, still holds rows that delete something. */
    hasDeletions: (doc: string): boolean => hasDeletions.get(doc) !== undefined,
    /** Every one that does. */
    withDeletions: (): string[] => withDeletions.all(),
  }
}

/** Whether an update deletes or replaces anything: it ends with 0, the number of its deletions, if it does not. */
export function deletesSomething(update: Uint8Array): boolean {
  return update.at(-1) !== 0
}
