/**
 * A copy of the database from before it is brought up to date, beside it: the way back (D-08).
 *
 * Invariant: the copy is complete and on disk before the first migration begins. The last few are kept.
 */
import { closeSync, fsyncSync, openSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { updateBackupsMax } from '#shared/limits.ts'
import { giveName, removeDatabase } from './copy.ts'

/** Throws what SQLite and the file system throw; also for a database that is damaged, which no update mends. */
export function backUpForUpdate(file: string, db: Database, version: number, now: Date): void {
  const name = `${file}.version-${String(version)}-${now.toISOString().replace(/[^0-9]/g, '')}`
  const part = `${file}.version.part`
  removeDatabase(part)
  try {
    // Made here, so that this user alone can ever read it.
    const handle = openSync(part, 'wx', 0o600)
    try {
      db.prepare('VACUUM INTO ?').run(part)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    giveName(part, name)
  } finally {
    removeDatabase(part)
  }
  for (const old of updateBackups(file).slice(0, -updateBackupsMax)) rmSync(old)
}

/** Oldest first. */
export function updateBackups(file: string): string[] {
  const madeAt = (name: string): string => /\.version-\d+-(\d+)$/.exec(name)?.[1] ?? ''
  return readdirSync(dirname(file))
    .filter((name) => name.startsWith(basename(file)) && madeAt(name) !== '')
    .sort((a, b) => (madeAt(a) < madeAt(b) ? -1 : 1))
    .map((name) => join(dirname(file), name))
}
