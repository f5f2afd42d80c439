/** What the server counts, who may read it, and whether it says that it can do its work. */
import assert from 'node:assert/strict'
import { request, type IncomingHttpHeaders } from 'node:http'
import test from 'node:test'
import type { Config } from '#server/config.ts'
import { Lag } from '#server/front/lag.ts'
import { createLog } from '#server/log.ts'
import { createMetrics } from '#server/metrics.ts'
import { startServer, type RunningServer } from '#server/start.ts'
import { paths } from '#shared/http.ts'
import { TestClient } from '../support/client.ts'
import { inDatabase } from '../support/database.ts'
import { presenceFrame, save, whole } from '../support/frames.ts'
import { replicaOf, sayIn, seatedRoom } from '../support/seated.ts'
import { makeDataFolder, removeFolder, startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'
import { encodeUpdate } from '#web/sync/frames.ts'

const token = 'a-token-of-twenty-eight-chars'

async function withServer(config: Partial<Config>, work: (server: RunningServer) => Promise<void>) {
  const dataDir = await makeDataFolder()
  try {
    await using server = await startServer(
      { host: '127.0.0.1', port: 0, dataDir, publicOrigin: null, logLevel: 'silent', ...config },
      { log: createLog('silent'), webFolder: null },
    )
    await work(server)
  } finally {
    await removeFolder(dataDir)
  }
}

type Read = Readonly<{ status: number; headers: IncomingHttpHeaders; body: string }>

/** With any headers, also those that fetch sets itself. */
function read(port: number, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Read> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
      })
    })
      .on('error', reject)
      .end()
  })
}

/** Every sample by its name and labels. */
async function samples(
  port: number,
  headers?: Readonly<Record<string, string>>,
): Promise<Map<string, number>> {
  const { status, body } = await read(port, '/metrics', headers)
  assert.equal(status, 200)
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}

test('[H-19] the metrics are open to this machine; to anyone else they are as any unknown path', () =>
  withServer({ metricsToken: token }, async ({ port }) => {
    const here = await read(port, '/metrics')
    assert.equal(here.status, 200)
    assert.match(here.headers['content-type'] ?? '', /^text\/plain; version=0\.0\.4/)
    assert.equal(here.headers['cache-control'], 'no-store')
    const unknown = await read(port, '/metricz', { 'x-forwarded-for': '192.0.2.1' })
    assert.equal(unknown.status, 404)
    for (const headers of [
      { 'x-forwarded-for': '192.0.2.1' },
      { forwarded: 'for=192.0.2.1' },
      { via: '1.1 proxy' },
      { host: 'evil.example' },
      { host: 'evil.example', authorization: 'Bearer ' },
      { host: 'evil.example', authorization: token },
      { host: 'evil.example', authorization: `Bearer ${token}x` },
      { host: 'evil.example', authorization: `Bearer ${token.slice(1)}` },
    ]) {
      const answer = await read(port, '/metrics', headers)
      assert.deepEqual([answer.status, answer.body], [404, unknown.body], JSON.stringify(headers))
      assert.deepEqual({ ...answer.headers, date: '' }, { ...unknown.headers, date: '' })
    }
    const elsewhere = { host: 'meet.example.org', authorization: `Bearer ${token}` }
    assert.equal((await read(port, '/metrics', elsewhere)).status, 200)
  }))

test('[H-19] behind a proxy, where everybody comes from this machine, only the token opens the metrics', async () => {
  const publicOrigin = 'https://meet.example.org'
  await withServer({ publicOrigin, metricsToken: token }, async ({ port }) => {
    assert.equal((await read(port, '/metrics')).status, 404)
    assert.equal((await read(port, '/metrics', { authorization: `Bearer ${token}` })).status, 200)
  })
  await withServer({ publicOrigin }, async ({ port }) => {
    assert.equal((await read(port, '/metrics', { authorization: 'Bearer undefined' })).status, 404)
  })
})

