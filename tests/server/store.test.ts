/** Opening the database: what is created, what is refused, and what a failure leaves behind. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import Database from 'better-sqlite3'
import { ballastSize, updateBackupsMax } from '#shared/limits.ts'
import { StartError, type FaultCode } from '#server/faults.ts'
import { ballastFile, giveUpBallast, putBallast } from '#server/store/ballast.ts'
import { initial } from '#server/store/migrations/0001-initial.ts'
import { latestVersion, migrate, versionOf } from '#server/store/migrate.ts'
import { databaseFile, openStore } from '#server/store/open.ts'
import { backUpForUpdate, updateBackups } from '#server/store/update-backup.ts'
import { applicationId } from '#server/store/verify.ts'
import { makeDataFolder, removeFolder } from '../support/server.ts'

async function inFolder(work: (folder: string) => void): Promise<void> {
  const folder = await makeDataFolder()
  try {
    work(folder)
  } finally {
    await removeFolder(folder)
  }
}

function assertRefuses(folder: string, code: FaultCode): void {
  assert.throws(
    () => openStore(folder),
    (error) => {
      assert.ok(error instanceof StartError)
      assert.deepEqual(
        error.faults.map((fault) => fault.code),
        [code],
      )
      return true
    },
  )
}

const hashOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

test('[D-07] a new folder gets a database that this user alone can read, and opens again', () =>
  inFolder((parent) => {
    const folder = join(parent, 'a/b')
    using store = openStore(folder)
    assert.equal(statSync(folder).mode & 0o777, 0o700)
    assert.equal(versionOf(store.db), latestVersion)
    assert.equal(store.people.hasAccounts(), false)
    store[Symbol.dispose]()
    using again = openStore(folder)
    assert.equal(versionOf(again.db), latestVersion)
  }))

test('[D-01] what is committed is on disk, and what is deleted is overwritten', () =>
  inFolder((folder) => {
    using store = openStore(folder)
    const pragma = (name: string) => store.db.pragma(name, { simple: true })
    assert.deepEqual(['journal_mode', 'synchronous', 'secure_delete', 'foreign_keys'].map(pragma), [
      'wal',
      2,
      1,
      1,
    ])
  }))

test('[D-07] garbage, a text or half a database in its place is refused and left as it is', () =>
  inFolder((folder) => {
    openStore(folder)[Symbol.dispose]()
    const whole = readFileSync(databaseFile(folder))
    for (const bytes of [
      Buffer.from('hello'),
      Buffer.alloc(8_192, 0xa5),
      Buffer.alloc(4_096),
      whole.subarray(0, 12),
    ]) {
      writeFileSync(databaseFile(folder), bytes)
      assertRefuses(folder, 'database-not-ours')
      assert.deepEqual(readFileSync(databaseFile(folder)), bytes)
    }
    writeFileSync(
      databaseFile(folder),
      Buffer.concat([whole.subarray(0, 100), Buffer.alloc(whole.length - 100, 0xa5)]),
    )
    assertRefuses(folder, 'database-damaged')
  }))

test('[D-07] another program’s database is refused and left as it is', () =>
  inFolder((folder) => {
    const file = databaseFile(folder)
    const other = new Database(file)
    other.exec('CREATE TABLE theirs (id INTEGER)')
    other.close()
    const before = hashOf(file)
    assertRefuses(folder, 'database-not-ours')
    assert.equal(hashOf(file), before)
  }))

test('[D-07] a database of a newer version is refused and left as it is', () =>
  inFolder((folder) => {
    openStore(folder)[Symbol.dispose]()
    const file = databaseFile(folder)
    const db = new Database(file)
    db.pragma(`user_version = ${latestVersion + 1}`)
    db.close()
    const before = hashOf(file)
    assertRefuses(folder, 'database-newer')
    assert.equal(hashOf(file), before)
  }))

test('[D-07] a missing or empty database beside the log of an older one is not begun anew', () =>
  inFolder((folder) => {
    const file = databaseFile(folder)
    for (const beside of ['-wal', '-journal', '.bak']) {
      writeFileSync(file + beside, 'what is left')
      assertRefuses(folder, 'database-orphaned')
      writeFileSync(file, '')
      assertRefuses(folder, 'database-orphaned')
      assert.equal(readFileSync(file + beside, 'utf8'), 'what is left')
      rmSync(file + beside)
    }
    openStore(folder)[Symbol.dispose]()
    renameSync(file, `${file}.bak`)
    assertRefuses(folder, 'database-orphaned')
  }))

test('[D-07] a folder that cannot be written to is refused in plain words', () =>
  inFolder((folder) => {
    writeFileSync(join(folder, 'file'), '')
    assertRefuses(join(folder, 'file'), 'data-folder-unwritable')
    assertRefuses(join(folder, 'file/data'), 'data-folder-unwritable')
    chmodSync(folder, 0o500)
    // The superuser may write anywhere.
    if (process.getuid?.() !== 0) assertRefuses(folder, 'data-folder-unwritable')
    chmodSync(folder, 0o700)
  }))

test('[D-09] a folder in use is refused, and free again when the one that used it ends', () =>
  inFolder((folder) => {
    using first = openStore(folder)
    assertRefuses(folder, 'data-folder-in-use')
    assert.equal(first.people.hasAccounts(), false)
    first[Symbol.dispose]()
    openStore(folder)[Symbol.dispose]()
  }))

test('[D-08] a migration that fails at any step leaves the version before it, whole', () => {
  const steps = [
    'CREATE TABLE a (id)',
    'CREATE TABLE b (id); INSERT INTO b VALUES (1)',
    'CREATE TABLE c (id)',
  ]
  for (const failing of steps.keys()) {
    const db = new Database(':memory:')
    const broken = steps.map((sql, step) =>
      step === failing ? `${sql}; INSERT INTO nowhere VALUES (1)` : sql,
    )
    assert.throws(() => migrate(db, broken), /no such table: nowhere/)
    assert.equal(versionOf(db), failing)
    const tables = () =>
      db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all()
    assert.deepEqual(tables(), ['a', 'b', 'c'].slice(0, failing))
    migrate(db, steps)
    assert.deepEqual(tables(), ['a', 'b', 'c'])
    assert.equal(db.prepare('SELECT count(*) FROM b').pluck().get(), 1)
    db.close()
  }
})

test('[D-08] a database that is up to date is not migrated again', () => {
  const db = new Database(':memory:')
  const steps = ['CREATE TABLE a (id)']
  migrate(db, steps)
  migrate(db, steps)
  assert.equal(versionOf(db), 1)
  db.close()
})

/** A database as the first version left it, with a person in it. */
function makeOld(folder: string): string {
  const file = databaseFile(folder)
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true })
  const db = new Database(file)
  db.pragma(`application_id = ${String(applicationId)}`)
  migrate(db, [initial])
  db.exec(`INSERT INTO log (doc, data, crc, writer, at) VALUES ('room/a', zeroblob(10), 1, 0, 1)`)
  db.close()
  return file
}

