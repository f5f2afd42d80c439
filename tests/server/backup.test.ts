/** Backup and restore, as commands: taken while the server works, verified, and nothing lost when they refuse. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { crc32 } from 'node:zlib'
import Database from 'better-sqlite3'
import { latestVersion } from '#server/store/migrate.ts'
import { databaseFile, openStore } from '#server/store/open.ts'
import { encodeUpdate } from '#web/sync/frames.ts'
import { TestClient } from '../support/client.ts'
import { savedCount, textsShown, whole } from '../support/frames.ts'
import { replicaOf, sayIn, seatedRoom } from '../support/seated.ts'
import { makeDataFolder, removeFolder, startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'

type Ran = Readonly<{ code: number; out: string; err: string }>

function run(command: 'backup' | 'restore', dataDir: string, ...args: readonly string[]): Promise<Ran> {
  const script = fileURLToPath(new URL(`../../server/${command}.ts`, import.meta.url))
  const { promise, resolve } = Promise.withResolvers<Ran>()
  const env = { PATH: process.env['PATH'], DATA_DIR: dataDir }
  const child = execFile(process.execPath, [script, ...args], { env }, (_error, out, err) => {
    resolve({ code: child.exitCode ?? -1, out, err })
  })
  return promise
}

function assertRefused({ code, out, err }: Ran, fault: string): void {
  assert.deepEqual([code, out], [78, ''])
  assert.match(err, new RegExp(`^${fault}: [A-Z].*\\. [A-Z].*\\.\\n$`))
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await makeDataFolder()
  try {
    await work(folder)
  } finally {
    await removeFolder(folder)
  }
}

/** A folder with a database that has rows of a log, and a backup of it. */
async function inBackedUp(work: (data: string, backup: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const [data, backup] = [join(folder, 'data'), join(folder, 'backup.db')]
    fill(data, 0, 200)
    assert.equal((await run('backup', data, backup)).code, 0)
    await work(data, backup)
  })
}

function fill(data: string, from: number, count: number): void {
  using store = openStore(data)
  const insert = store.db.prepare('INSERT INTO log (doc, data, crc, writer, at) VALUES (?, ?, ?, 1, 1)')
  const zeros = Buffer.alloc(300)
  for (let index = 0; index < count; index += 1)
    insert.run(`chat/a/${String(from + index)}`, zeros, crc32(zeros))
}

const rowsOf = (file: string): number => {
  const db = new Database(file, { readonly: true })
  try {
    return db.prepare('SELECT count(*) FROM log').pluck().get() as number
  } finally {
    db.close()
  }
}

test('[D-10] a backup taken while people write has everything acknowledged before it, and restores', () =>
  inFolder(async (folder) => {
    const backup = join(folder, 'backup.db')
    await using server = await startTestServer()
    const { people, names } = await seatedRoom(server, 'Alice')
    const [alice] = people
    assert.ok(alice !== undefined)
    using socket = await SyncClient.open(alice.client, names.chat)
    const page = replicaOf(alice.seat)
    let [isDone, sent] = [false, 0]
    const write = async () => {
      for (; !isDone; sent += 1) {
        socket.send(encodeUpdate(names.chat, sayIn(page, alice.seat, String(sent).padStart(6, '0')).update))
        await until(() => savedCount(socket) > sent, 'an acknowledgement')
      }
    }
    const writing = write()
    await until(() => savedCount(socket) >= 5, 'the first messages')
    const acknowledged = savedCount(socket)
    const { code, out, err } = await run('backup', server.dataDir, backup)
    isDone = true
    await writing
    assert.deepEqual([code, err], [0, ''])
    assert.match(out, /verified/)
    assert.equal(statSync(backup).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(folder), ['backup.db'])

    const elsewhere = join(folder, 'data')
    assert.equal((await run('restore', elsewhere, backup)).code, 0)
    await using again = await startTestServer({ dataDir: elsewhere })
    const client = new TestClient(again)
    client.cookie = alice.client.cookie
    using reader = await SyncClient.open(client, names.chat)
    await whole(reader, names.chat)
    const texts = textsShown(reader, names.chat)
    assert.ok(texts.length >= acknowledged)
    assert.ok(sent > texts.length, 'people went on writing')
    assert.deepEqual(
      texts,
      texts.map((_, index) => String(index).padStart(6, '0')),
    )
  }))

test('[D-10] a restored database is what it was, and the one it replaces is kept whole', () =>
  inBackedUp(async (data, backup) => {
    fill(data, 200, 50)
    const { code, out } = await run('restore', data, backup)
    assert.equal(code, 0)
    assert.equal(rowsOf(databaseFile(data)), 200)
    const kept = /kept as (\S+)\.\n$/.exec(out)?.[1] ?? assert.fail(out)
    assert.equal(rowsOf(kept), 250)
    openStore(data)[Symbol.dispose]()
  }))

