/** Files on a real server: bringing them, who gets them and as what, and when they go. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import test from 'node:test'
import { usualFilesConfig } from '#server/files/files-config.ts'
import type { FileHash } from '#shared/files/file.ts'
import type { BringFileResponse } from '#shared/files/http.ts'
import { filePaths, offsetHeader, pieceType } from '#shared/files/paths.ts'
import { filePieceSizeMax, uploadLifeMs } from '#shared/limits.ts'
import { assertRefused } from '../support/answers.ts'
import { TestClient } from '../support/client.ts'
import { testClock } from '../support/clock.ts'
import { begin, bringFile, fetchFile, filesIn, hashOf, pngHead, sendPiece } from '../support/files.ts'
import { withProcesses } from '../support/processes.ts'
import { startTestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const megabyte = 1024 * 1024

async function aliceAndRoom(server: Readonly<{ origin: string }>) {
  const alice = await TestClient.register(server, 'Alice')
  const { room, seat } = await alice.createRoom('Garden', 'invite')
  return { alice, roomId: room.id, seat }
}

test('[FI1] [FI2] a file is brought in pieces, goes on where it was cut, and lies under the hash of its bytes', async () => {
  await using server = await startTestServer()
  const { alice, roomId } = await aliceAndRoom(server)
  const bytes = randomBytes(300_000)
  const hash = hashOf(bytes)
  assert.deepEqual((await begin(alice, roomId, bytes)).body, { received: 0, isWhole: false })
  const first = await sendPiece(alice, roomId, hash, 0, bytes.subarray(0, 100_000))
  assert.deepEqual(first.body, { received: 100_000, isWhole: false })
  for (const elsewhere of [0, 200_000]) {
    const { body } = await sendPiece(alice, roomId, hash, elsewhere, bytes.subarray(elsewhere))
    assert.deepEqual(body, { received: 100_000, isWhole: false }, 'it adds nothing')
  }
  assert.deepEqual((await begin(alice, roomId, bytes)).body, { received: 100_000, isWhole: false })
  const last = await sendPiece(alice, roomId, hash, 100_000, bytes.subarray(100_000))
  assert.deepEqual(last.body, { received: 300_000, isWhole: true })
  assert.deepEqual((await begin(alice, roomId, bytes)).body, { received: 300_000, isWhole: true })
  assert.deepEqual(filesIn(server.dataDir), [join(hash.slice(0, 2), hash)])
  const got = await fetchFile(alice, roomId, hash)
  assert.deepEqual(Buffer.from(await got.arrayBuffer()), bytes)
})

test('[FI2] [U-05] what is cut in the middle of a piece goes on from the last byte, and is no file before', async () => {
  await using server = await startTestServer()
  const { alice, roomId } = await aliceAndRoom(server)
  const bytes = randomBytes(200_000)
  const hash = hashOf(bytes)
  await begin(alice, roomId, bytes)
  const socket = connect(server.port, '127.0.0.1')
  socket.write(
    [
      `PUT ${filePaths.file(roomId, hash)} HTTP/1.1`,
      `Host: localhost:${String(server.port)}`,
      `Origin: ${alice.origin}`,
      `Cookie: ${alice.cookie}`,
      `Content-Type: ${pieceType}`,
      `${offsetHeader}: 0`,
      `Content-Length: ${String(bytes.length)}`,
      '',
      '',
    ].join('\r\n'),
  )
  socket.write(bytes.subarray(0, 70_000))
  const received = async () => ((await begin(alice, roomId, bytes)).body as BringFileResponse).received
  await until(() => {
    const [name = ''] = filesIn(server.dataDir)
    return name !== '' && statSync(join(server.dataDir, 'files', name)).size === 70_000
  }, 'what came to be written')
  assert.equal((await fetchFile(alice, roomId, hash)).status, 404, 'half of it is nothing')
  // Not even reset: as when the network just goes away. Whoever asks takes over.
  assert.equal(await received(), 70_000)
  const rest = await sendPiece(alice, roomId, hash, 70_000, bytes.subarray(70_000))
  assert.deepEqual(rest.body, { received: 200_000, isWhole: true })
  socket.destroy()
})

test('[FI2] [U-05] a server that is killed in the middle goes on from there when it is back', () =>
  withProcesses(async (start, dataDir) => {
    const bytes = randomBytes(3 * megabyte)
    const hash = hashOf(bytes)
    const first = start()
    const before = await first.ready()
    const { alice, roomId } = await aliceAndRoom(before)
    await begin(alice, roomId, bytes)
    await sendPiece(alice, roomId, hash, 0, bytes.subarray(0, megabyte))
    first.child.kill('SIGKILL')
    await first.ended
    assert.equal(existsSync(join(dataDir, 'files', hash.slice(0, 2))), false)

    const { origin } = await start().ready()
    const again = new TestClient({ origin })
    again.cookie = alice.cookie
    assert.deepEqual((await begin(again, roomId, bytes)).body, { received: megabyte, isWhole: false })
    const rest = await sendPiece(again, roomId, hash, megabyte, bytes.subarray(megabyte))
    assert.deepEqual(rest.body, { received: bytes.length, isWhole: true })
    assert.equal((await fetchFile(again, roomId, hash)).status, 200)
  }))

test('[U-05] bytes that are not those that were said leave nothing, and nor does what stays in part', async () => {
  const clock = testClock()
  await using server = await startTestServer({ clock })
  const { alice, roomId } = await aliceAndRoom(server)
  const [said, sent] = [randomBytes(1_000), randomBytes(1_000)]
  await begin(alice, roomId, said)
  assertRefused(await sendPiece(alice, roomId, hashOf(said), 0, sent), 'request-malformed')
  assert.deepEqual(filesIn(server.dataDir), [])
  assertRefused(await sendPiece(alice, roomId, hashOf(said), 0, said), 'request-malformed')

  await begin(alice, roomId, said)
  assertRefused(await sendPiece(alice, roomId, hashOf(said), 0, randomBytes(1_001)), 'request-too-large')
  await sendPiece(alice, roomId, hashOf(said), 0, said.subarray(0, 500))
  await alice.ask('DELETE', filePaths.file(roomId, hashOf(said)))
  assert.deepEqual(filesIn(server.dataDir), [])

  await begin(alice, roomId, said)
  await sendPiece(alice, roomId, hashOf(said), 0, said.subarray(0, 500))
  assert.equal(filesIn(server.dataDir).length, 1)
  await server.stop()
  clock.advance(uploadLifeMs + 1)
  await using later = await startTestServer({ clock, dataDir: server.dataDir })
  assert.deepEqual(filesIn(later.dataDir), [])
})

test('[FI3] a file is there for the people of a room who brought it, and knowing its hash gives nothing', async () => {
  await using server = await startTestServer()
  const { alice, roomId } = await aliceAndRoom(server)
  const bytes = pngHead(4, 4)
  const hash = await bringFile(alice, roomId, bytes)
  const { token } = await alice.invite(roomId)
  const guest = await TestClient.guest(server, token, 'Gus')
  assert.equal((await fetchFile(guest, roomId, hash)).status, 200)
  const stranger = new TestClient(server)
  assert.equal((await fetchFile(stranger, roomId, hash)).status, 401)
  assert.equal((await begin(stranger, roomId, bytes)).status, 401)

  const mallory = await TestClient.register(server, 'Mallory')
  const { room: own } = await mallory.createRoom()
  for (const [id, wanted] of [
    [roomId, hash],
    [own.id, hash],
    [roomId, 'f'.repeat(64)],
    [roomId, '..%2f..%2fstoa.db'],
  ] as const) {
    const answer = await mallory.send('GET', filePaths.file(id, wanted as FileHash))
    assertRefused(answer, 'not-found')
  }
  assertRefused(await begin(mallory, roomId, bytes), 'not-found')
  assertRefused(await sendPiece(mallory, roomId, hash, 0, bytes), 'not-found')
  // In a room of their own they have to bring every byte, although the server has them.
  assert.deepEqual((await begin(mallory, own.id, bytes)).body, { received: 0, isWhole: false })
  assert.equal((await fetchFile(mallory, own.id, hash)).status, 404)
  await sendPiece(mallory, own.id, hash, 0, bytes)
  assert.equal((await fetchFile(mallory, own.id, hash)).status, 200)
  assert.equal(filesIn(server.dataDir).length, 1, 'the same bytes lie there once')

  await guest.ask('POST', `/api/rooms/${roomId}/leave`)
  assert.equal((await fetchFile(guest, roomId, hash)).status, 404)
})

test('[FI6] [U-01] whatever it is called, only pictures, sound and film keep a type, and nothing is ever a page', async () => {
  await using server = await startTestServer()
  const { alice, roomId } = await aliceAndRoom(server)
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
  const page = '<!doctype html><script>alert(1)</script>'
  for (const [bytes, type] of [
    [Buffer.from(svg), 'application/octet-stream'],
    [Buffer.from(page), 'application/octet-stream'],
    [Buffer.concat([Buffer.from('\n'), pngHead(2, 2)]), 'application/octet-stream'],
    [pngHead(2, 2), 'image/png'],
  ] as const) {
    const { headers } = await fetchFile(alice, roomId, await bringFile(alice, roomId, bytes), {
      accept: 'text/html,image/svg+xml',
    })
    assert.equal(headers.get('content-type'), type)
    assert.equal(headers.get('content-disposition'), 'attachment')
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('content-security-policy'), "default-src 'none'; sandbox")
    assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin')
    assert.match(headers.get('cache-control') ?? '', /^private, .*immutable$/)
  }
})

test('[U-02] a picture of more than 50 megapixels is kept, and given to nobody’s decoder', async () => {
  await using server = await startTestServer()
  const { alice, roomId } = await aliceAndRoom(server)
  const bomb = await bringFile(alice, roomId, pngHead(30_000, 30_000))
  const { headers } = await fetchFile(alice, roomId, bomb)
  assert.equal(headers.get('content-type'), 'application/octet-stream')
})

test('[FI6] ranges are given as they are asked for, and nothing is sent again that is known', async () => {
  await using server = await startTestServer()
  const { alice, roomId } = await aliceAndRoom(server)
  const bytes = randomBytes(1_000)
  const hash = await bringFile(alice, roomId, bytes)
  const ranges: [string, number, number, number][] = [
    ['bytes=0-0', 206, 0, 1],
    ['bytes=10-19', 206, 10, 20],
    ['bytes=990-', 206, 990, 1_000],
    ['bytes=-5', 206, 995, 1_000],
    ['bytes=0-999999', 206, 0, 1_000],
    ['bytes=5-2', 200, 0, 1_000],
    ['bytes=0-1,4-5', 200, 0, 1_000],
    ['lines=1-2', 200, 0, 1_000],
  ]
  for (const [range, status, from, to] of ranges) {
    const answer = await fetchFile(alice, roomId, hash, { range })
    assert.equal(answer.status, status, range)
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), bytes.subarray(from, to), range)
    assert.equal(answer.headers.get('content-length'), String(to - from), range)
  }
  const beyond = await fetchFile(alice, roomId, hash, { range: 'bytes=1000-' })
  assert.deepEqual([beyond.status, beyond.headers.get('content-range')], [416, 'bytes */1000'])
  const known = await fetchFile(alice, roomId, hash, { 'if-none-match': `"${hash}"` })
  assert.equal(known.status, 304)
  const head = await alice.send('HEAD', filePaths.file(roomId, hash))
  assert.deepEqual([head.status, head.headers.get('content-length')], [200, '1000'])
})

