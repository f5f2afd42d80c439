/** Sockets that have opened nothing yet: which are counted, and which are closed for it. Time is moved by hand. */
import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import { test } from 'node:test'
import { authTimeoutMs, socketsUnauthenticatedMax } from '#shared/limits.ts'
import { encodeClose } from '#web/sync/frames.ts'
import { openRawSocket } from '../support/raw-socket.ts'
import { seatedRoom } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'

test('[W-20] a socket that has closed its last document is not one that has opened none', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] })
  await using server = await startTestServer()
  const { people, names } = await seatedRoom(server, 'Alice')
  const [alice] = people
  assert.ok(alice !== undefined)
  using between = await SyncClient.open(alice.client, names.chat)
  between.send(encodeClose(names.chat))
  // Opened behind it: the server has read both.
  await between.open(names.board)
  between.send(encodeClose(names.board))
  using idle = await SyncClient.connect(alice.client)
  await settled(server, 2)

  const now = performance.now.bind(performance)
  context.mock.method(performance, 'now', () => now() + authTimeoutMs)
  context.mock.timers.tick(1_000)
  assert.equal((await idle.closed).code, 4408)
  await between.open(names.room)
})

test('[W-20] a socket that has gone leaves its place at once', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] })
  await using server = await startTestServer()
  const { people, names } = await seatedRoom(server, 'Alice')
  const [alice] = people
  assert.ok(alice !== undefined)
  const open = (count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        openRawSocket(alice.client, { localAddress: `127.0.0.${String(30 + (index % 3))}` }),
      ),
    )
  const all = await open(socketsUnauthenticatedMax)
  await settled(server, socketsUnauthenticatedMax)
  const [refused] = await open(1)
  assert.equal(await refused?.closeCode, 4429)
  for (const { socket } of all) socket.destroy()
  await settled(server, 0)
  using next = await SyncClient.open(alice.client, names.chat)
  assert.equal(next.has('granted'), true)
})

/** So many sockets are open, as the server counts them. */
async function settled(server: Readonly<{ port: number }>, count: number): Promise<void> {
  await until(
    async () => {
      const text = await (await fetch(`http://127.0.0.1:${String(server.port)}/metrics`)).text()
      return text.includes(`stoa_sockets_open ${String(count)}\n`)
    },
    `${String(count)} open sockets`,
  )
}
