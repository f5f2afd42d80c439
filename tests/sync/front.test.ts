/** The socket below its frames: bytes that are no WebSocket's, floods, and clients that do not read or answer. */
import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import { after, mock, test } from 'node:test'
import * as Y from 'yjs'
import {
  pingIntervalMs,
  pingTimeoutMs,
  socketBuffersSizeMax,
  socketBufferSizeMax,
  socketsPerAddressMax,
} from '#shared/limits.ts'
import { packPoints } from '#shared/board/points.ts'
import { encodeAsk, encodeAuth } from '#web/sync/frames.ts'
import { lastPresence, presenceFrame, save } from '../support/frames.ts'
import { statusOf } from '../support/raw.ts'
import { clientFrame, opcodes, openRawSocket, type RawSocket } from '../support/raw-socket.ts'
import { changeOf, replicaOf, seatedRoom, type Seated } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'

const server = await startTestServer()
const { people, names } = await seatedRoom(server, 'Alice', 'Bob')
const [alice, bob] = people
assert.ok(alice !== undefined && bob !== undefined)
after(() => server[Symbol.asyncDispose]())

/** Upgraded, and with this document open. */
async function openWith(name: string, localAddress = '127.0.0.1'): Promise<RawSocket> {
  const raw = await openRawSocket(alice!.client, { localAddress })
  raw.socket.write(clientFrame(opcodes.binary, encodeAuth(name)))
  await raw.frame(opcodes.binary)
  return raw
}

/** How a socket ends after these bytes. */
async function closeCodeAfter(...bytes: readonly Uint8Array[]): Promise<number | null> {
  using raw = await openWith(names.chat)
  raw.socket.write(Buffer.concat(bytes))
  return await raw.closeCode
}

