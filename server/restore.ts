/**
 * `npm run restore -- FILE`: puts a backup in place of the database, and keeps that beside it.
 *
 * Invariants: nothing is touched before a copy of the whole backup lies in the data folder and was verified; and
 * whenever this ends in the middle, the folder has a whole database, or the server refuses to begin a new one there.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { CopyFault, refuseUnwritable, runCopyCommand, wordsFor } from './backup-words.ts'
import { readConfig } from './config.ts'
import { copyDatabase, flushFolder, giveName, removeDatabase, type Copied } from './store/copy.ts'
import { lockDataFolder } from './store/lock.ts'
import { databaseFile, incomingSuffix } from './store/open.ts'

await runCopyCommand('restore', async (name) => {
  const { dataDir } = readConfig(process.env)
  const file = resolve(name)
  if (!existsSync(file))
    throw new CopyFault('file-missing', `There is no file ${file}.`, 'Name the file of a backup.')
  makeFolder(dataDir)
  using held = new DisposableStack()
  held.use(lockDataFolder(dataDir))
  const database = databaseFile(dataDir)
  const incoming = database + incomingSuffix
  removeDatabase(incoming)
  const { fault } = await copyDatabase(file, incoming).catch((error: unknown): Copied =>
    refuseUnwritable(dataDir, error),
  )
  if (fault !== null) {
    throw new CopyFault(
      `database-${fault}`,
      `The file ${file} is ${wordsFor[fault]}. Nothing was changed.`,
      fault === 'newer' ? 'Run the newer server that wrote it.' : 'Name another backup.',
    )
  }
  const kept = keep(database, new Date())
  giveName(incoming, database)
  return `${file} was verified and put in place.${kept === null ? '' : ` What was there is kept as ${kept}.`}`
})

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    refuseUnwritable(folder, error)
  }
}

/** Renames a database and what is beside it. Not opened: it may be damaged, and is still worth keeping. */
function keep(database: string, now: Date): string | null {
  const name = `${database}.before-${now.toISOString().replace(/[^0-9]/g, '')}`
  rmSync(`${database}-shm`, { force: true })
  // The database goes first: one without its write-ahead log would open, and lack what was said last.
  const parts = ['', '-wal', '-journal'].filter((suffix) => existsSync(database + suffix))
  for (const suffix of parts) renameSync(database + suffix, name + suffix)
  flushFolder(resolve(database, '..'))
  return parts.length === 0 ? null : name
}
