/**
 * Opens the database of a data folder, or says why not.
 *
 * Invariants: what is committed is on disk (WAL, synchronous=FULL; but see disk.ts); what is deleted is overwritten (secure_delete);
 * nobody keeps a transaction open over a tick, because all parts of the server share this one connection; a file that
 * is not certainly ours is never written to (D-07).
 */
import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { StartError, type FaultCode } from '../faults.ts'
import { isNoSpace, putBallast } from './ballast.ts'
import { decisionsTable } from './decisions.ts'
import { openDisk, type Disk } from './disk.ts'
import { filesTable } from './files.ts'
import { invitesTable } from './invites.ts'
import { lockDataFolder } from './lock.ts'
import { latestVersion, migrate, versionOf } from './migrate.ts'
import { callsTable } from './calls.ts'
import { messagesTable } from './messages.ts'
import { peopleTable } from './people.ts'
import { pinsTable } from './pins.ts'
import { pushTable } from './push.ts'
import { reportsTable } from './reports.ts'
import { roomsTable } from './rooms.ts'
import { seatsTable } from './seats.ts'
import { sheetsTable } from './sheets.ts'
import { sessionsTable } from './sessions.ts'
import { backUpForUpdate } from './update-backup.ts'
import { applicationId, isStructureRight } from './verify.ts'

/** A backup on its way into the data folder. */
export const incomingSuffix = '.incoming'
const headerOfSqlite = 'SQLite format 3\0'
const busyTimeoutMs = 5_000

export type Store = Disposable &
  Readonly<{
    db: Database.Database
    disk: Disk
    people: ReturnType<typeof peopleTable>
    sessions: ReturnType<typeof sessionsTable>
    rooms: ReturnType<typeof roomsTable>
    calls: ReturnType<typeof callsTable>
    seats: ReturnType<typeof seatsTable>
    decisions: ReturnType<typeof decisionsTable>
    invites: ReturnType<typeof invitesTable>
    messages: ReturnType<typeof messagesTable>
    pins: ReturnType<typeof pinsTable>
    push: ReturnType<typeof pushTable>
    reports: ReturnType<typeof reportsTable>
    files: ReturnType<typeof filesTable>
    sheets: ReturnType<typeof sheetsTable>
  }>

/** Where the database of a data folder lies. */
export function databaseFile(dataDir: string): string {
  return join(dataDir, 'stoa.db')
}

/** Creates the folder and the database where there are none. Throws StartError for what its owner can mend. */
export function openStore(dataDir: string): Store {
  const folder = resolve(dataDir)
  using stack = new DisposableStack()
  makeFolder(folder)
  stack.use(lockDataFolder(folder))
  const db = stack.adopt(openDatabase(databaseFile(folder)), (open) => open.close())
  const disk = stack.use(openDisk(db))
  putBallast(folder)
  const held = stack.move()
  return {
    db,
    disk,
    people: peopleTable(db),
    sessions: sessionsTable(db),
    rooms: roomsTable(db),
    calls: callsTable(db),
    seats: seatsTable(db),
    decisions: decisionsTable(db),
    invites: invitesTable(db),
    messages: messagesTable(db),
    pins: pinsTable(db),
    push: pushTable(db),
    reports: reportsTable(db),
    files: filesTable(db),
    sheets: sheetsTable(db),
    [Symbol.dispose]: () => {
      held.dispose()
    },
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // Opening the lock for writing would fail as well, but with words that help nobody.
    closeSync(openSync(join(folder, 'lock.db'), 'a'))
  } catch (cause) {
    refuse(
      'data-folder-unwritable',
      `The data folder ${folder} cannot be written to.`,
      'Set DATA_DIR to another folder, or give this user the right to write to it.',
      cause,
    )
  }
}

function openDatabase(file: string): Database.Database {
  const isNew = !existsSync(file) || statSync(file).size === 0
  if (isNew && ['-wal', '-journal', '.bak', incomingSuffix].some((suffix) => existsSync(file + suffix))) {
    refuse(
      'database-orphaned',
      `The database ${file} is missing or empty, but a part of an older one lies beside it.`,
      'Put the database back from a backup. To begin anew, move everything out of the data folder.',
    )
  }
  if (!isNew && readHeader(file) !== headerOfSqlite) refuseForeign(file)
  const db = new Database(file, { timeout: busyTimeoutMs })
  try {
    prepare(db, file, isNew)
    return db
  } catch (error) {
    db.close()
    if (!(error instanceof Database.SqliteError) || !/^SQLITE_(CORRUPT|NOTADB)/.test(error.code)) throw error
    return refuseDamaged(file, error)
  }
}

function prepare(db: Database.Database, file: string, isNew: boolean): void {
  if (isNew) db.pragma(`application_id = ${String(applicationId)}`)
  else if (db.pragma('application_id', { simple: true }) !== applicationId) refuseForeign(file)
  const version = versionOf(db)
  if (version > latestVersion) {
    refuse(
      'database-newer',
      `The database ${file} has version ${String(version)}; this server knows up to ${String(latestVersion)}.`,
      'Run the newer server that wrote it, or put back the backup made before the update.',
    )
  }
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('secure_delete = ON')
  db.pragma('foreign_keys = ON')
  // Before anything is written: that would make it worse, and what is hidden now would be missed by nobody (D-05).
  if (!isNew && !isStructureRight(db)) refuseDamaged(file)
  if (version > 0 && version < latestVersion) backUpBefore(file, db, version)
  migrate(db)
}

function backUpBefore(file: string, db: Database.Database, version: number): void {
  try {
    backUpForUpdate(file, db, version, new Date())
  } catch (cause) {
    if (!isNoSpace(cause)) throw cause
    refuse(
      'disk-nearly-full',
      `There is no room to copy the database ${file} before it is brought up to date.`,
      'Make room on its disk, and start again. Nothing was changed.',
      cause,
    )
  }
}

function readHeader(file: string): string {
  const header = Buffer.alloc(headerOfSqlite.length)
  const handle = openSync(file, 'r')
  try {
    readSync(handle, header, 0, header.length, 0)
  } finally {
    closeSync(handle)
  }
  return header.toString('latin1')
}

function refuseForeign(file: string): never {
  return refuse(
    'database-not-ours',
    `The file ${file} is not a database of this server.`,
    'Move it away, put the right one back from a backup, or set DATA_DIR to another folder.',
  )
}

function refuseDamaged(file: string, cause?: unknown): never {
  return refuse(
    'database-damaged',
    `The database ${file} is damaged.`,
    'Put it back from a backup. Keep the damaged file: some of it can be read.',
    cause,
  )
}

function refuse(code: FaultCode, sentence: string, fix: string, cause?: unknown): never {
  throw new StartError([{ code, sentence, fix }], { cause })
}
