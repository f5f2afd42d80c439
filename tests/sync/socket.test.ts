/** The socket of a real server: who gets one, what it speaks, and why it ends. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import * as Y from 'yjs'
import { documentsPerSocketMax, stateVectorSizeMax, syncRequestsPerTenSecondsMax } from '#shared/limits.ts'
import { frameTypes, syncTypes } from '#shared/wire/frames.ts'
import { encodeAsk, encodeAuth, encodeUpdate } from '#web/sync/frames.ts'
import { TestClient } from '../support/client.ts'
import { anyFrame, syncFrame } from '../support/frames.ts'
import { replicaOf, sayIn, seatedRoom } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'

const server = await startTestServer()
const { people, names } = await seatedRoom(server, 'Alice', 'Bob')
const [alice, bob] = people
assert.ok(alice !== undefined && bob !== undefined)
after(() => server[Symbol.asyncDispose]())

/** Sends the frame on a new socket that has the chat open, and says how it ended. */
async function closeCodeAfter(...frames: readonly (Uint8Array | string)[]): Promise<number> {
  using client = await SyncClient.open(alice!.client, names.chat)
  for (const frame of frames) client.send(frame)
  return (await client.closed).code
}

/** After whatever was done to it the server still serves. */
async function isAlive(): Promise<void> {
  using client = await SyncClient.open(bob!.client, names.chat)
  client.send(encodeAsk(names.chat, replicaOf(bob!.seat)))
  await client.frame(names.chat, 'state')
}

test('[W1] [H-02] a socket without a session is told 4401', async () => {
  using client = await SyncClient.connect(new TestClient(server))
  assert.equal((await client.closed).code, 4401)
})

test('[H-04] malformed cookies are no session, and no fault', async () => {
  for (const cookie of ['%E0%A4%A', 'stoa_session=%E0%A4%A', `stoa_session=${'x'.repeat(4_000)}`, ';;;=']) {
    const stranger = new TestClient(server)
    stranger.cookie = cookie
    using client = await SyncClient.connect(stranger)
    assert.equal((await client.closed).code, 4401, cookie.slice(0, 30))
  }
})

test('[H-01] [H-02] another site’s page, and one that hides where it is from, get no socket', async () => {
  const port = String(server.port)
  for (const origin of [
    '',
    'null',
    'http://localhost:1',
    `http://localhost:${port}.evil.example`,
    `http://evil.example@localhost:${port}`,
    `https://localhost:${port}`,
    `http://evil.example`,
  ]) {
    await assert.rejects(SyncClient.connect(alice.client, { origin }), /403/, origin)
  }
})

test('[W-01] bytes that are no frame end the socket with 4400', async () => {
  const random = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 60 }), { numRuns: 15, seed: 1 })
  for (const bytes of random) {
    const code = await closeCodeAfter(bytes, new Uint8Array([200, 1]))
    assert.ok([4400, 4403].includes(code), `${String(code)} after ${String(bytes)}`)
  }
  await isAlive()
})

test('[W-02] no part of a message is a message: each is refused, none acknowledged', async () => {
  const { update } = sayIn(replicaOf(alice.seat, 'chat', 77), alice.seat, 'Cut short')
  const whole = encodeUpdate(names.chat, update)
  const cuts = [1, 10, names.chat.length + 2, names.chat.length + 4, whole.length - 9, whole.length - 1]
  for (const cut of cuts) {
    using client = await SyncClient.open(alice.client, names.chat)
    client.send(whole.slice(0, cut))
    assert.ok([4400, 4403, 4422].includes((await client.closed).code))
    assert.equal(client.has('saved'), false)
  }
})

test('[W-02] a single byte is no update, and nothing is said of it on the console', async (context) => {
  const said = context.mock.method(console, 'error', () => undefined)
  for (const type of [syncTypes.step2, syncTypes.update])
    assert.equal(await closeCodeAfter(syncFrame(names.chat, type, new Uint8Array(1))), 4400)
  await isAlive()
  assert.equal(said.mock.callCount(), 0)
})

test('[W-04] a number that is longer than numbers are is refused', async () => {
  const long = new Uint8Array(12).fill(255)
  assert.equal(await closeCodeAfter(long), 4400)
  assert.equal(await closeCodeAfter(new Uint8Array([...encodeAuth(names.board).slice(0, -2), ...long])), 4400)
})

test('[W-05] a text frame ends the socket with 1003', async () => {
  assert.equal(await closeCodeAfter('words'), 1003)
})

test('[W-06] a frame over 1 MiB, or over 64 KiB before anything is open, ends the socket with 1009', async () => {
  assert.equal(await closeCodeAfter(new Uint8Array(1024 * 1024 + 1)), 1009)
  using client = await SyncClient.connect(alice.client)
  client.send(new Uint8Array(64 * 1024 + 1))
  assert.equal((await client.closed).code, 1009)
})

