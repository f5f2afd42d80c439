/** A server that is ended while somebody writes, started again, and asked for all that it had acknowledged. */
import assert from 'node:assert/strict'
import { encodeUpdate } from '#web/sync/frames.ts'
import { TestClient } from './client.ts'
import { savedCount, whole } from './frames.ts'
import { startProcess, type Ended, type ServerProcess } from './process.ts'
import { replicaOf, sayIn, seatedRoom } from './seated.ts'
import { makeDataFolder, removeFolder } from './server.ts'
import { SyncClient, type Closed } from './sync-client.ts'
import { until } from './until.ts'

/** Sent at once in each round; the end falls somewhere among their acknowledgements. */
const messagesPerRound = 40

/** Servers over one data folder, which goes when the work is done. */
export async function withProcesses(
  work: (start: () => ServerProcess, dataDir: string) => Promise<void>,
): Promise<void> {
  await using ends = new AsyncDisposableStack()
  const dataDir = await makeDataFolder()
  ends.defer(() => removeFolder(dataDir))
  await work(() => ends.use(startProcess({ DATA_DIR: dataDir })), dataDir)
}

/** The same browser, with the server at a new port. */
function comeBack(server: Readonly<{ origin: string }>, cookie: string): TestClient {
  const client = new TestClient(server)
  client.cookie = cookie
  return client
}

/** Ends a real process with the signal so many times. Fails if anything acknowledged is gone. */
export async function losesNothing(
  signal: 'SIGKILL' | 'SIGTERM',
  rounds: number,
  onEnd: (how: Readonly<{ closed: Closed; ended: Ended; dataDir: string }>) => void = () => undefined,
): Promise<void> {
  await withProcesses(async (start, dataDir) => {
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
      server.child.kill(signal)
      onEnd({ closed: await socket.closed, ended: await server.ended, dataDir })
      for (const key of keys.slice(0, savedCount(socket))) acknowledged.add(key)

      server = start()
      using reader = await SyncClient.open(comeBack(await server.ready(), cookie), names.chat)
      const messages = (await whole(reader, names.chat)).getMap('m')
      const lost = [...acknowledged].filter((key) => !messages.has(key))
      assert.deepEqual(lost, [], `lost in round ${String(round)} of ${String(acknowledged.size)}`)
    }
    assert.ok(acknowledged.size >= rounds)
  })
}