test('[U-04] nobody takes more than a person, a room or the server has, also not with what is only begun', async () => {
  const files = { ...usualFilesConfig, fileSizeMax: megabyte, personSizeMax: 3 * megabyte }
  await using server = await startTestServer({
    files: { ...files, roomSizeMax: 4 * megabyte, serverSizeMax: 5 * megabyte },
  })
  const { alice, roomId } = await aliceAndRoom(server)
  const sized = (size: number) => randomBytes(size)
  assertRefused(await begin(alice, roomId, sized(megabyte + 1)), 'file-too-large')
  const brought = await bringFile(alice, roomId, sized(megabyte))
  assert.equal((await begin(alice, roomId, sized(megabyte))).status, 200)
  assert.equal((await begin(alice, roomId, sized(megabyte))).status, 200)
  assertRefused(await begin(alice, roomId, sized(1)), 'files-full')
  assert.equal((await fetchFile(alice, roomId, brought)).status, 200)

  const bob = await TestClient.register(server, 'Bob')
  const { token } = await alice.invite(roomId)
  await bob.accept(token, {})
  assert.equal((await begin(bob, roomId, sized(megabyte))).status, 200)
  assertRefused(await begin(bob, roomId, sized(1)), 'files-full')
  const { room: own } = await bob.createRoom()
  assert.equal((await begin(bob, own.id, sized(megabyte))).status, 200)
  assertRefused(await begin(bob, own.id, sized(1)), 'files-full')
})

