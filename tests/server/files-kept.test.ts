/** What keeps a file on a real server, what lets it go, and that nothing of it makes the server ask anybody. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import { newShapeId, type ShapeRow } from '#shared/board/shape.ts'
import { messageKey, type MessageKey } from '#shared/chat/message.ts'
import type { FileValue } from '#shared/files/file.ts'
import { fileGraceMs } from '#shared/limits.ts'
import { TestClient } from '../support/client.ts'
import { testClock } from '../support/clock.ts'
import { inDatabase } from '../support/database.ts'
import { bringFile, fetchFile, filesIn, hashOf, pngHead } from '../support/files.ts'
import { save, whole } from '../support/frames.ts'
import { startProcess } from '../support/process.ts'
import { changeOf, replicaOf, sayIn, seatedRoom } from '../support/seated.ts'
import { makeDataFolder, removeFolder, startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'

const dayMs = 24 * 3_600_000

async function seated(server: Readonly<{ origin: string }>) {
  const { people, names } = await seatedRoom(server, 'Alice')
  const [alice] = people
  assert.ok(alice !== undefined)
  return { alice, names, roomId: alice.answer.room.id }
}

test('[FI4] a file stays while a message or a shape refers to it, and goes a week after the last has gone', async () => {
  const clock = testClock()
  const dataDir = await makeDataFolder()
  await using ends = new AsyncDisposableStack()
  ends.defer(() => removeFolder(dataDir))
  const bytes = pngHead(8, 8)
  const hash = hashOf(bytes)
  const idle = randomBytes(100)
  const key: MessageKey = messageKey(1 as never, 1_750_000_000_000, 0.5)
  const shape = newShapeId(1 as never, 0.5)
  const chat = replicaOf(1 as never, 'chat')
  const board = replicaOf(1 as never, 'board')
  const files: readonly FileValue[] = [{ b: hash, n: 'sea.png', m: 'image/png', s: bytes.length, w: 8, h: 8 }]
  let cookie = ''
  let roomId = ''

  /** Each time on a server that has just started, so that it cleans up. */
  async function later(ms: number, change: (alice: TestClient) => Promise<void>): Promise<void> {
    clock.advance(ms)
    await using server = await startTestServer({ clock, dataDir })
    const again = new TestClient(server)
    again.cookie = cookie
    await change(again)
  }
  const isThere = async (alice: TestClient) => (await fetchFile(alice, roomId as never, hash)).status === 200

  await (async () => {
    await using server = await startTestServer({ clock, dataDir })
    const { alice, names, roomId: id } = await seated(server)
    const { client } = alice
    cookie = client.cookie
    roomId = id
    await bringFile(client, id, bytes)
    await bringFile(client, id, idle)
    using socket = await SyncClient.open(client, names.chat, names.board)
    await whole(socket, names.chat)
    await whole(socket, names.board)
    const said = changeOf(chat, (doc) => doc.getMap('m').set(key, { x: 'sea.png', l: 1, fs: files }))
    await save(socket, names.chat, said)
    const row: ShapeRow = {
      k: 'image',
      z: 'V',
      c: 0,
      w: 1,
      t: [0, 0, 8, 8],
      b: hash,
      m: 'image/png',
      i: [8, 8],
    }
    await save(
      socket,
      names.board,
      changeOf(board, (doc) => doc.getMap('shapes').set(shape, row)),
    )
  })()
  await later(2 * fileGraceMs, async (alice) => {
    assert.ok(await isThere(alice), 'two places refer to it')
    assert.equal((await fetchFile(alice, roomId as never, hashOf(idle))).status, 404, 'none ever did')
    using socket = await SyncClient.open(alice, `chat/${roomId}/0`)
    await whole(socket, `chat/${roomId}/0`)
    await save(
      socket,
      `chat/${roomId}/0`,
      changeOf(chat, (doc) => doc.getMap('m').delete(key)),
    )
  })
  await later(2 * fileGraceMs, async (alice) => {
    assert.ok(await isThere(alice), 'the shape still does')
    using socket = await SyncClient.open(alice, `board/${roomId}/main`)
    await whole(socket, `board/${roomId}/main`)
    await save(
      socket,
      `board/${roomId}/main`,
      changeOf(board, (doc) => doc.getMap('shapes').delete(shape)),
    )
  })
  await later(fileGraceMs - dayMs, async (alice) => {
    assert.ok(await isThere(alice), 'it can be taken back')
  })
  await later(2 * dayMs, async (alice) => {
    assert.ok(!(await isThere(alice)))
    assert.deepEqual(filesIn(dataDir), [])
    assert.equal(
      inDatabase(dataDir, (db) => db.prepare('SELECT count(*) FROM file').pluck().get()),
      0,
    )
  })
  chat.destroy()
  board.destroy()
})

test('[U-06] no request leaves the server, whatever is brought, said and asked for', async () => {
  const told = 'this server asks '
  const watch = `data:text/javascript,${encodeURIComponent(`
    import net from 'node:net'
    import dgram from 'node:dgram'
    import dns from 'node:dns'
    // 127.0.0.1 by itself is looked up where the server listens.
    const tell = (what) => console.error(${JSON.stringify(told)} + what)
    for (const [object, name] of [[net.Socket.prototype, 'connect'], [dgram.Socket.prototype, 'send'], [dns, 'lookup']]) {
      const real = object[name]
      object[name] = function (...args) { if (args[0] !== '127.0.0.1') tell(name + ' ' + JSON.stringify(args[0])); return real.apply(this, args) }
    }
    if (process.env.LOG_LEVEL === 'debug') net.connect(9, '127.0.0.1').on('error', () => {})
  `)}`
  const dataDir = await makeDataFolder()
  await using ends = new AsyncDisposableStack()
  ends.defer(() => removeFolder(dataDir))
  const way = { command: process.execPath, prefix: ['--import', watch] }
  const isTold = ({ err }: Readonly<{ err: string }>) => err.includes(told)

  const busy = ends.use(startProcess({ DATA_DIR: dataDir }, undefined, way))
  const { alice, names, roomId } = await seated(await busy.ready())
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1:9/x"/></svg>',
  )
  await fetchFile(alice.client, roomId, await bringFile(alice.client, roomId, svg))
  using socket = await SyncClient.open(alice.client, names.chat)
  await whole(socket, names.chat)
  const page = replicaOf(alice.seat)
  await save(
    socket,
    names.chat,
    sayIn(page, alice.seat, 'http://127.0.0.1:9/x ![x](http://127.0.0.1:9/x)').update,
  )
  busy.child.kill('SIGTERM')
  await busy.ended
  assert.ok(!isTold(busy.output()), busy.output().err)

  const asking = ends.use(startProcess({ DATA_DIR: dataDir, LOG_LEVEL: 'debug' }, undefined, way))
  await until(() => isTold(asking.output()), 'the watch to see one that does')
})
