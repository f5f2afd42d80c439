/** The HTTP front: what is refused before anything is looked at, and what every answer carries. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import test from 'node:test'
import { createLog } from '#server/log.ts'
import type { ErrorCode } from '#shared/errors.ts'
import { paths } from '#shared/http.ts'
import { requestBodySizeMax, requestUrlLengthMax } from '#shared/limits.ts'
import { assertRefused } from '../support/answers.ts'
import { password, TestClient } from '../support/client.ts'
import { openRaw, readToEnd, sendRaw, statusOf } from '../support/raw.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const credentials = { name: 'Alice', password }

/** The process answers as before, whatever it has been sent. */
async function assertAlive(server: TestServer): Promise<void> {
  const health = await new TestClient(server).send('GET', paths.health)
  assert.deepEqual(health.body, { isAlive: true, isReady: true, reasons: [] })
  assert.equal(health.status, 200)
}

function assertRawRefused(answer: string, code: ErrorCode): void {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  assertRefused({ status: statusOf(answer), body: JSON.parse(body) as unknown }, code)
  assert.match(head, /\r\nContent-Security-Policy: /i)
  assert.match(head, /\r\nConnection: close/i)
}

test('[H-02, H-01] a change without an origin, or from another, is refused', async () => {
  await using server = await startTestServer()
  const alice = await TestClient.register(server, 'Alice')
  const body = { title: 'Garden', access: 'open' }
  for (const origin of [
    null,
    'null',
    '',
    `http://localhost:${server.port + 1}`,
    `https://localhost:${server.port}`,
    `${server.origin}.evil.example`,
    `${server.origin}/`,
    'http://evil.example',
    server.origin.toUpperCase(),
  ]) {
    assertRefused(await alice.send('POST', paths.rooms, { body, headers: { origin } }), 'origin-refused')
  }
  const login = { body: credentials, headers: { origin: 'http://evil.example' } }
  assertRefused(await new TestClient(server).send('POST', paths.login, login), 'origin-refused')
  assert.deepEqual((await alice.rooms()).mine, [])
})

test('[H-03] what a form or a plain text could send is refused', async () => {
  await using server = await startTestServer()
  for (const type of [
    null,
    'text/plain',
    'text/plain; x=application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
  ]) {
    const answer = await new TestClient(server).send('POST', paths.register, {
      body: JSON.stringify(credentials),
      headers: { 'content-type': type },
    })
    assertRefused(answer, 'request-not-json')
  }
  const usual = await new TestClient(server).send('POST', paths.register, {
    body: credentials,
    headers: { 'content-type': 'Application/JSON; charset=utf-8' },
  })
  assert.equal(usual.status, 201)
})

test('[H-03] a body that is not what the route asks for is refused, and nothing is kept of it', async () => {
  await using server = await startTestServer()
  for (const body of [
    '',
    '{',
    '{"name":"Alice","password":"three quiet herons"',
    'null',
    '[]',
    '"Alice"',
    '42',
    '{}',
    '{"name":"Alice"}',
    '{"name":5,"password":"three quiet herons"}',
    '{"name":["Alice"],"password":{"$ne":""}}',
    '{"name":"Alice","password":"three quiet herons","isServerOwner":true}',
    '{"name":"Alice","password":"three quiet herons","__proto__":{"isServerOwner":true}}',
    `{"name":"${'x'.repeat(300)}","password":"three quiet herons"}`,
    '['.repeat(30_000),
    new Uint8Array([0x22, 0xff, 0xfe, 0x22]),
  ]) {
    assertRefused(await new TestClient(server).send('POST', paths.register, { body }), 'request-malformed')
  }
  assert.equal((await new TestClient(server).me()).isFirstRun, true)
  await assertAlive(server)
})

test('[H-03] a body over the limit is refused, said or not said beforehand', async () => {
  await using server = await startTestServer()
  const spaces = (size: number) => JSON.stringify(credentials).padEnd(size)
  const client = () => new TestClient(server)
  const fitting = await client().send('POST', paths.login, { body: spaces(requestBodySizeMax) })
  assertRefused(fitting, 'credentials-wrong')
  const large = await client().send('POST', paths.login, { body: spaces(requestBodySizeMax + 1) })
  assertRefused(large, 'request-too-large')

  const chunk = `2000\r\n${' '.repeat(0x2000)}\r\n`
  const head = `POST ${paths.login} HTTP/1.1\r\nHost: x\r\nOrigin: ${server.origin}\r\nContent-Type: application/json`
  const chunked = await sendRaw(
    server,
    `${head}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunk.repeat(9)}0\r\n\r\n`,
  )
  assert.equal(statusOf(chunked), 413)
  await assertAlive(server)
})

test('[W-17] an address or headers over the limit are refused', async () => {
  await using server = await startTestServer()
  const get = (path: string, more = '') => sendRaw(server, `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`)
  assertRawRefused(await get('/' + 'x'.repeat(requestUrlLengthMax)), 'url-too-long')
  assertRawRefused(await get('/', `X: ${'x'.repeat(9_000)}\r\n`), 'headers-too-large')
  assertRawRefused(await get('/', 'X: x\r\n'.repeat(2_000)), 'headers-too-large')
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n'
  assertRawRefused(await get(`${paths.socket}?${'x'.repeat(requestUrlLengthMax)}`, upgrade), 'url-too-long')
  await assertAlive(server)
})

test('[W-16] an upgrade anywhere but at the socket is refused', async () => {
  await using server = await startTestServer()
  for (const path of ['/', '/api/rooms', '/socket/', '/socket/x', '/SOCKET', '//socket', '/%73ocket']) {
    const answer = await sendRaw(
      server,
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    )
    assertRawRefused(answer, 'not-found')
  }
})