test('[H-19] what happens is counted, and nothing that anyone has said is in it', async () => {
  await using server = await startTestServer()
  const { people, names } = await seatedRoom(server, 'Alice', 'Bob')
  const [alice, bob] = people
  assert.ok(alice !== undefined && bob !== undefined)
  using writer = await SyncClient.open(alice.client, names.room, names.chat)
  const page = replicaOf(alice.seat)
  writer.send(presenceFrame(names.room, [{ clientId: page.clientID, clock: 1, state: {} }]))
  const { update } = sayIn(page, alice.seat, 'Hello')
  await save(writer, names.chat, update)

  const before = await samples(server.port)
  const value = (name: string) => before.get(`stoa_${name}`) ?? assert.fail(name)
  assert.equal(value('sockets_open'), 1)
  assert.equal(value('rooms_present'), 1)
  assert.equal(value('documents_open'), 2)
  assert.equal(value('updates_total'), 1)
  assert.ok(value('log_rows_total') > 1, 'the stamp is a row as well')
  assert.ok(value('log_bytes_total') > update.length)
  assert.equal(value('presence_frames_total'), 1)
  assert.ok(value('commit_seconds_count') >= 1 && value('commit_seconds_sum') > 0)
  assert.ok(value('event_loop_lag_seconds') >= 0)
  for (const kind of ['resident', 'heap', 'external']) assert.ok(value(`memory_bytes{kind="${kind}"}`) > 0)

  // Bob sends what only Alice may have written, and a stranger and a lost one come by.
  using forger = await SyncClient.open(bob.client, names.chat)
  forger.send(encodeUpdate(names.chat, sayIn(replicaOf(alice.seat, 'chat', 7), alice.seat, 'Forged').update))
  assert.equal((await forger.closed).code, 4422)
  using stranger = await SyncClient.connect(new TestClient(server))
  assert.equal((await stranger.closed).code, 4401)
  await read(server.port, '/api/nothing')

  const after = await samples(server.port)
  assert.equal(after.get('stoa_refusals_total{code="update-refused"}'), 1)
  assert.equal(after.get('stoa_refusals_total{code="signed-out"}'), 1)
  assert.equal(after.get('stoa_refusals_total{code="not-found"}'), 1)
  assert.equal(after.get('stoa_socket_closes_total{code="4422"}'), 1)
  assert.equal(after.get('stoa_socket_closes_total{code="4401"}'), 1)
  const reasons = [...after].filter(([name]) => name.startsWith('stoa_updates_refused_total{reason='))
  assert.deepEqual(
    reasons.map(([, count]) => count),
    [1],
  )
  const { body } = await read(server.port, '/metrics')
  for (const secret of ['Alice', 'Bob', 'Hello', alice.answer.room.id, alice.personId, '127.0.0.1'])
    assert.ok(!body.includes(secret), secret)
})

test('[H-19] close codes that only a client would say are one label', async () => {
  const { meters, text } = createMetrics()
  for (let code = 3_000; code < 5_000; code += 1) meters.socketClosed(code)
  const none = { sockets: 0, waitingSize: 0, rooms: 0, documents: 0, lagMs: 0 }
  const lines = (await text({ ...none, files: 0, filesSize: 0, filesReceived: 0 }))
    .split('\n')
    .filter((line) => line.startsWith('stoa_socket_closes_total{'))
  assert.ok(lines.length < 20, lines.join('\n'))
  assert.ok(lines.some((line) => line.startsWith('stoa_socket_closes_total{code="other"} 19')))
})

test('[W5] a server that cannot save says so, and is ready again by itself, without waiting for anybody', async () => {
  await using server = await startTestServer()
  const { people, names } = await seatedRoom(server, 'Alice')
  const [alice] = people
  assert.ok(alice !== undefined)
  using writer = await SyncClient.open(alice.client, names.chat)
  await whole(writer, names.chat)
  inDatabase(server.dataDir, (db) =>
    db.exec(`CREATE TRIGGER log_fails BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'no space'); END`),
  )
  writer.send(encodeUpdate(names.chat, sayIn(replicaOf(alice.seat), alice.seat, 'Not on disk').update))
  const health = () => new TestClient(server).send('GET', paths.health)
  const failed = await until(async () => {
    const answer = await health()
    return answer.status === 503 && answer
  }, 'the server to say that it cannot save')
  assert.deepEqual(failed.body, { isAlive: true, isReady: false, reasons: ['storage-failed'] })
  assert.equal((await writer.closed).code, 4503)
  assert.equal((await samples(server.port)).get('stoa_commit_failures_total'), 1)
  inDatabase(server.dataDir, (db) => db.exec('DROP TRIGGER log_fails'))
  await until(async () => (await health()).status === 200, 'the server to be ready again')
})

test('[W5] a server that was blocked says so for a while', async () => {
  await using server = await startTestServer()
  const health = () => new TestClient(server).send('GET', paths.health)
  assert.equal((await health()).status, 200)
  const blockedUntilMs = performance.now() + 1_500
  while (performance.now() < blockedUntilMs);
  const { status, body } = await health()
  assert.equal(status, 503)
  assert.deepEqual(body, { isAlive: true, isReady: false, reasons: ['event-loop-blocked'] })
  assert.ok(((await samples(server.port)).get('stoa_event_loop_lag_seconds') ?? 0) > 1)
  await until(async () => (await health()).status === 200, 'the server to be ready again')
})

test('[W5] lateness is remembered for a while, then forgotten', () => {
  const lag = new Lag(0)
  for (let atMs = 250; atMs <= 1_000; atMs += 250) lag.tick(atMs)
  assert.equal(lag.worstMs(1_000), 0)
  assert.equal(lag.worstMs(3_250), 2_000, 'also before the timer has come to it')
  lag.tick(3_250)
  assert.equal(lag.worstMs(3_250), 2_000)
  for (let atMs = 3_500; atMs <= 5_500; atMs += 250) lag.tick(atMs)
  assert.equal(lag.worstMs(5_500), 2_000)
  for (let atMs = 5_750; atMs <= 8_750; atMs += 250) lag.tick(atMs)
  assert.equal(lag.worstMs(8_750), 0)
})
