/**
 * Whether a database is one of ours and holds what was written to it.
 *
 * SQLite's own check does not see most bytes that have changed within a row, so every checksum is looked at too (D-05).
 */
import { crc32 } from 'node:zlib'
import type { Database } from 'better-sqlite3'
import { latestVersion, versionOf } from './migrate.ts'

/** "Stoa" in ASCII: tells our files from those of other programs. */
export const applicationId = 0x53746f61

export type DatabaseFault = 'not-ours' | 'newer' | 'damaged'

/** Null if all is well. Throws what SQLite throws when it cannot even read. */
export function faultOfDatabase(db: Database): DatabaseFault | null {
  if (db.pragma('application_id', { simple: true }) !== applicationId) return 'not-ours'
  if (versionOf(db) > latestVersion) return 'newer'
  if (db.pragma('integrity_check(1)', { simple: true }) !== 'ok') return 'damaged'
  if ((db.pragma('foreign_key_check') as unknown[]).length > 0) return 'damaged'
  const sums: Readonly<Record<string, string>> = { log: '', snapshot: 'WHERE fault IS NULL' }
  const tables = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
  const summed = tables.filter((table) => table in sums)
  return summed.every((table) => areSumsRight(db, table, sums[table] ?? '')) ? null : 'damaged'
}

function areSumsRight(db: Database, table: string, where: string): boolean {
  const rows = db.prepare<[], { data: Buffer; crc: number }>(`SELECT data, crc FROM ${table} ${where}`)
  for (const { data, crc } of rows.iterate()) if (crc32(data) !== crc) return false
  return true
}