test('[D-10] what a killed server left in its write-ahead log is kept with the replaced database', () =>
  inBackedUp(async (data, backup) => {
    const file = databaseFile(data)
    const killed = join(data, '..', 'killed')
    mkdirSync(killed)
    {
      using store = openStore(data)
      store.db.prepare("INSERT INTO log (doc, data, crc, writer, at) VALUES ('a', x'', 0, 1, 1)").run()
      for (const suffix of ['', '-wal'])
        writeFileSync(databaseFile(killed) + suffix, readFileSync(file + suffix))
    }
    const { out } = await run('restore', killed, backup)
    assert.equal(rowsOf(/kept as (\S+)\.\n$/.exec(out)?.[1] ?? assert.fail(out)), 201)
    assert.equal(rowsOf(databaseFile(killed)), 200)
  }))

test('[D-09] [D-10] a folder that a server uses is not restored into', () =>
  inBackedUp(async (data, backup) => {
    using store = openStore(data)
    assertRefused(await run('restore', data, backup), 'data-folder-in-use')
    assert.equal(store.db.prepare('SELECT count(*) FROM log').pluck().get(), 200)
    assert.deepEqual(
      readdirSync(data).filter((name) => name.includes('incoming')),
      [],
    )
  }))

test('[D-05] bytes overwritten anywhere in the rows of a backup are found before anything is replaced', () =>
  inBackedUp(async (data, backup) => {
    const good = readFileSync(backup)
    const before = readFileSync(databaseFile(data))
    const db = new Database(backup)
    const pageSize = db.pragma('page_size', { simple: true }) as number
    db.close()
    // Pages that hold rows of the log: 48 bytes somewhere among zeros that no structure of SQLite describes.
    const places = [...Array(good.length / pageSize).keys()]
      .map((page) => good.indexOf(Buffer.alloc(300), page * pageSize + 100))
      .filter((at, page) => at > 0 && Math.floor(at / pageSize) === page)
      .filter((at) => good.subarray(at - 40, at).includes('chat/a/'))
    assert.ok(places.length >= 8, String(places.length))
    for (const place of places.slice(0, 4)) {
      const bad = Buffer.from(good)
      randomBytes(48).copy(bad, place + 100)
      writeFileSync(backup, bad)
      assertRefused(await run('restore', data, backup), 'database-damaged')
      assert.deepEqual(readFileSync(databaseFile(data)), before)
    }
    // And by the backup of a database that rots, too.
    writeFileSync(databaseFile(data), readFileSync(backup))
    assertRefused(await run('backup', data, `${backup}.2`), 'database-damaged')
    assert.ok(!existsSync(`${backup}.2`))
  }))

test('[D-07] [D-10] what is no backup, or a newer one, is refused, and nothing is changed', () =>
  inBackedUp(async (data, backup) => {
    const before = readFileSync(databaseFile(data))
    const { length } = readdirSync(data)
    const good = readFileSync(backup)
    const newer = new Database(backup)
    newer.pragma(`user_version = ${String(latestVersion + 1)}`)
    newer.close()
    assertRefused(await run('restore', data, backup), 'database-newer')
    for (const bytes of ['hello', '', good.subarray(0, good.length / 2)]) {
      writeFileSync(backup, bytes)
      assertRefused(await run('restore', data, backup), 'database-(not-ours|damaged)')
    }
    assertRefused(await run('restore', data, `${backup}.missing`), 'file-missing')
    assertRefused(await run('restore', data), 'file-not-named')
    assert.deepEqual(readFileSync(databaseFile(data)), before)
    assert.equal(readdirSync(data).length, length)
  }))

test('[D-10] a backup never writes over anything, and says what is wrong', () =>
  inBackedUp(async (data, backup) => {
    const before = readFileSync(backup)
    assertRefused(await run('backup', data, backup), 'file-exists')
    assert.deepEqual(readFileSync(backup), before)
    assertRefused(await run('backup', `${data}-missing`, `${backup}.2`), 'nothing-to-back-up')
    assertRefused(await run('backup', data, join(data, 'no', 'folder.db')), 'file-unwritable')
    assertRefused(await run('backup', data), 'file-not-named')
    assertRefused(await run('backup', data, 'a', 'b'), 'file-not-named')
  }))

test('[D-07] [D-10] a folder in which a restore ended in the middle is not begun anew', () =>
  inBackedUp(async (data, backup) => {
    writeFileSync(`${databaseFile(data)}.incoming`, readFileSync(backup))
    writeFileSync(databaseFile(data), '')
    assert.throws(() => openStore(data), /database-orphaned/)
    assert.equal((await run('restore', data, backup)).code, 0)
    assert.equal(rowsOf(databaseFile(data)), 200)
  }))
