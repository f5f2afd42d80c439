/** The log of a document: how it is read back, made shorter, and what a failure or rot at any point leaves. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import test from 'node:test'
import Database from 'better-sqlite3'
import * as Y from 'yjs'
import { serverSeat, type Seat } from '#shared/ids.ts'
import { forgetDelayMs, rowsSinceSnapshotMax, rowsSinceSnapshotWorthMin } from '#shared/limits.ts'
import { createLog } from '#server/log.ts'
import { databaseFile, openStore, type Store } from '#server/store/open.ts'
import { openDocumentLog, type DocumentLog } from '#server/sync/log.ts'
import { changeOf, replicaOf, sayIn } from '../support/seated.ts'
import { makeDataFolder, removeFolder } from '../support/server.ts'

const name = `chat/${'r'.repeat(22)}/0`
const alice = 1 as Seat
const silent = createLog('silent')

/** A log in a folder of its own, whose time passes when it is told to. */
class World implements Disposable {
  readonly folder: string
  readonly store: Store
  log: DocumentLog
  readonly page = replicaOf(alice)
  #waiting: { delayMs: number; run: () => void }[] = []

  constructor(folder: string) {
    this.folder = folder
    this.store = openStore(folder)
    this.log = this.#open()
  }

  #open(): DocumentLog {
    return openDocumentLog(this.store.db, silent, (delayMs, run) => {
      this.#waiting.push({ delayMs, run })
    })
  }

  /** As a server that starts again finds it. */
  reopen(): void {
    this.#waiting = []
    this.log = this.#open()
  }

  append(update: Uint8Array): void {
    this.log.append({ name, update, writer: serverSeat, atMs: 1 })
  }

  say(text: string): string {
    const { key, update } = sayIn(this.page, alice, text)
    this.append(update)
    return key
  }

  say64(): void {
    for (let index = 0; index < rowsSinceSnapshotWorthMin; index += 1) this.say(`message ${String(index)}`)
  }

  delete(key: string): void {
    this.append(changeOf(this.page, (doc) => doc.getMap('m').delete(key)))
  }

  /** Runs whatever waits no longer than this, and what that leads to. */
  pass(delayMs: number): void {
    for (;;) {
      const next = this.#waiting.find((waiting) => waiting.delayMs <= delayMs)
      if (next === undefined) return
      this.#waiting = this.#waiting.filter((waiting) => waiting !== next)
      next.run()
    }
  }

  /** The last reader leaves, after somebody has opened the document. */
  leave(): void {
    this.load()
    this.log.unloaded(name)
    this.pass(forgetDelayMs)
  }

  load(): Y.Doc {
    const doc = new Y.Doc()
    this.log.load(name, doc)
    return doc
  }

  count(table: 'log' | 'snapshot' | 'quarantine'): number {
    return this.store.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number
  }

  newestSnapshot(): number {
    return this.store.db.prepare('SELECT max(id) FROM snapshot WHERE fault IS NULL').pluck().get() as number
  }

  assertWhole(): void {
    const doc = this.load()
    assert.deepEqual(doc.getMap('m').toJSON(), this.page.getMap('m').toJSON())
    assert.deepEqual(Y.encodeStateVector(doc), Y.encodeStateVector(this.page))
  }

  isOnDisk(text: string): boolean {
    const file = databaseFile(this.folder)
    return [file, `${file}-wal`].some((path) => readFileSync(path).includes(text))
  }

  [Symbol.dispose](): void {
    this.store[Symbol.dispose]()
  }
}

async function inWorld(work: (world: World) => void): Promise<void> {
  const folder = await makeDataFolder()
  try {
    using world = new World(folder)
    work(world)
  } finally {
    await removeFolder(folder)
  }
}

test('[L1] a document is its newest snapshot and the rows after it', () =>
  inWorld((world) => {
    world.say64()
    world.leave()
    assert.equal(world.count('snapshot'), 1)
    world.say('after the snapshot')
    world.assertWhole()
    // The rows before it are not read: without them everything is still there.
    world.store.db.prepare('DELETE FROM log WHERE seq <= (SELECT max(upto) FROM snapshot)').run()
    world.assertWhole()
    assert.equal(world.load().getMap('m').size, rowsSinceSnapshotWorthMin + 1)
  }))

