/** When a turn's frames leave: after the disk has its rows, in order, and never if that is not certain (W5). */
import assert from 'node:assert/strict'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import Database from 'better-sqlite3'
import * as Y from 'yjs'
import type { Seat } from '#shared/ids.ts'
import { ChatIndex } from '#server/chat/chat-index.ts'
import { createLog } from '#server/log.ts'
import { ballastFile } from '#server/store/ballast.ts'
import { Checkpoints } from '#server/store/checkpoints.ts'
import type { Disk } from '#server/store/disk.ts'
import { databaseFile, openStore } from '#server/store/open.ts'
import { openDocumentLog } from '#server/sync/log.ts'
import { Turn } from '#server/sync/turn.ts'
import { replicaOf, sayIn } from '../support/seated.ts'
import { makeDataFolder, removeFolder } from '../support/server.ts'
import { receiver, type Receiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'

const names = ['a', 'b'].map((room) => `chat/${room.repeat(22)}/0`) as [string, string]
const alice = 1 as Seat

/** A disk whose flushes end when the test says so. */
class SlowDisk implements Disk {
  readonly flushes: PromiseWithResolvers<undefined>[] = []
  /** Taken by the next turn that has been flushed. */
  nextRest: Promise<void> | null = null
  rewrites = 0
  canRewrite = true

  commit<T>(transaction: () => T): T {
    return transaction()
  }

  flush(): Promise<void> {
    const flush = Promise.withResolvers<undefined>()
    this.flushes.push(flush)
    return flush.promise
  }

  flushNow(): void {
    this.flushes.push(Promise.withResolvers<undefined>())
  }

  rest(): Promise<void> | null {
    const rest = this.nextRest
    this.nextRest = null
    return rest
  }

  rewrite(): void {
    this.rewrites += 1
    if (!this.canRewrite) throw new Error('made to fail')
  }
}

class Desk implements AsyncDisposable {
  readonly disk = new SlowDisk()
  readonly shown: string[] = []
  readonly lost: string[] = []
  readonly saved: number[] = []
  readonly #folder: string
  readonly #store: ReturnType<typeof openStore>
  readonly #log: ReturnType<typeof openDocumentLog>
  readonly #pages = names.map(() => replicaOf(alice))
  readonly turn: Turn<Receiver>

  static async open(): Promise<Desk> {
    return new Desk(await makeDataFolder())
  }

  private constructor(folder: string) {
    this.#folder = folder
    this.#store = openStore(folder)
    const log = createLog('silent')
    this.#log = openDocumentLog(this.#store.db, log, () => undefined)
    this.turn = new Turn({
      db: this.#store.db,
      disk: this.disk,
      documentLog: this.#log,
      index: new ChatIndex(this.#store),
      log,
      onSaved: (rows) => void this.saved.push(rows.length),
      onLost: (lost) => void this.lost.push(...lost),
    })
  }

  /** Something is said in a room, and then shown to somebody. */
  say(text: string, room: 0 | 1 = 0): void {
    const page = this.#pages[room] as Y.Doc
    this.turn.append({ name: names[room], update: sayIn(page, alice, text).update, writer: alice, atMs: 1 })
    this.show(text)
  }

  show(text: string): void {
    this.showTo(receiver(() => void this.shown.push(text)))
  }

  showTo(to: Receiver): void {
    this.turn.send(to, new Uint8Array())
  }

  get ballast(): string {
    return ballastFile(this.#folder)
  }

  /** How many messages of the room are in the database. */
  count(room: 0 | 1 = 0): number {
    const doc = new Y.Doc()
    this.#log.read(names[room], doc)
    return doc.getMap('m').size
  }

  /** The n-th flush has begun. */
  async flushing(count: number): Promise<PromiseWithResolvers<undefined>> {
    await until(() => this.disk.flushes.length === count, `flush ${String(count)}`)
    return this.disk.flushes[count - 1] as PromiseWithResolvers<undefined>
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#store[Symbol.dispose]()
    await removeFolder(this.#folder)
  }
}

test('[W5] what is committed is shown when the disk has it, and what comes meanwhile after it', async () => {
  await using desk = await Desk.open()
  desk.show('at once')
  assert.deepEqual(desk.shown, ['at once'])
  desk.say('one')
  const first = await desk.flushing(1)
  assert.equal(desk.count(), 1)
  desk.show('behind one')
  desk.say('two')
  desk.say('three', 1)
  assert.deepEqual(desk.shown, ['at once'])
  first.resolve(undefined)
  const second = await desk.flushing(2)
  assert.deepEqual(desk.shown, ['at once', 'one', 'behind one'])
  assert.deepEqual(desk.saved, [1])
  second.resolve(undefined)
  await until(() => desk.saved.length === 2, 'the second turn is saved')
  assert.deepEqual(desk.shown, ['at once', 'one', 'behind one', 'two', 'three'])
  assert.deepEqual(desk.saved, [1, 2])
  desk.show('at once again')
  assert.equal(desk.shown.at(-1), 'at once again')
})

test('[W5] a document that is opened meanwhile has what waits, and shows it when the disk has it', async () => {
  await using desk = await Desk.open()
  desk.say('one')
  const first = await desk.flushing(1)
  desk.say('two')
  desk.turn.commit()
  assert.equal(desk.count(), 2)
  desk.show('opened')
  first.resolve(undefined)
  const second = await desk.flushing(2)
  assert.deepEqual(desk.shown, ['one'])
  second.resolve(undefined)
  await until(() => desk.saved.length === 2, 'the second turn is saved')
  assert.deepEqual(desk.shown, ['one', 'two', 'opened'])
})

test('[W5] what is shown does not wait for the log of writes to be begun anew, and the next turn does', async () => {
  await using desk = await Desk.open()
  const rest = Promise.withResolvers<undefined>()
  desk.disk.nextRest = rest.promise
  desk.say('one')
  const first = await desk.flushing(1)
  first.resolve(undefined)
  await until(() => desk.saved.length === 1, 'the first turn is saved')
  assert.deepEqual(desk.shown, ['one'])
  desk.say('two')
  await new Promise((done) => setImmediate(() => setImmediate(done)))
  assert.equal(desk.count(), 1, 'nothing is committed meanwhile')
  rest.resolve(undefined)
  const second = await desk.flushing(2)
  assert.equal(desk.count(), 2)
  second.resolve(undefined)
  await until(() => desk.shown.length === 2, 'the second turn is shown')
})

test('[W5] what the database was asked is answered when the disk has what it answered with', async () => {
  await using desk = await Desk.open()
  await desk.turn.kept()
  const answers: string[] = []
  const answer = async (what: string): Promise<void> => {
    await desk.turn.kept()
    answers.push(what)
  }
  desk.say('one')
  const first = await desk.flushing(1)
  const asked = [answer('one')]
  desk.say('two')
  desk.turn.commit()
  asked.push(answer('two'))
  desk.say('three')
  desk.turn.commit()
  asked.push(answer('three'))
  assert.deepEqual(answers, [])
  first.resolve(undefined)
  const second = await desk.flushing(2)
  await asked[0]
  assert.deepEqual(answers, ['one'])
  second.resolve(undefined)
  await Promise.all(asked)
  assert.deepEqual(answers, ['one', 'two', 'three'])
})

test('[W5] what the database was asked is not answered when its disk does not confirm', async () => {
  await using desk = await Desk.open()
  desk.say('one')
  const first = await desk.flushing(1)
  const asked = desk.turn.kept()
  first.reject(new Error('EIO'))
  await assert.rejects(asked, { code: 'storage-failed' })
  await assert.rejects(desk.turn.kept(), { code: 'storage-failed' })
  desk.turn.tryAgain()
  await desk.turn.kept()
})

test('[W5] what one reader gets of a turn leaves together', async () => {
  await using desk = await Desk.open()
  const heard: string[] = []
  const reader = receiver(
    () => void heard.push('frame'),
    (step) => void heard.push(step),
  )
  desk.say('one')
  desk.showTo(reader)
  desk.showTo(reader)
  const first = await desk.flushing(1)
  assert.deepEqual(heard, [])
  first.resolve(undefined)
  await until(() => desk.saved.length === 1, 'the turn is saved')
  assert.deepEqual(heard, ['gather', 'frame', 'frame', 'letGo'])
})

test('[W5] [D-03] when the disk does not confirm, nothing is shown until it was written anew', async () => {
  await using desk = await Desk.open()
  desk.say('one')
  const first = await desk.flushing(1)
  desk.say('two', 1)
  desk.disk.canRewrite = false
  first.reject(new Error('EIO'))
  await until(() => desk.lost.length > 0, 'the documents are given up')
  assert.deepEqual(desk.lost, names, 'also those of the turn that was going on')
  assert.deepEqual(desk.shown, [])
  assert.equal(desk.turn.isUncertain, true)
  assert.equal(desk.turn.canSave, false)

  desk.turn.tryAgain()
  assert.equal(desk.turn.isUncertain, true)
  desk.say('three', 1)
  desk.turn.commit()
  assert.equal(desk.count(1), 0, 'nothing is built on what may be gone')
  assert.deepEqual(desk.shown, [])

  desk.disk.canRewrite = true
  desk.turn.tryAgain()
  assert.equal(desk.turn.isUncertain, false)
  assert.equal(desk.turn.canSave, true)
  assert.equal(desk.disk.rewrites, 3)
  assert.deepEqual(desk.saved, [])
})

test('[D-04] a disk that turns out to be full when it is flushed has the ballast’s room', async () => {
  await using desk = await Desk.open()
  assert.ok(existsSync(desk.ballast))
  desk.say('one')
  const first = await desk.flushing(1)
  first.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }))
  await until(() => desk.lost.length > 0, 'the document is given up')
  assert.ok(!existsSync(desk.ballast))
})

test('[W5] [D-02] at the end everything is flushed and shown at once, and a flush that ends later changes nothing', async () => {
  await using desk = await Desk.open()
  desk.say('one')
  const first = await desk.flushing(1)
  desk.say('two')
  desk.turn.finish()
  assert.deepEqual(desk.shown, ['one', 'two'])
  assert.deepEqual(desk.saved, [1, 1])
  first.reject(new Error('EBADF'))
  await assert.rejects(first.promise)
  assert.deepEqual(desk.lost, [])
  assert.equal(desk.turn.canSave, true)
})

test('[D-02] the log of writes stays short under load, and the end leaves one whole file', async () => {
  const folder = await makeDataFolder()
  try {
    {
      using store = openStore(folder)
      const { db, disk } = store
      const insert = db.prepare("INSERT INTO log (doc, data, crc, writer, at) VALUES ('d', ?, 1, 1, 1)")
      for (let count = 0; count < 9_000; count += 1) {
        disk.commit(db.transaction(() => insert.run(Buffer.alloc(2_000, count % 251))))
        if (count % 32 !== 0) continue
        await disk.flush()
        await disk.rest()
      }
      await disk.flush()
      const size = statSync(`${databaseFile(folder)}-wal`).size
      assert.ok(size < 40 * 1024 * 1024, `${String(size)} bytes`)
      assert.equal(db.pragma('synchronous', { simple: true }), 2, 'every other commit waits for the disk')
    }
    assert.ok(!existsSync(join(folder, 'stoa.db-wal')))
    const db = new Database(databaseFile(folder), { readonly: true })
    assert.equal(db.prepare('SELECT count(*) FROM log').pluck().get(), 9_000)
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
    db.close()
  } finally {
    await removeFolder(folder)
  }
})

test('a thread that cannot make checkpoints keeps nobody waiting, and ends nothing', async () => {
  const folder = await makeDataFolder()
  try {
    using checkpoints = new Checkpoints(join(folder, 'not there.db'))
    await checkpoints.run()
    await checkpoints.run()
  } finally {
    await removeFolder(folder)
  }
})
