/** Which sheets of a room's board have something on disk. */
import type { Database } from 'better-sqlite3'

export function sheetsTable(db: Database) {
  const names = db
    .prepare<{ from: string; to: string }, string>(
      `SELECT doc FROM snapshot WHERE doc >= @from AND doc < @to
       UNION SELECT doc FROM log WHERE doc >= @from AND doc < @to`,
    )
    .pluck()
  return {
    /** The names of documents that begin with this, which ends with "/". */
    under: (prefix: string): string[] => names.all({ from: prefix, to: `${prefix.slice(0, -1)}0` }),
  }
}