test('[L2] a damaged snapshot is set aside, and the one before it and its rows give the same', () =>
  inWorld((world) => {
    for (let round = 0; round < 4; round += 1) {
      world.say64()
      world.leave()
    }
    assert.equal(world.count('snapshot'), 2)
    world.say('after the snapshot')
    const newest = world.newestSnapshot()
    for (const bytes of ['zeroblob(length(data))', "x'00ff'"]) {
      world.store.db.exec('SAVEPOINT before')
      world.store.db.prepare(`UPDATE snapshot SET data = ${bytes} WHERE id = ?`).run(newest)
      world.assertWhole()
      const fault = world.store.db.prepare('SELECT fault FROM snapshot WHERE id = ?').pluck().get(newest)
      assert.equal(fault, 'checksum')
      world.store.db.exec('ROLLBACK TO before; RELEASE before')
    }
    // The next snapshot does not remove it.
    world.store.db.prepare('UPDATE snapshot SET crc = crc + 1 WHERE id = ?').run(newest)
    world.say64()
    world.leave()
    world.assertWhole()
    assert.equal(
      world.store.db.prepare('SELECT count(*) FROM snapshot WHERE fault IS NOT NULL').pluck().get(),
      1,
    )
    assert.notEqual(world.newestSnapshot(), newest)
  }))

test('[L2] [Y-24] a damaged snapshot does not keep a room shut when it cannot be set aside', () =>
  inWorld((world) => {
    world.say64()
    world.leave()
    world.store.db.prepare('UPDATE snapshot SET crc = crc + 1').run()
    world.store.db.exec(
      "CREATE TRIGGER full BEFORE UPDATE ON snapshot BEGIN SELECT RAISE(ABORT, 'no space'); END",
    )
    world.assertWhole()
    // And what is damaged is not thrown away by making the log shorter.
    world.delete([...world.page.getMap('m').keys()][0] ?? assert.fail())
    const rows = world.count('log')
    world.pass(forgetDelayMs)
    assert.equal(world.count('log'), rows)
    world.assertWhole()
  }))

test('[L2] [D-05] a snapshot that claims to go farther than it does hides no row', () =>
  inWorld((world) => {
    world.say64()
    world.leave()
    world.say('after the snapshot')
    world.store.db.exec('UPDATE snapshot SET upto = upto + 1')
    world.assertWhole()
  }))

test('[D-05] a database in which numbers would be given twice, or an index misses a row, does not open', () =>
  inWorld((world) => {
    world.say64()
    world.delete(world.say('to be forgotten'))
    world.pass(forgetDelayMs)
    const { folder, store } = world
    assert.equal(world.count('log'), 0)
    store.db.exec("UPDATE sqlite_sequence SET seq = 1 WHERE name = 'log'")
    store[Symbol.dispose]()
    assert.throws(() => openStore(folder), /database-damaged/)

    const db = new Database(databaseFile(folder))
    db.exec("UPDATE sqlite_sequence SET seq = 1000 WHERE name = 'log'")
    db.close()
    openStore(folder)[Symbol.dispose]()
    const bytes = readFileSync(databaseFile(folder))
    // The name of the document in the index, which is found from the end; the rows are as they were.
    const at = bytes.lastIndexOf(name)
    bytes.write('x', at)
    writeFileSync(databaseFile(folder), bytes)
    assert.throws(() => openStore(folder), /database-damaged/)
  }))

test('[L3] a log grows no longer than its limit, and every row that goes is in a snapshot', () =>
  inWorld((world) => {
    for (let index = 0; index < rowsSinceSnapshotMax * 3; index += 1) {
      world.say(String(index))
      if (index % 100 === 0) world.pass(0)
      if (index % 500 === 0) world.pass(100)
    }
    world.pass(100)
    assert.ok(world.count('log') <= rowsSinceSnapshotMax * 2 + 500, String(world.count('log')))
    assert.equal(world.count('snapshot'), 2)
    world.assertWhole()
  }))

test('[L3] few rows make no snapshot when the last reader leaves', () =>
  inWorld((world) => {
    world.say('alone')
    world.leave()
    assert.equal(world.count('snapshot'), 0)
    assert.equal(world.count('log'), 1)
  }))

test('[L3] a log that misses a part is kept as it is', () =>
  inWorld((world) => {
    world.say64()
    world.store.db.exec('DELETE FROM log WHERE seq = (SELECT min(seq) + 3 FROM log)')
    const rows = world.count('log')
    world.leave()
    assert.equal(world.count('log'), rows)
    assert.equal(world.count('snapshot'), 0)
  }))