test('[D1] [W-07] what is no document’s name ends the socket with 4400', async () => {
  const roomId = alice.answer.room.id
  const wrong = [
    '',
    ' ',
    '__proto__',
    'constructor',
    '../x',
    `room/${roomId}/x`,
    `room/${roomId}x`,
    `chat/${roomId}`,
    `chat/${roomId}/01`,
    `chat/${roomId}/-1`,
    `board/${roomId}/‮`,
    `board/${roomId}/${'x'.repeat(65)}`,
    `chat/🦉/0`,
    'x'.repeat(60_000),
  ]
  for (const name of wrong) {
    using client = await SyncClient.connect(alice.client)
    client.send(encodeAuth(name))
    assert.equal((await client.closed).code, 4400, JSON.stringify(name.slice(0, 40)))
  }
})

test('[W2] an address may carry a session, of its alphabet and length', async () => {
  using client = await SyncClient.connect(alice.client)
  const address = `${names.chat}\0tab1`
  client.send(encodeAuth(address))
  await client.frame(address, 'granted')
  for (const session of ['', 'UPPER', 'x'.repeat(17), 'a\0b']) {
    assert.equal(await closeCodeAfter(encodeAuth(`${names.board}\0${session}`)), 4400, session)
  }
})

test('[W2] a document is open by its name or by sessions of it, never by both on one socket', async () => {
  assert.equal(await closeCodeAfter(encodeAuth(`${names.chat}\0tab1`)), 4400)
  using client = await SyncClient.open(alice.client, `${names.chat}\0tab1`, `${names.chat}\0tab2`)
  client.send(encodeAuth(names.chat))
  assert.equal((await client.closed).code, 4400)
})

test('[W-08] a frame for a document that is not open ends the socket with 4403', async () => {
  assert.equal(await closeCodeAfter(encodeAsk(names.board, replicaOf(alice.seat))), 4403)
})

test('[W-09] types that nobody sends end the socket with 4400', async () => {
  for (const type of [5, 6, 8, 9, 99, 2 ** 40]) {
    assert.equal(await closeCodeAfter(anyFrame(names.chat, type)), 4400, String(type))
  }
})

test('[R-02] a room one is not in, a room that is not there, and a page that is not there look the same', async () => {
  const eve = await TestClient.register(server, 'Eve')
  using client = await SyncClient.connect(eve)
  const unknown = `chat/${'A'.repeat(22)}/0`
  for (const name of [names.room, names.chat, names.board, unknown]) client.send(encodeAuth(name))
  for (const name of [names.room, names.chat, names.board, unknown]) {
    assert.deepEqual((await client.frame(name, 'denied')).reason, 'not-found')
  }
  using member = await SyncClient.connect(alice.client)
  const later = names.chat.replace(/0$/, '7')
  member.send(encodeAuth(later))
  assert.equal((await member.frame(later, 'denied')).reason, 'not-found')
})

test('[W-25] asking for everything again and again is answered a few times, then 4429', async () => {
  using client = await SyncClient.open(alice.client, names.chat)
  for (let count = 0; count < 50; count++) client.send(encodeAsk(names.chat, replicaOf(alice.seat)))
  assert.equal((await client.closed).code, 4429)
  const answers = client.received.filter(({ kind }) => kind === 'state').length
  assert.ok(answers <= syncRequestsPerTenSecondsMax, String(answers))
})

test('[W-26] a state vector that is too large, or is none, ends the socket with 4400', async () => {
  const clients = new Map(Array.from({ length: 4_000 }, (_, index) => [2 ** 40 + index, 1]))
  const vector = Y.encodeStateVector(clients)
  assert.ok(vector.length > stateVectorSizeMax)
  assert.equal(await closeCodeAfter(syncFrame(names.chat, syncTypes.step1, vector)), 4400)
  assert.equal(await closeCodeAfter(syncFrame(names.chat, syncTypes.step1, new Uint8Array([9, 1]))), 4400)
})

test('[W-27] one socket opens a bounded number of documents', async () => {
  using client = await SyncClient.connect(alice.client)
  for (let tab = 0; tab <= documentsPerSocketMax; tab++)
    client.send(encodeAuth(`${names.chat}\0t${String(tab)}`))
  assert.equal((await client.closed).code, 4429)
})

test('[W-28] a burst of frames without end is cut with 4429', async () => {
  using client = await SyncClient.open(alice.client, names.chat)
  const pong = new Uint8Array([frameTypes.pong])
  for (let count = 0; count < 2_000; count++) client.send(pong)
  assert.equal((await client.closed).code, 4429)
  await isAlive()
})

test('[W-20] a socket that opens nothing is closed with 4408', async () => {
  using client = await SyncClient.connect(alice.client)
  const { code } = await client.closed
  assert.equal(code, 4408)
})

test('[W3] a quiet client is asked for a sign of life', async () => {
  using client = await SyncClient.open(alice.client, names.chat)
  await until(
    () => client.bytes.some((bytes) => bytes.length === 1 && bytes[0] === frameTypes.ping),
    'a ping',
    20_000,
  )
})