test('[U-04] a piece has a size, and nobody says less than they send', async () => {
  await using server = await startTestServer()
  const { alice, roomId } = await aliceAndRoom(server)
  const bytes = randomBytes(filePieceSizeMax + 1)
  await begin(alice, roomId, bytes)
  assertRefused(await sendPiece(alice, roomId, hashOf(bytes), 0, bytes), 'request-too-large')
  for (const body of [{}, { hash: 'x', size: 1 }, { hash: hashOf(bytes), size: 0 }, { hash: 1, size: 1.5 }])
    assertRefused(await alice.send('POST', filePaths.files(roomId), { body }), 'request-malformed')
})

test('[U-03] nothing that people call a file becomes a path', async () => {
  await using server = await startTestServer()
  const { alice, roomId } = await aliceAndRoom(server)
  for (const name of ['..%2F..%2Fx', '%00', 'x'.repeat(300), '..', `${'a'.repeat(63)}%2F`]) {
    const path = `${filePaths.files(roomId)}/${name}`
    const headers = { 'content-type': pieceType, [offsetHeader]: '0' }
    assert.notEqual((await alice.send('PUT', path, { body: Buffer.from('x'), headers })).status, 200, name)
    assert.notEqual((await alice.send('GET', path)).status, 200, name)
  }
  assert.deepEqual(filesIn(server.dataDir), [])
})

test('[H-02] [H-03] bytes are taken only at a file’s own path, and only from our own pages', async () => {
  await using server = await startTestServer()
  const { alice, roomId } = await aliceAndRoom(server)
  const bytes = randomBytes(10)
  await begin(alice, roomId, bytes)
  const path = filePaths.file(roomId, hashOf(bytes))
  const piece = { 'content-type': pieceType, [offsetHeader]: '0' }
  for (const origin of [null, 'https://evil.example'])
    assertRefused(
      await alice.send('PUT', path, { body: bytes, headers: { ...piece, origin } }),
      'origin-refused',
    )
  assertRefused(await alice.send('POST', path, { body: bytes, headers: piece }), 'request-not-json')
  const read = await alice.send('PUT', `/api/rooms/${roomId}/read`, { body: bytes, headers: piece })
  assertRefused(read, 'request-not-json')
  assertRefused(
    await alice.send('PUT', path, { body: bytes, headers: { ...piece, 'content-type': 'text/plain' } }),
    'request-not-json',
  )
})
