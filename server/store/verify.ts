/**
 * Whether a database is one of ours and holds what was written to it.
 *
 * SQLite's own check does not see most bytes that have changed within a row, so every checksum is looked at too (D-05).
 */
import type { Database } from 'better-sqlite3'
import { latestVersion, versionOf } from './migrate.ts'
import { isSound } from './sums.ts'

/** "Stoa" in ASCII: tells our files from those of other programs. */
export const applicationId = 0x53746f61

export type DatabaseFault = 'not-ours' | 'newer' | 'damaged'

/** Null if all is well. Throws what SQLite throws when it cannot even read. */
export function faultOfDatabase(db: Database): DatabaseFault | null {
  if (db.pragma('application_id', { simple: true }) !== applicationId) return 'not-ours'
  if (versionOf(db) > latestVersion) return 'newer'
  if (!isStructureRight(db)) return 'damaged'
  if ((db.pragma('foreign_key_check') as unknown[]).length > 0) return 'damaged'
  const tables = tablesOf(db)
  return summed.every(([table, sql]) => !tables.includes(table) || areSumsRight(db, sql)) ? null : 'damaged'
}

/**
 * Whether every row can be found by every way that leads to it: a broken index, or a number given twice, hides rows
 * whose own bytes are well. Takes about a second for 200 MB.
 */
export function isStructureRight(db: Database): boolean {
  return db.pragma('integrity_check(1)', { simple: true }) === 'ok' && isCountingOn(db)
}

const summed = [
  ['log', 'SELECT data, crc FROM log'],
  ['snapshot', 'SELECT data, crc, upto FROM snapshot WHERE fault IS NULL'],
] as const

function areSumsRight(db: Database, sql: string): boolean {
  for (const row of db.prepare<[], Parameters<typeof isSound>[0]>(sql).iterate())
    if (!isSound(row)) return false
  return true
}

/** Whether rows to come get numbers after those of all that were in a snapshot. */
function isCountingOn(db: Database): boolean {
  if (!tablesOf(db).includes('snapshot')) return true
  const next = db
    .prepare(
      `SELECT NOT EXISTS (SELECT 1 FROM snapshot WHERE upto >
        coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'log' AND typeof(seq) = 'integer'), 0))`,
    )
    .pluck()
  return next.get() === 1
}

function tablesOf(db: Database): string[] {
  return db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
}