test('[D-08] before an update of the database there is a copy of it that opens, and none before a new one', () =>
  inFolder((folder) => {
    openStore(folder)[Symbol.dispose]()
    assert.deepEqual(updateBackups(databaseFile(folder)), [])
    const file = makeOld(folder)
    {
      using store = openStore(folder)
      assert.equal(versionOf(store.db), latestVersion)
    }
    const [copy = assert.fail(), ...others] = updateBackups(file)
    assert.deepEqual(others, [])
    assert.equal(statSync(copy).mode & 0o777, 0o600)
    // It is what it was: put in place it is brought up to date like the first time.
    const old = new Database(copy, { readonly: true })
    assert.equal(versionOf(old), 1)
    assert.equal(old.prepare('SELECT count(*) FROM log').pluck().get(), 1)
    old.close()
    renameSync(copy, file)
    using again = openStore(folder)
    assert.equal(versionOf(again.db), latestVersion)
  }))

test('[D-08] a copy that cannot be made keeps the update from beginning', () =>
  inFolder((folder) => {
    const file = makeOld(folder)
    // A folder in the copy's place.
    mkdirSync(`${file}.version.part`)
    assert.throws(() => openStore(folder))
    const db = new Database(file)
    assert.equal(versionOf(db), 1)
    db.close()
    rmdirSync(`${file}.version.part`)
    openStore(folder)[Symbol.dispose]()
    assert.equal(updateBackups(file).length, 1)
  }))

test('[D-08] the last few copies are kept, and nothing else is removed', () =>
  inFolder((folder) => {
    const file = makeOld(folder)
    const db = new Database(file)
    for (let day = 1; day <= updateBackupsMax + 2; day += 1)
      backUpForUpdate(file, db, day % 2, new Date(Date.UTC(2026, 0, day)))
    db.close()
    assert.deepEqual(
      updateBackups(file).map((name) => name.slice(-17, -9)),
      ['20260103', '20260104', '20260105'],
    )
    openStore(folder)[Symbol.dispose]()
  }))

test('[D-04] the data folder has a ballast, which is given up once and put back', () =>
  inFolder((folder) => {
    openStore(folder)[Symbol.dispose]()
    assert.equal(statSync(ballastFile(folder)).size, ballastSize)
    assert.ok(statSync(ballastFile(folder)).blocks * 512 >= ballastSize, 'it takes up what it says')
    assert.deepEqual([giveUpBallast(folder), giveUpBallast(folder)], [true, false])
    assert.ok(putBallast(folder))
    assert.equal(statSync(ballastFile(folder)).size, ballastSize)
    // Where it cannot be put the server does without.
    assert.equal(putBallast(join(folder, 'missing')), false)
  }))
