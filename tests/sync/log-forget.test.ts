/** The log of a whole server: it makes snapshots, and what is deleted leaves its disk. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { rowsSinceSnapshotWorthMin } from '#shared/limits.ts'
import { databaseFile } from '#server/store/open.ts'
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
