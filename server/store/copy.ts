/**
 * Copies of the database, made while it may be in use.
 *
 * Invariants: a file gets its name only once its copy is complete, verified and on disk; and nothing that is there is
 * ever written over.
 */
import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { faultOfDatabase, type DatabaseFault } from './verify.ts'

/** As many pages as there are: in one step, so that a busy server cannot make it begin again and again. */
const allPages = 2 ** 31 - 1

export type Copied = Readonly<{ fault: DatabaseFault | null }>

/** Copies a database to a name that is free. With a fault there is no copy. Throws what the file system throws. */
export async function copyDatabase(from: string, to: string): Promise<Copied> {
  const part = `${to}.part`
  removeDatabase(part)
  try {
    // Made here, so that this user alone can ever read it.
    closeSync(openSync(part, 'wx', 0o600))
    const fault = (await copyPages(from, part)) ?? settle(part)
    if (fault === null) giveName(part, to)
    return { fault }
  } finally {
    removeDatabase(part)
  }
}

/** The file, and what SQLite lays beside it. */
export function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true })
}

/** A new name for a file: unlike renaming, this never replaces one. */
export function giveName(file: string, name: string): void {
  linkSync(file, name)
  rmSync(file)
  flushFolder(dirname(name))
}

/** Names are on disk only once the folder is. */
export function flushFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

async function copyPages(from: string, to: string): Promise<DatabaseFault | null> {
  if (!existsSync(from)) return 'not-ours'
  try {
    const source = new Database(from, { fileMustExist: true })
    try {
      await source.backup(to, { progress: () => allPages })
      return null
    } finally {
      source.close()
    }
  } catch (error) {
    return faultOfError(error)
  }
}

/** Makes it one whole file, on disk, and reads all of it. */
function settle(file: string): DatabaseFault | null {
  try {
    const db = new Database(file, { fileMustExist: true })
    try {
      db.pragma('journal_mode = DELETE')
      return faultOfDatabase(db)
    } finally {
      db.close()
      const handle = openSync(file, 'r+')
      fsyncSync(handle)
      closeSync(handle)
    }
  } catch (error) {
    return faultOfError(error)
  }
}

function faultOfError(error: unknown): DatabaseFault {
  if (error instanceof Database.SqliteError) {
    if (error.code === 'SQLITE_NOTADB') return 'not-ours'
    if (error.code.startsWith('SQLITE_CORRUPT')) return 'damaged'
  }
  throw error
}
