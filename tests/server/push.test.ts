/** News for browsers without an open page: what is sent, to whom, sealed how, and until when. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test from 'node:test'
import { toAll } from '#shared/chat/mention.ts'
import { pushesPerPersonMax } from '#shared/limits.ts'
import { pushPath, type PushResponse } from '#shared/push.ts'
import { isPushEndpoint, readPushConfig, usualPushConfig } from '#server/news/push-config.ts'
import { sendPush, type PushSending } from '#server/news/push.ts'
import { assertRefused } from '../support/answers.ts'
import { TestClient } from '../support/client.ts'
import { PushBrowser, signerOf } from '../support/push-browser.ts'
import { say } from '../support/say.ts'
import { seatedRoom } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const service = 'https://updates.push.services.mozilla.com/wpush/v2'

/** Ada and Ben in a room, and the messages that a push service is handed. */
async function pushed(dataDir?: string) {
  const sent: PushSending[] = []
  /** The service's answers from now on. */
  const answer = { status: 201 }
  const sendPush = (sending: PushSending): Promise<number> => {
    sent.push(sending)
    return Promise.resolve(answer.status)
  }
  const server = await startTestServer({ sendPush, ...(dataDir === undefined ? {} : { dataDir }) })
  const { people } = await seatedRoom(server, 'Ada', 'Ben')
  const [ada, ben] = people
  assert.ok(ada !== undefined && ben !== undefined)
  const call = (text: string) => say(ada, ada.answer, text, [toAll])
  return { server, ada, ben, sent, answer, call, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

test('[NO4] a browser is sent that somebody was mentioned, and where; what was said only where the person wants it', async () => {
  await using all = await pushed()
  const { ada, ben, sent, call } = all
  const [quiet, open] = [new PushBrowser(`${service}/quiet`), new PushBrowser(`${service}/open`)]
  await quiet.subscribe(ben.client)
  await open.subscribe(ben.client, true)
  const key = await call('@all Come!')
  await until(() => sent.length === 2, 'both messages')
  const roomId = ada.answer.room.id
  const bare = { kind: 'mention', roomId, path: `/r/${roomId}/0.${key}` }
  const bodyFor = ({ endpoint }: PushBrowser) => sent.find((each) => each.endpoint === endpoint)?.body
  assert.deepEqual(quiet.open(bodyFor(quiet) ?? Buffer.alloc(0)), bare)
  assert.deepEqual(open.open(bodyFor(open) ?? Buffer.alloc(0)), {
    ...bare,
    said: { from: 'Ada', room: ada.answer.room.title, isConversation: false, text: '@all Come!' },
  })
  assert.throws(() => quiet.open(bodyFor(open) ?? Buffer.alloc(0)))
})

test('[NO4] what is sent is signed by the key that browsers subscribe with, which outlives a restart', async () => {
  await using all = await pushed()
  const { server, ben, sent, call } = all
  const { publicKey } = await ben.client.ask<PushResponse>('GET', pushPath)
  assert.ok(publicKey !== null)
  await new PushBrowser(`${service}/a`).subscribe(ben.client)
  await call('@all Come!')
  await until(() => sent.length === 1, 'the message')
  assert.ok(sent[0] !== undefined)
  const { aud, sub, exp } = signerOf(sent[0], publicKey)
  assert.deepEqual([aud, sub], ['https://updates.push.services.mozilla.com', 'mailto:postmaster@localhost'])
  assert.ok(Number(exp) * 1000 < Date.now() + 24 * 3_600_000)
  const { TTL, Topic, Urgency } = sent[0].headers
  assert.deepEqual([Number(TTL), Topic, Urgency], [86_400, all.ada.answer.room.id, 'high'])

  await server.stop()
  const again: PushSending[] = []
  await using next = await startTestServer({
    dataDir: server.dataDir,
    port: server.port,
    sendPush: (sending) => {
      again.push(sending)
      return Promise.resolve(201)
    },
  })
  assert.equal((await ben.client.ask<PushResponse>('GET', pushPath)).publicKey, publicKey)
  await call('@all Still here?')
  await until(() => again.length === 1, 'a message of the one that came after')
  assert.equal(next.port, server.port)
})

test('[NO4] nothing is sent after the session, the subscription or the browser has ended', async () => {
  await using all = await pushed()
  const { server, ben, sent, answer, call } = all
  const phone = new TestClient(server)
  await phone.login('Ben')
  const [mine, theirs, gone] = ['a', 'b', 'c'].map((name) => new PushBrowser(`${service}/${name}`))
  assert.ok(mine !== undefined && theirs !== undefined && gone !== undefined)
  await mine.subscribe(ben.client)
  await theirs.subscribe(phone)
  await gone.subscribe(ben.client)
  await call('@all One.')
  await until(() => sent.length === 3, 'three messages')
  await phone.logout()
  await ben.client.ask('DELETE', pushPath, { endpoint: mine.endpoint })
  answer.status = 410
  await call('@all Two.')
  await until(() => sent.length === 4, 'the last one')
  assert.equal(sent[3]?.endpoint, gone.endpoint)
  answer.status = 201
  const still = new PushBrowser(`${service}/d`)
  await still.subscribe(ben.client)
  await call('@all Three.')
  await until(() => sent.length === 5, 'the new one')
  assert.equal(sent[4]?.endpoint, still.endpoint)
})

test('[NO4] a browser that somebody else signs in at hears of theirs alone, and the oldest of many gives way', async () => {
  await using all = await pushed()
  const { ada, ben, sent, call } = all
  const shared = new PushBrowser(`${service}/shared`)
  await shared.subscribe(ben.client)
  await shared.subscribe(ada.client)
  await ada.client.send('DELETE', pushPath, { body: { endpoint: 'https://fcm.googleapis.com/none' } })
  for (let count = 0; count <= pushesPerPersonMax; count += 1)
    await new PushBrowser(`${service}/${String(count)}`).subscribe(ben.client)
  await call('@all Hello.')
  await until(() => sent.length === pushesPerPersonMax, 'all of Ben’s')
  const endpoints = sent.map(({ endpoint }) => endpoint)
  assert.equal(endpoints.includes(shared.endpoint), false)
  assert.equal(endpoints.includes(`${service}/0`), false)
})

test('[NO4] [H-20] this server sends to push services by HTTPS and to nothing else, whatever a browser says', async () => {
  await using all = await pushed()
  const { ben } = all
  const put = (endpoint: string, change: object = {}) =>
    ben.client.send('PUT', pushPath, { body: { ...new PushBrowser(endpoint).request(false), ...change } })
  for (const endpoint of [
    'http://fcm.googleapis.com/a',
    'https://fcm.googleapis.com:8443/a',
    'https://me@fcm.googleapis.com/a',
    'https://fcm.googleapis.com.example.org/a',
    'https://notfcm.googleapis.com/a',
    'https://127.0.0.1/a',
    'https://[::1]/a',
    'https://localhost/a',
    'file:///etc/passwd',
    'nonsense',
  ])
    assertRefused(await put(endpoint), 'push-service-unknown')
  // A key of the right length that is no point of the curve.
  assertRefused(await put(`${service}/a`, { p256dh: 'B'.repeat(87) }), 'request-malformed')
  assertRefused(await put(`${service}/a`, { auth: 'short' }), 'request-malformed')
  assertRefused(await put(`${service}/${'a'.repeat(1_024)}`), 'request-malformed')
})

test('[NO4] who runs the server says to whom it sends, or that it sends nothing', () => {
  const read = (text: string) => readPushConfig({ PUSH_SERVICES: text })
  assert.deepEqual(readPushConfig({}), { value: null })
  assert.deepEqual(read('none'), { value: { hosts: [] } })
  assert.deepEqual(read('push.example.org'), {
    value: { hosts: [...usualPushConfig.hosts, 'push.example.org'] },
  })
  for (const wrong of ['', '127.0.0.1', 'https://push.example.org', 'localhost', 'a.b,,c.d'])
    assert.ok('fault' in read(wrong), wrong)
  assert.equal(isPushEndpoint({ hosts: [] }, 'https://fcm.googleapis.com/a'), false)
  assert.equal(isPushEndpoint(usualPushConfig, 'https://wns2-bl2p.notify.windows.com/w/?token=a'), true)
})

test('[H-20] a push service that points elsewhere is not followed there', async () => {
  const asked: string[] = []
  const service = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(307, { Location: '/inside' }).end()
  })
  await once(service.listen(0, '127.0.0.1'), 'listening')
  const { port } = service.address() as AddressInfo
  const endpoint = `http://127.0.0.1:${String(port)}/push`
  assert.equal(await sendPush({ endpoint, headers: {}, body: new Uint8Array([1]) }), 307)
  assert.deepEqual(asked, ['/push'])
  service.closeAllConnections()
  service.close()
})
