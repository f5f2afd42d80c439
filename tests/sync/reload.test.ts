/** A document that is given up and opened again within a moment. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { encodeAsk, encodeAuth, encodeClose, encodeUpdate } from '#web/sync/frames.ts'
import * as Y from 'yjs'
import { shownTo } from '../support/frames.ts'
import { replicaOf, sayIn, seatedRoom } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'

test('[L1] [W5] what the last to leave wrote is there for who comes in the same moment', async () => {
  await using server = await startTestServer()
  const { people, names } = await seatedRoom(server, 'Alice', 'Bob')
  const [alice, bob] = people
  assert.ok(alice !== undefined && bob !== undefined)
  const page = replicaOf(alice.seat)
  using writer = await SyncClient.open(alice.client, names.room)
  using reader = await SyncClient.open(bob.client, names.room)
  for (let round = 1; round <= 20; round += 1) {
    const address = `${names.chat}\0${round.toString(36)}`
    writer.send(encodeAuth(address))
    await writer.frame(address, 'granted')
    // All at once: the server is told to let go of the page before the end of the turn that has changed it.
    writer.send(encodeUpdate(address, sayIn(page, alice.seat, `round ${round}`).update))
    writer.send(encodeClose(address))
    reader.send(encodeAuth(address))
    reader.send(encodeAsk(address, new Y.Doc()))
    await until(() => shownTo(reader, address).getMap('m').size === round, `round ${round}`)
    reader.send(encodeClose(address))
  }
})
