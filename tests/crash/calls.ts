/**
 * The n-th call of SQLite fails, for every n of a whole session (D-03): starting, coming in, writing, deleting, making
 * the log shorter, ending, and starting again.
 */
import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import * as Y from 'yjs'
import { createLog } from '#server/log.ts'
import { logTable } from '#server/store/log-rows.ts'
import { openDocumentLog } from '#server/sync/log.ts'
import type { Chance } from '../support/chance.ts'
import { inDatabase } from '../support/database.ts'
import { seatedRoom, type Names, type Seated } from '../support/seated.ts'
import { makeDataFolder, removeFolder, startTestServer, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'
import { FailingCalls, manners, type Failure } from './failing-calls.ts'
import { contentOf, kinds, Member, unshown } from './member.ts'

type Place = Readonly<{ folder: string; people: readonly Seated[]; names: Names }>

/** A room with two people and something said already, in a folder that is copied for every session. */
async function prepare(folder: string): Promise<Place> {
  await using server = await startTestServer({ dataDir: folder })
  const { people, names } = await seatedRoom(server, 'Alice', 'Bob')
  using alice = new Member(people[0]!, names)
  await alice.come(server)
  alice.say('Long ago')
  await alice.settled()
  return { folder, people, names }
}

const codes = ['SQLITE_IOERR_WRITE', 'SQLITE_FULL', 'SQLITE_BUSY'] as const

/** Every n, or so many of them by chance, in each manner. Returns the last n, and how many sessions there were. */
export async function failsEveryCall(
  chance: Chance,
  share: number,
): Promise<Readonly<{ calls: number; sessions: number }>> {
  const folder = await makeDataFolder()
  using calls = new FailingCalls('stoa.db')
  try {
    const place = await prepare(folder)
    calls.begin(null)
    await playSession(place, calls, null)
    const figures = { calls: calls.count, sessions: 1 }
    for (const manner of manners) {
      for (let at = 1; at <= figures.calls; at += 1) {
        if (!chance.isLikely(share)) continue
        const failure = { at, manner, code: chance.pick(codes) }
        calls.begin(failure)
        try {
          await playSession(place, calls, failure)
        } catch (error) {
          throw new Error(`call ${String(at)}, ${manner}, ${failure.code}`, { cause: error })
        }
        figures.sessions += 1
        // The session was over before it came to this call.
        if (!calls.hasFailed) break
      }
    }
    return figures
  } finally {
    await removeFolder(folder)
  }
}

/** What happened in this process although nobody waited for it: it would have ended a server. */
class Surprises implements Disposable {
  readonly found: unknown[] = []
  readonly #keep = (error: unknown): void => void this.found.push(error)

  constructor() {
    process.on('uncaughtException', this.#keep)
    process.on('unhandledRejection', this.#keep)
  }

  [Symbol.dispose](): void {
    process.off('uncaughtException', this.#keep)
    process.off('unhandledRejection', this.#keep)
  }
}

const secret = 'what Alice takes back'

/** One whole session. Fails where something does not hold. */
async function playSession(
  { folder, people, names }: Place,
  calls: FailingCalls,
  failure: Failure | null,
): Promise<void> {
  await using ends = new AsyncDisposableStack()
  const dataDir = await makeDataFolder()
  ends.defer(() => removeFolder(dataDir))
  cpSync(folder, dataDir, { recursive: true })
  const surprises = ends.use(new Surprises())
  const [alice, bob] = people.map((person) => ends.use(new Member(person, names, 2)))
  assert.ok(alice !== undefined && bob !== undefined)
  const members: readonly Member[] = [alice, bob]

  /** Does it; what fails because a call failed is done again, and then has to work. */
  async function withFailure(work: () => Promise<void>, again: () => Promise<void>): Promise<void> {
    const { mayFail } = calls
    try {
      await work()
    } catch (error) {
      assert.ok(calls.hasFailed && mayFail, error as Error)
      assert.doesNotMatch(String(error), /gave up waiting/, 'nobody is left waiting')
      // As long as it lasts it fails again, and whoever asks is told.
      if (failure?.manner === 'lasting') await assert.rejects(again)
      calls.mend()
      await again()
    }
  }

  async function start(): Promise<TestServer> {
    const started: TestServer[] = []
    const work = async (): Promise<void> => void started.push(await startTestServer({ dataDir }))
    await withFailure(work, work)
    return ends.use(started[0] ?? assert.fail())
  }

  const meet = (server: TestServer) => async (): Promise<void> => {
    for (const member of members) {
      await member.come(server)
      await member.settled()
    }
  }

  {
    const server = await start()
    await withFailure(meet(server), meet(server))
    const steps = [
      () => void alice.say('One'),
      () => void alice.say(secret),
      () => void bob.say('Three'),
      () => void bob.draw(2),
      () => alice.delete(alice.keyOf(secret)),
    ]
    for (const step of steps) {
      await withFailure(async () => {
        step()
        await Promise.all([alice.settled(), bob.settled()])
      }, meet(server))
    }
    const shown = kinds.map((kind) => bob.shown(kind))
    await server.stop().catch((error: unknown) => assert.ok(calls.hasFailed, error as Error))
    calls.unseen(() => {
      for (const [index, kind] of kinds.entries()) {
        const onDisk = readDocument(dataDir, names[kind])
        for (const member of members) assert.deepEqual(member.lostIn(kind, onDisk), [], 'acknowledged')
        assert.deepEqual(unshown(shown[index]!, onDisk), [], 'shown')
      }
    })
  }
  {
    // What Alice has deleted leaves the disk now, if it can.
    const server = await start()
    const isForgotten = (): boolean => calls.unseen(() => !hasDeletions(dataDir))
    await until(() => isForgotten() || calls.hasFailed, 'the log to be made shorter')
    await withFailure(meet(server), meet(server))
    await server.stop().catch((error: unknown) => assert.ok(calls.hasFailed, error as Error))
  }
  calls.mend()
  const server = await start()
  await until(() => calls.unseen(() => !hasDeletions(dataDir)), 'what is deleted to leave the disk')
  await meet(server)()
  const reader = ends.use(new Member(people[1]!, names, 3))
  await reader.come(server)
  await alice.come(server)
  for (const kind of kinds) {
    const now = reader.replicas[kind]
    for (const member of members) {
      assert.deepEqual(member.lostIn(kind, now), [])
      assert.deepEqual(contentOf(member.replicas[kind], kind), contentOf(now, kind), 'all see the same')
    }
  }
  const texts = [...contentOf(alice.replicas.chat, 'chat').values()].map(
    (value) => (value as { x: string }).x,
  )
  assert.deepEqual(texts.sort(), ['Long ago', 'One', 'Three'])
  assert.deepEqual(surprises.found, [], 'the process would have ended')
}

function readDocument(dataDir: string, name: string): Y.Doc {
  return inDatabase(dataDir, (db) => {
    const doc = new Y.Doc()
    openDocumentLog(db, createLog('silent'), () => undefined).load(name, doc)
    return doc
  })
}

function hasDeletions(dataDir: string): boolean {
  return inDatabase(dataDir, (db) => logTable(db).withDeletions().length > 0)
}
