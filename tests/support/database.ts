/** The database of a running server, opened beside it: for what has no route yet, and for what must not be in it. */
import Database from 'better-sqlite3'
import { databaseFile } from '#server/store/open.ts'

/** Runs statements with a connection of their own, and closes it. */
export function inDatabase<T>(dataDir: string, work: (db: Database.Database) => T): T {
  const db = new Database(databaseFile(dataDir))
  try {
    return work(db)
  } finally {
    db.close()
  }
}
