/**
 * A server is killed while people write, and its write-ahead log is cut at a random length (D-06), as by a disk that
 * said "written" too early: what is left is what was acknowledged up to some moment, and nothing after it.
 */
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import * as Y from 'yjs'
import { StartError } from '#server/faults.ts'
import { databaseFile } from '#server/store/open.ts'
import type { Chance } from '../support/chance.ts'
import { inDatabase } from '../support/database.ts'
import { withProcesses } from '../support/processes.ts'
import { seatedRoom, type Names, type Seated } from '../support/seated.ts'
import { makeDataFolder, removeFolder, startTestServer } from '../support/server.ts'
import { kinds, Member } from './member.ts'

/** Cuts of what one killed server has left. */
const cutsPerKill = 5
const writesForMsMax = 400

type Row = Readonly<{ doc: string; data: Buffer }>
type Left = Readonly<{
  folder: string
  people: readonly Seated[]
  names: Names
  rows: readonly Row[]
  /** Whether some of it is in the database file already. */
  isCheckpointed: boolean
}>

type Figures = { kept: number; of: number; refused: number }

export async function cuts(rounds: number, chance: Chance): Promise<Readonly<Figures>> {
  const figures: Figures = { kept: 0, of: 0, refused: 0 }
  for (let round = 0; round < rounds; round += cutsPerKill) {
    const folder = await makeDataFolder()
    try {
      const left = await kill(folder, chance)
      for (let cut = 0; cut < Math.min(cutsPerKill, rounds - round); cut += 1)
        await look(left, chance, figures)
    } finally {
      await removeFolder(folder)
    }
  }
  return figures
}

/** Both files of the database, as they lie. */
function copyFiles(from: string, to: string): void {
  mkdirSync(to)
  for (const suffix of ['', '-wal']) copyFileSync(databaseFile(from) + suffix, databaseFile(to) + suffix)
}

async function kill(folder: string, chance: Chance): Promise<Left> {
  const killed = join(folder, 'killed')
  const rooms: Awaited<ReturnType<typeof seatedRoom>>[] = []
  let isCheckpointed = false
  await withProcesses(async (start, dataDir) => {
    const first = start()
    const room = await seatedRoom(await first.ready(), 'Alice', 'Bob')
    rooms.push(room)
    first.child.kill('SIGTERM')
    await first.ended
    const server = start()
    const address = await server.ready()
    const before = readFileSync(databaseFile(dataDir))
    using alice = new Member(room.people[0]!, room.names)
    using bob = new Member(room.people[1]!, room.names)
    for (const member of [alice, bob]) await member.come(address)
    // Long ones fill the write-ahead log until it is taken over into the database.
    const length = chance.pick([10, 100, 3_900])
    const endsAtMs = performance.now() + chance.below(writesForMsMax)
    for (let index = 0; index < 350 && performance.now() < endsAtMs; index += 1) {
      alice.say('x'.repeat(1 + chance.below(length)))
      if (chance.isLikely(0.5)) bob.draw(2 + chance.below(length))
      if (chance.isLikely(0.4)) await pause(1)
    }
    await Promise.all([alice.settled(), bob.settled()])
    server.child.kill('SIGKILL')
    await server.ended
    isCheckpointed = !before.equals(readFileSync(databaseFile(dataDir)))
    copyFiles(dataDir, killed)
  })
  const whole = join(folder, 'whole')
  copyFiles(killed, whole)
  const rows = inDatabase(whole, (db) => db.prepare<[], Row>('SELECT doc, data FROM log ORDER BY seq').all())
  const { people, names } = rooms[0] ?? assert.fail()
  return { folder, people, names, rows, isCheckpointed }
}

async function look(left: Left, chance: Chance, figures: Figures): Promise<void> {
  const cut = join(left.folder, 'cut')
  copyFiles(join(left.folder, 'killed'), cut)
  const wal = `${databaseFile(cut)}-wal`
  const length = chance.below(statSync(wal).size + 1)
  truncateSync(wal, length)
  const where = `cut to ${String(length)} bytes`
  try {
    await using server = await startTestServer({ dataDir: cut })
    using reader = new Member(left.people[0]!, left.names, 2)
    await reader.come(server)
    figures.kept += prefixOf(left, reader, where)
    figures.of += left.rows.length
  } catch (error) {
    // Old pages over newer ones: what cannot be had back is at least not taken for the truth.
    const isFound = error instanceof StartError && error.faults[0]?.code === 'database-damaged'
    if (!isFound || !left.isCheckpointed) throw new Error(where, { cause: error })
    figures.refused += 1
  } finally {
    await removeFolder(cut)
  }
}

/** How many rows of the log there are; fails unless they are the first. */
function prefixOf({ rows, names }: Left, reader: Member, where: string): number {
  const docs = { chat: new Y.Doc(), board: new Y.Doc() }
  const isReached = (): boolean =>
    kinds.every((kind) => {
      const clocks = (doc: Y.Doc) => [...Y.decodeStateVector(Y.encodeStateVector(doc))].sort().join()
      return clocks(docs[kind]) === clocks(reader.replicas[kind])
    })
  let last = isReached() ? 0 : -1
  for (const [index, { doc, data }] of rows.entries()) {
    for (const kind of kinds) if (doc === names[kind]) Y.applyUpdate(docs[kind], new Uint8Array(data))
    if (isReached()) last = index + 1
  }
  assert.notEqual(last, -1, `${where}: what is left is not the beginning of what there was`)
  return last
}
