/** The sample of `npm run seed` and `npm run dev`: people, a room, a conversation and a drawing, by the front door. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { samplePassword, samplePeople, seedSample } from '#server/sample.ts'
import { paths } from '#shared/http.ts'
import { documentName, firstSheetId } from '#shared/room.ts'
import { TestClient } from '../support/client.ts'
import { inDatabase } from '../support/database.ts'
import { startTestServer } from '../support/server.ts'

test('[D1] a new server gets a room that two people have talked and drawn in', async () => {
  await using server = await startTestServer()
  assert.equal(await seedSample(server.origin), true)
  for (const name of samplePeople) {
    const person = new TestClient(server)
    await person.ask('POST', paths.login, { name, password: samplePassword })
    const [room, ...others] = (await person.rooms()).mine
    assert.ok(room)
    assert.deepEqual([room.title, room.peopleCount, room.messageCount, others], ['The garden', 2, 4, []])
    const board = documentName({ kind: 'board', roomId: room.id, sheetId: firstSheetId })
    const logged = inDatabase(server.dataDir, (db) =>
      db.prepare('SELECT count(*) FROM log WHERE doc = ?').pluck().get(board),
    )
    assert.equal(logged, 1)
  }
})

test('[D1] a server that somebody has registered on is left as it is', async () => {
  await using server = await startTestServer()
  await TestClient.register(server, 'Alice')
  assert.equal(await seedSample(server.origin), false)
  assert.equal((await new TestClient(server).me()).me, null)
})
