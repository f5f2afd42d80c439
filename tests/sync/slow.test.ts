/** A slow room at the server: who is slowed, and that it holds at once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paths } from '#shared/http.ts'
import { slowSteps } from '#shared/slow.ts'
import { encodeUpdate } from '#web/sync/frames.ts'
import { assertRefused } from '../support/answers.ts'
import { save, whole } from '../support/frames.ts'
import { replicaOf, sayIn, seatedRoom } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'

test('[CH15] in a slow room one message is taken and the next is void; who moderates it is not slowed', async () => {
  await using server = await startTestServer()
  const { people, names } = await seatedRoom(server, 'Ada', 'Ben')
  const [ada, ben] = people
  assert.ok(ada !== undefined && ben !== undefined)
  const { id } = ada.answer.room
  const change = (body: object) => ada.client.send('PATCH', paths.room(id), { body })
  for (const slow of [-1, 5, '30', null, 901]) assertRefused(await change({ slow }), 'request-malformed')
  assertRefused(await ben.client.send('PATCH', paths.room(id), { body: { slow: 0 } }), 'forbidden')

  using his = await SyncClient.open(ben.client, names.chat, names.room)
  using hers = await SyncClient.open(ada.client, names.chat)
  const [page, hers_] = [replicaOf(ben.seat), replicaOf(ada.seat, 'chat', 2)]
  const shown = async (): Promise<readonly string[]> => [
    ...(await whole(hers, names.chat)).getMap('m').keys(),
  ]
  await save(his, names.chat, sayIn(page, ben.seat, 'Before.').update)

  assert.equal((await change({ slow: slowSteps[2] })).status, 200)
  await until(async () => (await whole(his, names.room)).getMap('info').get('slow') === 30, 'a slow room')
  const early = sayIn(page, ben.seat, 'Too early.')
  his.send(encodeUpdate(names.chat, early.update))
  await until(() => his.received.some(({ kind }) => kind === 'note'), 'a note')
  for (const text of ['One.', 'Two.', 'Three.'])
    await save(hers, names.chat, sayIn(hers_, ada.seat, text).update)
  assert.equal((await shown()).length, 4)
  assert.equal((await shown()).includes(early.key), false)

  assert.equal((await change({ slow: 0 })).status, 200)
  await until(async () => (await whole(his, names.room)).getMap('info').get('slow') === 0, 'a quick room')
  const late = sayIn(page, ben.seat, 'Now.')
  await save(his, names.chat, late.update)
  assert.equal((await shown()).includes(late.key), true)
})
