/** Messages that are reported: to whom, by whom, and until when. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { MessageKey } from '#shared/chat/message.ts'
import { directPaths } from '#shared/direct.ts'
import type { RoomResponse } from '#shared/http.ts'
import { reportsPerPersonMax } from '#shared/limits.ts'
import { memberPaths, type DecisionsResponse } from '#shared/members.ts'
import { reportPaths, type ReportsResponse } from '#shared/report.ts'
import { documentName } from '#shared/room.ts'
import { encodeUpdate } from '#web/sync/frames.ts'
import { assertRefused } from '../support/answers.ts'
import { TestClient } from '../support/client.ts'
import { save } from '../support/frames.ts'
import { NewsClient } from '../support/news-client.ts'
import { say } from '../support/say.ts'
import { changeOf, replicaOf, sayIn, seatedRoom } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'

/** Ada’s room with Ben and Cleo, in which Ben has said something. */
async function spokenIn() {
  const server = await startTestServer()
  const { people } = await seatedRoom(server, 'Ada', 'Ben', 'Cleo')
  const [ada, ben, cleo] = people
  assert.ok(ada !== undefined && ben !== undefined && cleo !== undefined)
  const key = (await say(ben, ben.answer, 'Buy my hats!')) as MessageKey
  const { id } = ada.answer.room
  const report = (client: TestClient, reason = '', about = key) =>
    client.send('POST', reportPaths.one(id, about), { body: { reason } })
  const reports = async () => (await ada.client.ask<ReportsResponse>('GET', reportPaths.all(id))).reports
  return {
    server,
    ada,
    ben,
    cleo,
    key,
    id,
    report,
    reports,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

test('[RO11] who moderates is told of a report at once, finds it with who and why, and puts it away', async () => {
  await using all = await spokenIn()
  const { ada, ben, cleo, key, id, report, reports } = all
  await using news = await NewsClient.open(ada.client)
  await using his = await NewsClient.open(ben.client)
  assert.equal((await report(cleo.client, '  Adverts  ')).status, 204)
  await until(() => news.messages.length === 1, 'the news')
  const { kind, from, text } = news.messages[0] ?? {}
  assert.deepEqual([kind, from, text], ['report', 'Cleo', 'Buy my hats!'])
  // Once more is no other report.
  assert.equal((await report(cleo.client, 'Again')).status, 204)
  const [first, ...others] = await reports()
  assert.deepEqual(
    [first?.key, first?.page, first?.text, first?.by, first?.reason, others.length],
    [key, 0, 'Buy my hats!', 'Cleo', 'Adverts', 0],
  )
  await ada.client.ask('DELETE', reportPaths.one(id, key))
  assert.deepEqual(await reports(), [])
  const { decisions } = await ada.client.ask<DecisionsResponse>('GET', memberPaths.decisions(id))
  assert.deepEqual([decisions[0]?.kind, decisions[0]?.by], ['settled-report', 'Ada'])
  assert.deepEqual([news.messages.length, his.messages.length], [1, 0])
})

test('[RO11] one reports what others have said in a room one is in, and only who moderates it sees that', async () => {
  await using all = await spokenIn()
  const { server, ada, ben, cleo, key, id, report } = all
  assertRefused(await report(ben.client), 'forbidden')
  assertRefused(await report(await TestClient.register(server, 'Dan')), 'not-found')
  assertRefused(await report(cleo.client, '', '0.1.00000000000'), 'not-found')
  assertRefused(await report(cleo.client, '', 'nonsense' as MessageKey), 'not-found')
  assertRefused(await report(cleo.client, 'x'.repeat(501)), 'request-malformed')
  for (const { client } of [ben, cleo]) {
    assertRefused(await client.send('GET', reportPaths.all(id)), 'forbidden')
    assertRefused(await client.send('DELETE', reportPaths.one(id, key)), 'forbidden')
  }
  const talk = await ada.client.ask<RoomResponse>('POST', directPaths.direct, { personIds: [ben.personId] })
  const said = (await say(ada, talk, 'Psst.')) as MessageKey
  assertRefused(
    await ben.client.send('POST', reportPaths.one(talk.room.id, said), { body: { reason: '' } }),
    'forbidden',
  )
})

test('[RO11] what was deleted is reported no more, and one person has so many reports that wait', async () => {
  await using all = await spokenIn()
  const { ada, ben, cleo, id, report, reports } = all
  const name = documentName({ kind: 'chat', roomId: id, page: 0 })
  using socket = await SyncClient.open(ben.client, name)
  const page = replicaOf(ben.seat, 'chat', 99)
  const keys: MessageKey[] = []
  const said = changeOf(page, () => {
    for (let count = 0; count <= reportsPerPersonMax; count += 1)
      keys.push(sayIn(page, ben.seat, `Hat ${String(count)}`).key as MessageKey)
  })
  await save(socket, name, said)
  for (const key of keys.slice(0, reportsPerPersonMax))
    assert.equal((await report(cleo.client, '', key)).status, 204)
  assertRefused(await report(cleo.client, '', keys.at(-1)), 'too-many-requests')
  assert.equal((await report(ada.client, '', keys[0])).status, 204)
  assert.equal((await reports()).length, reportsPerPersonMax + 1)
  socket.send(
    encodeUpdate(
      name,
      changeOf(page, (doc) => doc.getMap('m').delete(keys[0] ?? '')),
    ),
  )
  await until(async () => (await reports()).length === reportsPerPersonMax - 1, 'the rest')
  assert.equal((await report(cleo.client, '', keys.at(-1))).status, 204)
})