/** A sample of /metrics; 0 if nothing of it was counted yet. */
async function sample(name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${String(server.port)}/metrics`)).text()
  const line = text.split('\n').find((each) => each.startsWith(`stoa_${name} `))
  return Number(line?.split(' ').at(-1) ?? 0)
}

async function isAlive(): Promise<void> {
  using client = await SyncClient.open(bob!.client, names.chat)
  client.send(encodeAsk(names.chat, replicaOf(bob!.seat)))
  await client.frame(names.chat, 'state')
}

test('[W-10] what is no WebSocket’s ends the socket with 1002', async () => {
  const { binary, close, ping, text } = opcodes
  const cases: Record<string, Buffer> = {
    'a reserved opcode': clientFrame(3, 'x'),
    'a reserved control opcode': clientFrame(11),
    'the first reserved bit, which compression would use': clientFrame(binary, 'x', { reserved: 4 }),
    'the other reserved bits': clientFrame(binary, 'x', { reserved: 3 }),
    'no mask': clientFrame(binary, 'x', { isMasked: false }),
    'a long control frame': clientFrame(ping, 'x'.repeat(126)),
    'a control frame in parts': clientFrame(ping, 'x', { isFinal: false }),
    'a continuation of nothing': clientFrame(opcodes.continuation, 'x'),
    'a message within a message': Buffer.concat([
      clientFrame(binary, 'x', { isFinal: false }),
      clientFrame(binary, 'x'),
    ]),
    'a close code that cannot be sent': clientFrame(close, Buffer.from([0x03, 0xed])),
    'a close frame of one byte': clientFrame(close, 'x'),
  }
  for (const [what, bytes] of Object.entries(cases)) assert.equal(await closeCodeAfter(bytes), 1002, what)
  const noText = Buffer.from([0xc3, 0x28])
  assert.equal(await closeCodeAfter(clientFrame(text, noText)), 1007)
  assert.equal(await closeCodeAfter(clientFrame(close, Buffer.from([0x03, 0xe8, ...noText]))), 1007)
  await isAlive()
})

test('[W-10] the close frame arrives though the client goes on sending', async () => {
  const more = clientFrame(opcodes.binary, Buffer.alloc(4_000))
  const code = await closeCodeAfter(clientFrame(3, 'x'), ...Array.from({ length: 100 }, () => more))
  assert.equal(code, 1002)
})

test('[W-11] a message in more than 64 parts ends the socket with 1008', async () => {
  const part = clientFrame(opcodes.continuation, 'x', { isFinal: false })
  const first = clientFrame(opcodes.binary, 'x', { isFinal: false })
  assert.equal(await closeCodeAfter(first, ...Array.from({ length: 16_384 }, () => part)), 1008)
  // Also of nothing: empty parts cost as much.
  const empty = clientFrame(opcodes.continuation, '', { isFinal: false })
  assert.equal(await closeCodeAfter(first, ...Array.from({ length: 64 }, () => empty)), 1008)
  await isAlive()
})

test('[W-11] a message in 64 parts is one message', async () => {
  const asked = Buffer.from(encodeAsk(names.chat, replicaOf(alice.seat)))
  using raw = await openRawSocket(alice.client)
  const auth = Buffer.from(encodeAuth(names.chat))
  const cuts = Array.from({ length: 64 }, (_, index) =>
    clientFrame(
      index === 0 ? opcodes.binary : opcodes.continuation,
      index === 63 ? auth.subarray(63) : auth.subarray(index, index + 1),
      { isFinal: index === 63 },
    ),
  )
  raw.socket.write(Buffer.concat([...cuts, clientFrame(opcodes.binary, asked)]))
  const answer = await raw.frame(opcodes.binary)
  assert.ok(answer.toString('latin1').includes(names.chat))
})

test('[W-12] a frame that claims more than it may have ends the socket before it comes', async () => {
  for (const claimedLength of [2 ** 20 + 1, 2 ** 32, 2 ** 52, Number.MAX_SAFE_INTEGER])
    assert.equal(
      await closeCodeAfter(clientFrame(opcodes.binary, 'x', { claimedLength })),
      1009,
      String(claimedLength),
    )
  await isAlive()
})

test('[W-13] pings and pongs without end, from a client that reads nothing, end the socket with 4429', async () => {
  for (const opcode of [opcodes.ping, opcodes.pong]) {
    using raw = await openWith(names.chat)
    const refused = await sample('refusals_total{code="too-many-requests"}')
    raw.socket.pause()
    const flood = Buffer.concat(Array.from({ length: 1_000 }, () => clientFrame(opcode, 'x'.repeat(125))))
    for (let count = 0; count < 20; count += 1) raw.socket.write(flood)
    await until(
      async () => (await sample('refusals_total{code="too-many-requests"}')) > refused,
      'the flood to be refused',
    )
    raw.socket.resume()
    assert.equal(await raw.closeCode, 4429)
  }
  // What is within the limit is answered as it should be.
  using honest = await openWith(names.chat)
  honest.socket.write(clientFrame(opcodes.ping, 'here?'))
  assert.equal((await honest.frame(opcodes.pong)).toString(), 'here?')
  await isAlive()
})

test('[W-19] compression is not agreed to, whatever is offered', async () => {
  for (const offer of [
    'permessage-deflate',
    'permessage-deflate; client_max_window_bits, x-webkit-deflate-frame',
  ]) {
    using raw = await openRawSocket(alice.client, { headers: `Sec-WebSocket-Extensions: ${offer}\r\n` })
    assert.equal(statusOf(raw.head), 101)
    assert.doesNotMatch(raw.head, /extensions/i)
  }
})

test('[W-21] one address has so many sockets; one more is told 429, and another address is not kept out', async () => {
  const localAddress = '127.0.0.9'
  await using ends = new AsyncDisposableStack()
  const sockets = await Promise.all(
    Array.from({ length: socketsPerAddressMax }, () => openRawSocket(alice.client, { localAddress })),
  )
  for (const raw of sockets) ends.use(raw)
  assert.ok(sockets.every(({ head }) => statusOf(head) === 101))
  const another = () =>
    openRawSocket(alice.client, { localAddress, headers: 'X-Forwarded-For: 192.0.2.7\r\n' })
  using refused = await another()
  assert.equal(statusOf(refused.head), 429)
  using elsewhere = await openRawSocket(alice.client)
  assert.equal(statusOf(elsewhere.head), 101)
  sockets[0]?.socket.destroy()
  await until(async () => {
    using raw = await another()
    return statusOf(raw.head) === 101
  }, 'the place of one that has gone')
})

test('[W-22] [A-07] three hundred sockets that fell silent are freed after 35 s, and their people go', async () => {
  using observer = await SyncClient.open(bob.client, names.room)
  await using ends = new AsyncDisposableStack()
  const before = await sample('sockets_open')
  const silent = await Promise.all(
    Array.from({ length: 300 }, (_, index) => openWith(names.room, `127.0.0.${String(10 + (index % 3))}`)),
  )
  for (const raw of silent) ends.use(raw)
  const page = replicaOf(alice.seat, 'room', 300)
  const here = presenceFrame(names.room, [{ clientId: page.clientID, clock: 1, state: {} }])
  silent[0]?.socket.write(clientFrame(opcodes.binary, here))
  await until(() => lastPresence(observer, page.clientID)?.state, 'Alice to be seen')
  assert.equal(await sample('sockets_open'), before + 300)

  const now = performance.now.bind(performance)
  let passedMs = 0
  const clock = mock.method(performance, 'now', () => now() + passedMs)
  ends.defer(() => {
    clock.mock.restore()
  })
  const pings = () => observer.bytes.filter((bytes) => bytes.length === 1).length
  for (const stepMs of Array<number>(2).fill(pingIntervalMs + 500)) {
    const asked = pings()
    passedMs += stepMs
    await until(() => pings() > asked, 'a ping to whoever is quiet')
    // An answer on this socket: the server has the pong as well.
    await observer.open(`${names.chat}\0s${String(asked)}`)
  }
  assert.equal(await sample('sockets_open'), before + 300, 'after twenty seconds nobody is given up yet')
  passedMs = pingTimeoutMs
  await until(async () => (await sample('sockets_open')) === before, 'the silent ones to be cut')
  await until(() => lastPresence(observer, page.clientID)?.state === null, 'Alice to be gone')
  assert.deepEqual(await Promise.all(silent.map(({ closeCode }) => closeCode)), Array(300).fill(null))
})

/** Draws so many strokes of about 100 kB. */
async function drawLarge(writer: SyncClient, { seat }: Seated, name: string, count: number): Promise<void> {
  const board = replicaOf(seat, 'board', 23)
  // Far to and fro, which packs badly: about 100 kB.
  const points = Array.from({ length: 12_000 }, (_, index) => [
    index % 2 === 0 ? 1e5 : -1e5,
    index % 2 === 0 ? -1e5 : 1e5,
    0.5,
  ])
  const row = { k: 'stroke', c: 0, w: 4, z: 'V', p: packPoints(points.flat(), false) }
  for (let index = 0; index < count; index += 1) {
    const id = `${seat.toString(36)}.big${String(index)}`
    const update = changeOf(board, () => {
      board.getMap('shapes').set(id, row)
    })
    await save(writer, name, update)
  }
}

test('[W-23] a reader that has stopped reading is cut at 8 MiB, and nobody else', async () => {
  using writer = await SyncClient.open(alice.client, names.board)
  await drawLarge(writer, alice, names.board, 24)
  // A few MB wait for whoever is slow …
  using slow = await openWith(names.board)
  slow.socket.pause()
  const ask = encodeAsk(names.board, replicaOf(alice.seat, 'board'))
  for (let count = 0; count < 3; count += 1) slow.socket.write(clientFrame(opcodes.binary, ask))
  await isAlive()
  slow.socket.resume()
  const wholeBoards = () => slow.frames(opcodes.binary).filter(({ length }) => length > 2_000_000).length
  await until(() => wholeBoards() === 3, 'the board, three times')

  // … and no more than that.
  const cut = await sample('socket_closes_total{code="1006"}')
  using raw = await openRawSocket(alice.client)
  raw.socket.pause()
  // The same board under many addresses, and asked for often: more than fits into what waits for this reader.
  for (let tab = 0; tab < 15; tab += 1) {
    const address = `${names.board}\0t${String(tab)}`
    raw.socket.write(clientFrame(opcodes.binary, encodeAuth(address)))
    for (let count = 0; count < 5; count += 1)
      raw.socket.write(clientFrame(opcodes.binary, encodeAsk(address, replicaOf(alice.seat, 'board'))))
  }
  await until(
    async () => (await sample('socket_closes_total{code="1006"}')) > cut,
    'the reader to be cut',
    30_000,
  )
  await isAlive()
  assert.equal(writer.has('ended'), false)
})

test('[W-24] readers that stop reading below their own 8 MiB have 96 MiB together, and nobody else is cut', async () => {
  const { people: others, names: there } = await seatedRoom(server, 'Carol')
  const [carol] = others
  assert.ok(carol !== undefined)
  using writer = await SyncClient.open(carol.client, there.board)
  await drawLarge(writer, carol, there.board, 6)
  const cut = await sample('socket_closes_total{code="1006"}')
  await using ends = new AsyncDisposableStack()
  let mostWaiting = 0
  for (let reader = 0; reader < 30; reader += 1) {
    const raw = ends.use(await openRawSocket(carol.client, { localAddress: '127.0.0.24' }))
    raw.socket.pause()
    const before = await sample('sockets_waiting_bytes')
    // The system takes some of it first. Under many addresses, because each may ask only so often.
    for (let ask = 0, waiting = before; waiting < before + 5e6 && ask < 15 * 6; ask += 1) {
      const address = `${there.board}\0t${String(ask % 15)}`
      if (ask < 15) raw.socket.write(clientFrame(opcodes.binary, encodeAuth(address)))
      raw.socket.write(clientFrame(opcodes.binary, encodeAsk(address, new Y.Doc())))
      waiting = await sample('sockets_waiting_bytes')
      assert.ok(waiting <= socketBuffersSizeMax, `${String(waiting)} bytes wait`)
      mostWaiting = Math.max(mostWaiting, waiting)
    }
  }
  assert.ok((await sample('socket_closes_total{code="1006"}')) > cut, 'some were cut')
  assert.ok(mostWaiting > socketBuffersSizeMax - socketBufferSizeMax, 'not by their own limit')
  await isAlive()
  assert.equal(writer.has('ended'), false)
})
