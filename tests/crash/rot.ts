/**
 * 48 random bytes somewhere in the database file of a server that is stopped (D-05): whatever they hit, nobody is
 * shown what was never written, what is missing is told, and what is written afterwards is kept.
 */
import assert from 'node:assert/strict'
import { closeSync, copyFileSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { StartError } from '#server/faults.ts'
import { createLog, type Logger } from '#server/log.ts'
import { databaseFile, openStore, type Store } from '#server/store/open.ts'
import { openDocumentLog } from '#server/sync/log.ts'
import type { Chance } from '../support/chance.ts'
import { replicaOf, sayIn } from '../support/seated.ts'
import { makeDataFolder, removeFolder } from '../support/server.ts'
import { compare, fill, read, writer, type Page } from './archive.ts'

const rotSize = 48

/** How it was found; `harmless` if everything that was written is there. */
export type Outcome = 'refused' | 'told' | 'harmless'

export async function rots(rounds: number, chance: Chance): Promise<Record<Outcome, number>> {
  const outcomes = { refused: 0, told: 0, harmless: 0 }
  const folder = await makeDataFolder()
  try {
    const whole = join(folder, 'whole')
    const pages = fill(whole, chance, createLog('silent'))
    for (let round = 0; round < rounds; round += 1) {
      const rotten = join(folder, String(round))
      mkdirSync(rotten)
      copyFileSync(databaseFile(whole), databaseFile(rotten))
      const at = rot(databaseFile(rotten), chance)
      outcomes[lookAt(rotten, pages, `bytes from ${String(at)} on`)] += 1
      await removeFolder(rotten)
    }
  } finally {
    await removeFolder(folder)
  }
  return outcomes
}

function rot(file: string, chance: Chance): number {
  const at = chance.below(statSync(file).size - rotSize)
  const handle = openSync(file, 'r+')
  writeSync(handle, new Uint8Array(Array.from({ length: rotSize }, () => chance.below(256))), 0, rotSize, at)
  closeSync(handle)
  return at
}

function lookAt(folder: string, pages: readonly Page[], where: string): Outcome {
  const told: string[] = []
  const log = createLog('warn', { write: (line) => void told.push(line) })
  const missing: string[] = []
  const saved: [name: string, key: string][] = []
  try {
    using store = openStore(folder)
    for (const page of pages) {
      try {
        const found = compare(page, read(store, log, page.name))
        assert.deepEqual(found.wrong, [], `${where}: shown in ${page.name}, and never written`)
        missing.push(...found.missing)
        if (page.kind === 'chat') saved.push([page.name, say(store, log, page.name)])
      } catch (error) {
        // The room does not open, or nothing can be saved in it: nobody is shown anything.
        if (error instanceof assert.AssertionError) throw error
        told.push(String(error))
      }
    }
    assert.ok(
      missing.length === 0 || told.length > 0,
      `${where}: missing, and nobody is told: ${missing.join()}`,
    )
    for (const [name, key] of saved)
      assert.ok(
        read(store, log, name).getMap('m').has(key),
        `${where}: written afterwards to ${name}, and lost`,
      )
  } catch (error) {
    if (error instanceof StartError || error instanceof Database.SqliteError) return 'refused'
    throw error
  }
  return told.length > 0 ? 'told' : 'harmless'
}

/** Says one thing more, as somebody does who has found the room open. */
function say(store: Store, log: Logger, name: string): string {
  const { key, update } = sayIn(replicaOf(writer, 'chat', 2), writer, 'Afterwards')
  openDocumentLog(store.db, log, () => undefined).append({ name, update, writer, atMs: 2 })
  return key
}