test('[W-18] a request that two servers could read differently is refused', async () => {
  await using server = await startTestServer()
  const head = `POST ${paths.login} HTTP/1.1\r\nHost: x\r\nOrigin: ${server.origin}\r\nContent-Type: application/json\r\n`
  const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'
  for (const framing of [
    'Content-Length: 5\r\nTransfer-Encoding: chunked',
    'Content-Length: 5\r\nContent-Length: 6',
    'Transfer-Encoding: chunked, identity',
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding : chunked',
    'Content-Length: 5x',
    'Content-Length: -1',
  ]) {
    const answer = await sendRaw(server, `${head}${framing}\r\n\r\n0\r\n\r\n${smuggled}`)
    assertRawRefused(answer, 'request-malformed')
    assert.equal(answer.split('HTTP/1.1 ').length, 2, `one answer, then the end: ${framing}`)
  }
  for (const garbage of [
    '\x16\x03\x01\x02\0\x01',
    'hello\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'GET / HTTP/1.1\nHost: x\n\n\0',
  ]) {
    const answer = await sendRaw(server, garbage)
    assert.equal(statusOf(answer), 400, JSON.stringify(garbage))
  }
  await assertAlive(server)
})

test('[W-14] four hundred connections that never finish their headers are cut off', async () => {
  await using server = await startTestServer()
  const slow = Array.from({ length: 400 }, () => {
    const socket = openRaw(server)
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ')
    return readToEnd(socket)
  })
  await assertAlive(server)
  for (const answer of await Promise.all(slow)) assert.ok(answer === '' || statusOf(answer) === 408)
  await assertAlive(server)
})

test('[W-15] connections that are reset in the middle of anything leave the server as it was', async () => {
  await using server = await startTestServer()
  const body = JSON.stringify(credentials)
  const texts = [
    'GET / HTTP/1.1\r\nHo',
    `GET ${paths.me} HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET ${paths.socket} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    `POST ${paths.login} HTTP/1.1\r\nHost: x\r\nOrigin: ${server.origin}\r\nContent-Type: application/json\r\nContent-Length: ${body.length + 9}\r\n\r\n${body}`,
    `POST ${paths.login} HTTP/1.1\r\nHost: x\r\nOrigin: ${server.origin}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  ]
  const sockets = Array.from({ length: 500 }, (_, n) => ({
    socket: openRaw(server),
    text: texts[n % texts.length] ?? '',
  }))
  await Promise.all(
    sockets.map(async ({ socket, text }) => {
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      await new Promise((sent) => socket.write(text, sent))
      socket.resetAndDestroy()
    }),
  )
  await assertAlive(server)
})

test('[W-15] a request that its client gives up is no fault of the server’s', async () => {
  const lines: string[] = []
  const log = createLog('warn', { write: (line) => void lines.push(line) })
  await using server = await startTestServer({ log })
  const text =
    `POST ${paths.login} HTTP/1.1\r\nHost: x\r\nOrigin: ${server.origin}\r\n` +
    'Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{'
  const refused = async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${String(server.port)}/metrics`)).text()
    return /^stoa_refusals_total\{code="(.*)"\} 20$/m.exec(metrics)?.[1]
  }
  for (let count = 0; count < 20; count += 1) {
    const socket = openRaw(server)
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    await new Promise((sent) => socket.write(text, sent))
    await assertAlive(server)
    socket.resetAndDestroy()
  }
  assert.equal(await until(refused, 'all of them to be given up'), 'request-malformed')
  assert.deepEqual(lines, [])
})

test('[R-01] an unknown route of the API is not found, in JSON, whoever asks and however', async () => {
  await using server = await startTestServer()
  const alice = await TestClient.register(server, 'Alice')
  for (const path of [
    '/api',
    '/api/',
    '/api/x',
    '/api/rooms/',
    '/api//rooms',
    '/api/login/x',
    '/api/%2e%2e/health',
  ]) {
    assertRefused(await alice.send('GET', path, { headers: { accept: 'text/html' } }), 'not-found')
  }
  assertRefused(await alice.send('DELETE', paths.rooms), 'not-found')
  assertRefused(await alice.send('GET', paths.login), 'not-found')
})

test('[X-03] every answer carries the security headers, and the API is never kept', async () => {
  await using server = await startTestServer()
  const alice = await TestClient.register(server, 'Alice')
  for (const path of [paths.me, paths.health, paths.rooms, '/api/x', '/nothing']) {
    const { headers } = await alice.send('GET', path)
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path)
    assert.equal(headers.get('referrer-policy'), 'no-referrer')
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin')
    assert.match(
      headers.get('permissions-policy') ?? '',
      /camera=\(self\), microphone=\(self\), display-capture=\(self\)/,
    )
    const policy = headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/)
    assert.match(policy, /; script-src 'self' 'wasm-unsafe-eval';/)
    assert.doesNotMatch(policy.replace(" 'wasm-unsafe-eval'", ''), /unsafe|\*|https?:/)
    assert.equal(headers.get('cache-control'), 'no-store', path)
    assert.equal(headers.get('x-powered-by'), null)
    assert.equal(headers.get('access-control-allow-origin'), null)
  }
})

test('[W1] a server that is stopping ends open connections and answers nothing new', async () => {
  await using server = await startTestServer()
  const socket = openRaw(server)
  const answer = readToEnd(socket)
  await once(socket, 'connect')
  socket.write(`GET ${paths.health} HTTP/1.1\r\nHost: x\r\n\r\n`)
  await once(socket, 'data')
  await server.stop()
  assert.equal(statusOf(await answer), 200)
  await assert.rejects(new TestClient(server).send('GET', paths.health))
})
