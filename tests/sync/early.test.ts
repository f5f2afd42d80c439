/** What a client sends before it has heard that its document is open. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { syncTypes } from '#shared/wire/frames.ts'
import { encodeAuth } from '#web/sync/frames.ts'
import { savedCount, syncFrame, textsShown, whole } from '../support/frames.ts'
import { replicaOf, sayIn, seatedRoom } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'

test('[W5] changes that come with the opening of their document wait for it, and enter in their order', async () => {
  await using server = await startTestServer()
  const { people, names } = await seatedRoom(server, 'Alice', 'Bob')
  const [alice, bob] = people
  assert.ok(alice !== undefined && bob !== undefined)
  const page = replicaOf(alice.seat)
  const texts = ['One', 'Two', 'Three']
  // Each builds upon the one before: out of order they would be refused.
  const updates = texts.map((text) => sayIn(page, alice.seat, text).update)
  using writer = await SyncClient.connect(alice.client)
  writer.send(encodeAuth(names.chat))
  for (const update of updates) writer.send(syncFrame(names.chat, syncTypes.update, update))
  await until(() => savedCount(writer, names.chat) === texts.length, 'every change to be saved')

  using reader = await SyncClient.open(bob.client, names.chat)
  await whole(reader, names.chat)
  assert.deepEqual(textsShown(reader, names.chat).sort(), texts.toSorted())
})
