/** How a server ends that is asked to: nothing acknowledged is lost, everybody is told, and it does not hang. */
import assert from 'node:assert/strict'
import { existsSync, statSync } from 'node:fs'
import test from 'node:test'
import { farewellAtMs } from '#server/front/farewell.ts'
import { databaseFile } from '#server/store/open.ts'
import { encodeAuth } from '#web/sync/frames.ts'
import { losesNothing } from '../crash/ended.ts'
import { Chance } from '../support/chance.ts'
import { save } from '../support/frames.ts'
import { withProcesses } from '../support/processes.ts'
import { clientFrame, opcodes, openRawSocket } from '../support/raw-socket.ts'
import { replicaOf, sayIn, seatedRoom } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'

/** What a supervisor waits before it kills. */
const endedWithinMs = 10_000

test('[W5] [D-02] SIGTERM loses nothing that was acknowledged, tells 1001, and leaves one whole file', async () => {
  await losesNothing({
    signal: 'SIGTERM',
    rounds: 6,
    chance: new Chance(1),
    onEnd({ closed, ended, dataDir }) {
      assert.equal(closed.code, 1001)
      assert.deepEqual(ended, { code: 0, signal: null })
      const wal = `${databaseFile(dataDir)}-wal`
      assert.ok(!existsSync(wal) || statSync(wal).size === 0, 'the write-ahead log was folded in')
    },
  })
})

test('[D-02] a client that never answers the close does not keep the process', () =>
  withProcesses(async (start) => {
    const server = start()
    const { people, names } = await seatedRoom(await server.ready(), 'Alice')
    const [alice] = people
    assert.ok(alice !== undefined)
    using deaf = await openRawSocket(alice.client)
    deaf.socket.write(clientFrame(opcodes.binary, encodeAuth(names.chat)))
    await deaf.frame(opcodes.binary)
    const askedAtMs = performance.now()
    server.child.kill('SIGTERM')
    assert.deepEqual(await server.ended, { code: 0, signal: null })
    assert.ok(performance.now() - askedAtMs < endedWithinMs)
    assert.equal(await deaf.closeCode, 1001)
  }))

test('[D-02] a second signal ends it at once', () =>
  withProcesses(async (start) => {
    const server = start()
    const { people, names } = await seatedRoom(await server.ready(), 'Alice')
    const [alice] = people
    assert.ok(alice !== undefined)
    using deaf = await openRawSocket(alice.client)
    deaf.socket.write(clientFrame(opcodes.binary, encodeAuth(names.chat)))
    await deaf.frame(opcodes.binary)
    server.child.kill('SIGTERM')
    // It now waits for an answer that does not come.
    await deaf.frame(opcodes.close)
    server.child.kill('SIGTERM')
    assert.deepEqual(await server.ended, { code: 143, signal: null })
  }))

test('[W1] [D-02] sockets go one after another, and the last is served until its turn comes', async () => {
  await using server = await startTestServer()
  const { people, names } = await seatedRoom(server, 'Alice')
  const [alice] = people
  assert.ok(alice !== undefined)
  const clients: SyncClient[] = []
  for (let count = 0; count < 60; count += 1) clients.push(await SyncClient.open(alice.client, names.chat))
  const [first, last] = [clients[0], clients.at(-1)]
  assert.ok(first !== undefined && last !== undefined)
  const stopped = server.stop()
  assert.equal((await first.closed).code, 1001)
  await save(last, names.chat, sayIn(replicaOf(alice.seat), alice.seat, 'Just in time').update)
  await assert.rejects(SyncClient.connect(alice.client), 'nobody new is let in')
  const codes = await Promise.all(clients.map(async ({ closed }) => (await closed).code))
  assert.deepEqual(new Set(codes), new Set([1001]))
  await stopped
})

test('[D-02] however many sockets there are, the last one goes within two seconds of the first', () => {
  for (const count of [1, 2, 50, 1_000, 100_000]) {
    const times = Array.from({ length: count }, (_, index) => farewellAtMs(index, count))
    assert.equal(times[0], 0)
    assert.ok(times.every((atMs, index) => index === 0 || atMs > (times[index - 1] ?? 0)))
    assert.ok((times.at(-1) ?? 0) < 2_000)
  }
})
