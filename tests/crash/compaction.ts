/**
 * A server that is killed at a random moment while it makes a long log shorter (D-13): nothing is lost, and the next
 * start makes up for it.
 */
import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { createLog } from '#server/log.ts'
import { logTable } from '#server/store/log-rows.ts'
import { databaseFile, openStore } from '#server/store/open.ts'
import { openDocumentLog } from '#server/sync/log.ts'
import type { Chance } from '../support/chance.ts'
import { inDatabase } from '../support/database.ts'
import { withProcesses } from '../support/processes.ts'
import { removeFolder } from '../support/server.ts'
import { until } from '../support/until.ts'
import { compare, names, pageOf, read, writeIn, type Page } from './archive.ts'

/** Enough to take a while. */
const rowsAtFirst = 1_500
const rowsLater = 300

/** Where the kills fell. */
export type Moments = { before: number; between: number; after: number }

export async function killsCompaction(rounds: number, chance: Chance): Promise<Readonly<Moments>> {
  const moments: Moments = { before: 0, between: 0, after: 0 }
  const silent = createLog('silent')
  await withProcesses(async (start, dataDir) => {
    const page = pageOf(names.forgotten)
    const hasDeletions = (): boolean => inDatabase(dataDir, (db) => logTable(db).withDeletions().length > 0)
    const write = (count: number): void => {
      using store = openStore(dataDir)
      const log = openDocumentLog(store.db, silent, () => undefined)
      store.db.transaction(() => {
        for (let index = 0; index < count; index += 1) writeIn(page, log, chance)
      })()
    }
    /** Once in peace, to know how long it takes. */
    const compact = async (): Promise<number> => {
      const server = start()
      await server.ready()
      const readyAtMs = performance.now()
      await until(() => !hasDeletions(), 'the log to be made shorter')
      const tookMs = performance.now() - readyAtMs
      server.child.kill('SIGTERM')
      await server.ended
      return tookMs
    }
    write(rowsAtFirst)
    const tookMs = await compact()
    write(rowsLater)
    for (let round = 0; round < rounds; round += 1) {
      const server = start()
      await server.ready()
      await pause(chance.next() * tookMs * 1.2)
      server.child.kill('SIGKILL')
      await server.ended
      const isDone = await lookAt(dataDir, page, moments)
      if (isDone) write(rowsLater)
    }
    if (hasDeletions()) await compact()
    const isOnDisk = (text: string): boolean =>
      ['', '-wal'].some((suffix) => {
        const file = databaseFile(dataDir) + suffix
        return existsSync(file) && readFileSync(file).includes(text)
      })
    const gone = [...page.versions.values()].filter((values) => values.at(-1) === null)
    for (const value of gone.flat()) {
      const text = (value as { x: string } | null)?.x
      assert.ok(text === undefined || !isOnDisk(`"${text}"`), 'what was deleted has left the disk')
    }
  })
  return moments
}

/** Reads a copy, so that the next server finds things as the kill has left them. Returns whether all was done. */
async function lookAt(dataDir: string, page: Page, moments: Moments): Promise<boolean> {
  const copy = join(dataDir, 'copy')
  mkdirSync(copy)
  const wal = `${databaseFile(dataDir)}-wal`
  const isWalCut = !existsSync(wal) || statSync(wal).size === 0
  for (const file of [databaseFile(dataDir), wal])
    if (existsSync(file)) copyFileSync(file, file.replace(dataDir, copy))
  try {
    using store = openStore(copy)
    const isCompacted = logTable(store.db).withDeletions().length === 0
    moments[isCompacted ? (isWalCut ? 'after' : 'between') : 'before'] += 1
    assert.deepEqual(compare(page, read(store, createLog('silent'), page.name)), { wrong: [], missing: [] })
    return isCompacted && isWalCut
  } finally {
    await removeFolder(copy)
  }
}
