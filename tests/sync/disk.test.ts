/** Documents and the disk: what cannot be saved is shown to nobody, and a damaged row keeps no room shut. */
import assert from 'node:assert/strict'
import test from 'node:test'
import * as Y from 'yjs'
import { encodeUpdate } from '#web/sync/frames.ts'
import { inDatabase } from '../support/database.ts'
import { save, savedCount, textsShown, whole } from '../support/frames.ts'
import { replicaOf, sayIn, seatedRoom } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'

const failing = `CREATE TRIGGER log_fails BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'no space'); END`
const healed = 'DROP TRIGGER log_fails'

test('[W5] what cannot be saved is neither acknowledged nor shown; 4503 says so, and it heals', async () => {
  await using server = await startTestServer()
  const { people, names } = await seatedRoom(server, 'Alice', 'Bob')
  const [alice, bob] = people
  assert.ok(alice !== undefined && bob !== undefined)
  using writer = await SyncClient.open(alice.client, names.chat)
  using reader = await SyncClient.open(bob.client, names.chat)
  await whole(reader, names.chat)
  const page = replicaOf(alice.seat)
  await save(writer, names.chat, sayIn(page, alice.seat, 'before').update)

  inDatabase(server.dataDir, (db) => db.exec(failing))
  const { update } = sayIn(page, alice.seat, 'not on disk')
  writer.send(encodeUpdate(names.chat, update))
  assert.deepEqual([(await writer.closed).code, (await reader.closed).code], [4503, 4503])
  assert.equal(savedCount(writer), 1)
  assert.deepEqual(textsShown(reader, names.chat), ['before'])
  using other = await SyncClient.open(bob.client, names.chat)
  const still = await whole(other, names.chat)
  assert.equal(still.getMap('m').size, 1, 'what was lost is not in memory either')

  inDatabase(server.dataDir, (db) => db.exec(healed))
  using again = await SyncClient.open(alice.client, names.chat)
  await save(again, names.chat, update)
  using late = await SyncClient.open(bob.client, names.chat)
  await whole(late, names.chat)
  assert.deepEqual(textsShown(late, names.chat), ['before', 'not on disk'])
})

test('[Y-24] a damaged row is set aside, and the room opens with everything else', async () => {
  await using server = await startTestServer()
  const { people, names } = await seatedRoom(server, 'Alice')
  const [alice] = people
  assert.ok(alice !== undefined)
  {
    using writer = await SyncClient.open(alice.client, names.chat)
    // Pages of their own, so that none of the messages needs another.
    for (const [index, text] of ['first', 'second', 'third'].entries())
      await save(writer, names.chat, sayIn(replicaOf(alice.seat, 'chat', index + 1), alice.seat, text).update)
  }
  await server.stop()
  const damaged = inDatabase(server.dataDir, (db) => {
    const rows = db
      .prepare<[string, number], { seq: number }>(
        'SELECT seq FROM log WHERE doc = ? AND writer = ? ORDER BY seq',
      )
      .all(names.chat, alice.seat)
    assert.equal(rows.length, 3)
    const seq = rows[1]?.seq ?? assert.fail()
    db.prepare('UPDATE log SET data = zeroblob(length(data)) WHERE seq = ?').run(seq)
    return seq
  })
  await using again = await startTestServer({ dataDir: server.dataDir, port: server.port })
  assert.equal(again.port, server.port)
  using reader = await SyncClient.open(alice.client, names.chat)
  await whole(reader, names.chat)
  assert.deepEqual(textsShown(reader, names.chat), ['first', 'third'])
  const aside = inDatabase(server.dataDir, (db) =>
    db.prepare('SELECT seq, doc, reason FROM quarantine').all(),
  )
  assert.deepEqual(aside, [{ seq: damaged, doc: names.chat, reason: 'checksum' }])
  // And it can be written to.
  await save(reader, names.chat, sayIn(replicaOf(alice.seat, 'chat', 9), alice.seat, 'fourth').update)
})

test('[Y-22] a page of chat is the same in memory, on disk and at its readers', async () => {
  await using server = await startTestServer()
  const { people, names } = await seatedRoom(server, 'Alice')
  const [alice] = people
  assert.ok(alice !== undefined)
  const page = replicaOf(alice.seat)
  let before: Y.Doc
  {
    using writer = await SyncClient.open(alice.client, names.chat)
    await whole(writer, names.chat)
    for (const text of ['one', 'two', 'three'])
      await save(writer, names.chat, sayIn(page, alice.seat, text).update)
    using reader = await SyncClient.open(alice.client, names.chat)
    before = await whole(reader, names.chat)
  }
  await server.stop()
  await using again = await startTestServer({ dataDir: server.dataDir, port: server.port })
  assert.equal(again.port, server.port)
  using reader = await SyncClient.open(alice.client, names.chat)
  const after = await whole(reader, names.chat)
  assert.deepEqual(after.getMap('m').toJSON(), before.getMap('m').toJSON())
  assert.deepEqual(after.getArray('s').toJSON(), before.getArray('s').toJSON())
  assert.deepEqual(Y.encodeStateVector(after), Y.encodeStateVector(before))
})
