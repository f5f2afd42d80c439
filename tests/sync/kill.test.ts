/** What was acknowledged is there after the process was killed: with a real process, killed with no warning. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { encodeUpdate } from '#web/sync/frames.ts'
import { savedCount, whole } from '../support/frames.ts'
import { startProcess } from '../support/process.ts'
import { replicaOf, sayIn, seatedRoom } from '../support/seated.ts'
import { makeDataFolder, removeFolder } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { TestClient } from '../support/client.ts'
import { until } from '../support/until.ts'

const rounds = 12
/** Sent at once in each round; the kill falls somewhere among their acknowledgements. */
const messagesPerRound = 40

test('[W5] [D-01] whatever was acknowledged is there after kill -9, twelve times over', async () => {
  await using ends = new AsyncDisposableStack()
  const dataDir = await makeDataFolder()
  ends.defer(() => removeFolder(dataDir))
  const start = () => ends.use(startProcess({ DATA_DIR: dataDir }))
  let server = start()
  const { people, names } = await seatedRoom(await server.ready(), 'Alice')
  const [alice] = people
  assert.ok(alice !== undefined)
  const { cookie } = alice.client
  const acknowledged = new Set<string>()
  for (let round = 1; round <= rounds; round += 1) {
    using socket = await SyncClient.open(comeBack(await server.ready(), cookie), names.chat)
    const page = replicaOf(alice.seat, 'chat', round)
    const keys: string[] = []
    for (let index = 0; index < messagesPerRound; index += 1) {
      const { key, update } = sayIn(page, alice.seat, `round ${String(round)}, ${String(index)}`, round)
      keys.push(key)
      socket.send(encodeUpdate(names.chat, update))
    }
    // Another number each time: from the first acknowledgement to the last.
    const wanted = 1 + ((round * 7) % messagesPerRound)
    await until(() => savedCount(socket) >= wanted, `${String(wanted)} acknowledgements`)
    server.child.kill('SIGKILL')
    await server.ended
    await socket.closed
    for (const key of keys.slice(0, savedCount(socket))) acknowledged.add(key)

    server = start()
    using reader = await SyncClient.open(comeBack(await server.ready(), cookie), names.chat)
    const messages = (await whole(reader, names.chat)).getMap('m')
    const lost = [...acknowledged].filter((key) => !messages.has(key))
    assert.deepEqual(lost, [], `lost in round ${String(round)} of ${String(acknowledged.size)}`)
  }
  assert.ok(acknowledged.size >= rounds)
})

/** The same browser, with the server at a new port. */
function comeBack(server: Readonly<{ origin: string }>, cookie: string): TestClient {
  const client = new TestClient(server)
  client.cookie = cookie
  return client
}
