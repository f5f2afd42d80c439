/**
 * One process per data folder (D-09).
 *
 * The lock is a transaction held on a small database of its own: the operating system takes it back with the process,
 * however that ends, so that there is never a stale one to clear away.
 */
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { StartError } from '../faults.ts'

export function lockDataFolder(dataDir: string): Disposable {
  const db = new Database(join(dataDir, 'lock.db'), { timeout: 0 })
  try {
    db.pragma('locking_mode = EXCLUSIVE')
    db.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    db.close()
    if (!(cause instanceof Database.SqliteError) || cause.code !== 'SQLITE_BUSY') throw cause
    const fault = {
      code: 'data-folder-in-use',
      sentence: `Another process uses the data folder ${dataDir}.`,
      fix: 'Stop that one first, or set DATA_DIR to another folder.',
    } as const
    throw new StartError([fault], { cause })
  }
  return { [Symbol.dispose]: () => void db.close() }
}