/** Every statement that making a log shorter runs, made to fail; and a disk that keeps something else than was written. */
const failures: readonly (readonly [step: string, trigger: string])[] = [
  ['writing the snapshot', "BEFORE INSERT ON snapshot BEGIN SELECT RAISE(ABORT, 'no space'); END"],
  [
    'writing the second copy',
    "BEFORE INSERT ON snapshot WHEN (SELECT count(*) FROM snapshot WHERE upto = NEW.upto) > 0 BEGIN SELECT RAISE(ABORT, 'no space'); END",
  ],
  [
    'reading it back: other bytes',
    "AFTER INSERT ON snapshot BEGIN UPDATE snapshot SET data = x'0000' WHERE id = NEW.id; END",
  ],
  [
    'reading it back: another state',
    `AFTER INSERT ON snapshot BEGIN UPDATE snapshot SET data = x'0000', crc = 1104745215 WHERE id = NEW.id; END`,
  ],
  ['reading it back: nothing', 'AFTER INSERT ON snapshot BEGIN DELETE FROM snapshot WHERE id = NEW.id; END'],
  ['removing a row', "BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'no space'); END"],
  [
    'removing the last row',
    "BEFORE DELETE ON log WHEN OLD.seq = (SELECT max(seq) FROM log) BEGIN SELECT RAISE(ABORT, 'no space'); END",
  ],
  ['removing the older snapshot', "BEFORE DELETE ON snapshot BEGIN SELECT RAISE(ABORT, 'no space'); END"],
]

for (const [step, trigger] of failures) {
  test(`[L3] [D-13] when ${step} fails, everything is as before, and it is made up for later`, () =>
    inWorld((world) => {
      world.say64()
      world.leave()
      world.say64()
      world.delete(world.say('to be forgotten'))
      const dump = () =>
        JSON.stringify(
          ['log', 'snapshot'].map((table) => world.store.db.prepare(`SELECT * FROM ${table}`).all()),
        )
      const before = dump()
      world.store.db.exec(`CREATE TRIGGER failing ${trigger}`)
      world.pass(forgetDelayMs)
      assert.equal(dump(), before)
      world.assertWhole()

      world.store.db.exec('DROP TRIGGER failing')
      world.reopen()
      world.pass(forgetDelayMs)
      assert.equal(world.count('log'), 0)
      world.assertWhole()
    }))
}

test('[L4] what is deleted in a chat has left every file a moment later, and what is not is kept', () =>
  inWorld((world) => {
    const key = world.say('the secret of Alice')
    world.say('what everybody may know')
    world.say64()
    world.leave()
    assert.ok(world.isOnDisk('the secret of Alice'))
    world.delete(key)
    world.pass(forgetDelayMs - 1)
    assert.ok(world.isOnDisk('the secret of Alice'), 'not at once: others are deleted with it')
    world.pass(forgetDelayMs)
    assert.ok(!world.isOnDisk('the secret of Alice'))
    assert.ok(world.isOnDisk('what everybody may know'))
    world.assertWhole()
    // Two copies: one of them may rot.
    world.store.db.prepare('UPDATE snapshot SET crc = crc + 1 WHERE id = ?').run(world.newestSnapshot())
    world.assertWhole()
  }))

test('[L4] what an edit replaces is forgotten like what is deleted', () =>
  inWorld((world) => {
    const key = world.say('first wording')
    world.append(
      changeOf(world.page, (doc) => doc.getMap('m').set(key, { x: 'second wording', l: 1, ed: 1 })),
    )
    world.pass(forgetDelayMs)
    assert.ok(!world.isOnDisk('first wording'))
    assert.ok(world.isOnDisk('second wording'))
  }))

test('[L4] what was to be forgotten when the server ended is forgotten when it starts', () =>
  inWorld((world) => {
    world.delete(world.say('the secret of Alice'))
    world.reopen()
    world.pass(100)
    assert.ok(!world.isOnDisk('the secret of Alice'))
    world.reopen()
    const snapshot = world.newestSnapshot()
    world.pass(forgetDelayMs)
    assert.equal(world.newestSnapshot(), snapshot, 'and only once')
  }))

test('[L4] a reader of the database delays the cut of its write-ahead log, and keeps nobody waiting', () =>
  inWorld((world) => {
    world.delete(world.say('the secret of Alice'))
    const { db } = world.store
    using ends = new DisposableStack()
    const reader = ends.adopt(new Database(databaseFile(world.folder)), (open) => open.close())
    reader.exec('BEGIN; SELECT count(*) FROM log')
    reader.prepare('SELECT count(*) FROM log').get()
    const startedAt = performance.now()
    world.pass(forgetDelayMs)
    assert.ok(performance.now() - startedAt < 2_000)
    assert.ok(world.isOnDisk('the secret of Alice'))
    reader.close()
    world.pass(60_000)
    assert.ok(!world.isOnDisk('the secret of Alice'))
    assert.equal(db.pragma('busy_timeout', { simple: true }), 5_000)
  }))
