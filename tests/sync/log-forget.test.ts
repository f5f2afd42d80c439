/** The log of a whole server: it makes snapshots, and what is deleted leaves its disk. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { rowsSinceSnapshotWorthMin } from '#shared/limits.ts'
import { databaseFile } from '#server/store/open.ts'
import * as Y from 'yjs'
import { encodeUpdate } from '#web/sync/frames.ts'
import { inDatabase } from '../support/database.ts'
import { save, savedCount, textsShown, whole } from '../support/frames.ts'
import { changeOf, replicaOf, sayIn, seatedRoom } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'

test('[L4] a message deleted over the socket is in no file of the server any more, and the rest of the page is', async () => {
  await using server = await startTestServer()
  const isOnDisk = (text: string): boolean =>
    ['', '-wal'].some((suffix) => {
      const file = databaseFile(server.dataDir) + suffix
      return existsSync(file) && readFileSync(file).includes(text)
    })
  const { people, names } = await seatedRoom(server, 'Alice')
  const [alice] = people
  assert.ok(alice !== undefined)
  const page = replicaOf(alice.seat)
  {
    using writer = await SyncClient.open(alice.client, names.chat)
    await save(writer, names.chat, sayIn(page, alice.seat, 'what everybody may know').update)
    const { key, update } = sayIn(page, alice.seat, 'the secret of Alice')
    await save(writer, names.chat, update)
    assert.ok(isOnDisk('the secret of Alice'))
    await save(
      writer,
      names.chat,
      changeOf(page, (doc) => doc.getMap('m').delete(key)),
    )
  }
  await server.stop()
  await using again = await startTestServer({ dataDir: server.dataDir, port: server.port })
  await until(() => !isOnDisk('the secret of Alice'), 'the text to leave the disk')
  using reader = await SyncClient.open(alice.client, names.chat)
  assert.equal(again.port, server.port)
  await whole(reader, names.chat)
  assert.deepEqual(textsShown(reader, names.chat), ['what everybody may know'])
  await save(reader, names.chat, sayIn(replicaOf(alice.seat, 'chat', 2), alice.seat, 'and more').update)
})

test('[L4] of two edits that did not know of each other the one that is replaced leaves the disk too', async () => {
  await using server = await startTestServer()
  const { people, names } = await seatedRoom(server, 'Alice')
  const [alice] = people
  assert.ok(alice !== undefined)
  await server.stop()
  // Her first device and her second: each has the message, neither the other's edit.
  const devices = [replicaOf(alice.seat, 'chat', 1), replicaOf(alice.seat, 'chat', 2)] as const
  const { key, update } = sayIn(devices[0], alice.seat, 'first')
  Y.applyUpdate(devices[1], update)
  const edits = devices.map((device, index) =>
    changeOf(device, (doc) => doc.getMap('m').set(key, { x: `edit ${String(index)}`, l: 1, ed: index })),
  )
  const rowCount = (): number | undefined =>
    inDatabase(server.dataDir, (db) =>
      db.prepare<[string], number>('SELECT count(*) FROM log WHERE doc = ?').pluck().get(names.chat),
    )
  let kept: string | undefined
  // The first of them is in a snapshot, and nothing is left to be forgotten, when the second comes.
  for (const changes of [[update, edits[0]], [edits[1]]]) {
    await using running = await startTestServer({ dataDir: server.dataDir, port: server.port })
    {
      using writer = await SyncClient.open(alice.client, names.chat)
      for (const change of changes) if (change !== undefined) await save(writer, names.chat, change)
      await whole(writer, names.chat)
      ;[kept] = textsShown(writer, names.chat)
    }
    await running.stop()
    await using later = await startTestServer({ dataDir: server.dataDir, port: server.port })
    await until(() => rowCount() === 0, 'the log to be made shorter')
    await later.stop()
  }
  const replaced = kept === 'edit 0' ? 'edit 1' : 'edit 0'
  assert.equal(readFileSync(databaseFile(server.dataDir)).includes(replaced), false)
})

test('[L3] a document with many rows has a snapshot once its last reader has left', async () => {
  await using server = await startTestServer()
  const { people, names } = await seatedRoom(server, 'Alice')
  const [alice] = people
  assert.ok(alice !== undefined)
  const page = replicaOf(alice.seat)
  {
    using writer = await SyncClient.open(alice.client, names.chat)
    for (let index = 0; index < rowsSinceSnapshotWorthMin; index += 1)
      writer.send(encodeUpdate(names.chat, sayIn(page, alice.seat, String(index)).update))
    await until(() => savedCount(writer) === rowsSinceSnapshotWorthMin, 'everything to be saved')
    assert.equal(snapshotsIn(server.dataDir, names.chat), 0)
  }
  await until(() => snapshotsIn(server.dataDir, names.chat) === 1, 'a snapshot')
  using reader = await SyncClient.open(alice.client, names.chat)
  assert.equal((await whole(reader, names.chat)).getMap('m').size, rowsSinceSnapshotWorthMin)
})

function snapshotsIn(dataDir: string, name: string): unknown {
  return inDatabase(dataDir, (db) =>
    db.prepare('SELECT count(*) FROM snapshot WHERE doc = ?').pluck().get(name),
  )
}
