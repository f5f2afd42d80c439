/** Rooms that are archived: who may do it, what is left to do there, and that nothing is lost. */
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { callPaths } from '#shared/call/paths.ts'
import { pinPaths } from '#shared/chat/pin.ts'
import type { MessageKey } from '#shared/chat/message.ts'
import { paths, type RoomResponse } from '#shared/http.ts'
import { encodeAsk, encodeUpdate } from '#web/sync/frames.ts'
import { assertRefused } from '../support/answers.ts'
import { TestClient } from '../support/client.ts'
import { inDatabase } from '../support/database.ts'
import { shownTo } from '../support/frames.ts'
import { drawIn, replicaOf, sayIn, seatedRoom } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'

const server = await startTestServer()
const { people, names } = await seatedRoom(server, 'Alice', 'Bob', 'Carol')
const [alice, bob, carol] = people
assert.ok(alice !== undefined && bob !== undefined && carol !== undefined)
const { room } = alice.answer
inDatabase(server.dataDir, (db) =>
  db.prepare("UPDATE seat SET role = 'moderator', left_at = NULL WHERE seat = ?").run(carol.seat),
)
after(() => server[Symbol.asyncDispose]())

const change = (by: TestClient, body: object) => by.send('PATCH', paths.room(room.id), { body })
const archive = async (isArchived: boolean): Promise<void> => {
  await alice.client.ask('PATCH', paths.room(room.id), { isArchived })
}

beforeEach(() => archive(false))

async function isAnswered({ received }: SyncClient, name: string, ...wanted: readonly string[]) {
  const answers = (): string[] =>
    received
      .filter(({ address, kind }) => address === name && (kind === 'saved' || kind === 'unsaved'))
      .map(({ kind }) => kind)
  await until(() => answers().length >= wanted.length || undefined, 'the answers')
  assert.deepEqual(answers(), wanted)
}

test('[RO4] only its owner archives a room, and brings it back', async () => {
  const { token } = await alice.client.invite(room.id)
  const gus = await TestClient.guest(server, token, 'Gus')
  const stranger = await TestClient.register(server, 'Dora')
  for (const isArchived of [true, false]) {
    for (const client of [bob.client, carol.client, gus])
      assertRefused(await change(client, { isArchived }), 'forbidden')
    assertRefused(await change(stranger, { isArchived }), 'not-found')
    assert.equal((await change(alice.client, { isArchived })).status, 200)
    assert.equal((await change(alice.client, { isArchived })).status, 200, 'again changes nothing')
    const seen: RoomResponse = await bob.client.ask('GET', paths.room(room.id))
    assert.equal(seen.room.isArchived, isArchived)
  }
  for (const isArchived of [null, 1, 'yes'])
    assertRefused(await change(alice.client, { isArchived }), 'request-malformed')
})

test('[RO4] nobody adds to it, whoever they are: no invite, setting, pin or call', async () => {
  await archive(true)
  const key = '1.00000000000' as MessageKey
  for (const { client } of [alice, carol]) {
    for (const [method, path, body] of [
      ['POST', paths.invites(room.id), undefined],
      ['PATCH', paths.room(room.id), { title: 'Pond' }],
      ['PUT', pinPaths.pin(room.id, key), undefined],
      ['GET', callPaths.ice(room.id), undefined],
      ['POST', callPaths.moderate(room.id), { action: 'lock' }],
    ] as const)
      assertRefused(await client.send(method, path, { body }), 'room-archived')
    assert.equal((await client.send('GET', paths.export(room.id))).status, 200)
  }
  assert.equal(
    (await bob.client.send('PUT', paths.markRead(room.id), { body: { readCount: 0 } })).status,
    204,
  )
})

test('[RO4] its invites open nothing until it is back, and the directory lists it no more', async () => {
  const { token } = await alice.client.invite(room.id)
  const open = await alice.client.createRoom('Open', 'open')
  const eve = await TestClient.register(server, 'Eve')
  const isListed = async () => (await eve.rooms()).open.some(({ id }) => id === open.room.id)
  assert.ok(await isListed())
  await archive(true)
  await alice.client.ask('PATCH', paths.room(open.room.id), { isArchived: true })
  assertRefused(await eve.send('GET', paths.invite(token)), 'not-found')
  assertRefused(await eve.send('POST', paths.acceptInvite(token), { body: {} }), 'not-found')
  assertRefused(await eve.send('POST', paths.joinRoom(open.room.id)), 'not-found')
  assert.ok(!(await isListed()))
  assert.equal((await alice.client.send('POST', paths.joinRoom(open.room.id))).status, 200)
  await archive(false)
  assert.equal((await eve.send('GET', paths.invite(token))).status, 200)
})

test('[RO4] [Y-25] what pages bring to its chat and board is not saved, and is once it is back', async () => {
  for (const { client, seat } of [alice, bob, carol]) {
    using socket = await SyncClient.open(client, names.chat, names.board)
    const [chat, board] = [replicaOf(seat, 'chat', 90 + seat), replicaOf(seat, 'board', 90 + seat)]
    socket.send(encodeUpdate(names.chat, sayIn(chat, seat, 'Before').update))
    await isAnswered(socket, names.chat, 'saved')
    await archive(true)
    const late = sayIn(chat, seat, 'After')
    socket.send(encodeUpdate(names.chat, late.update))
    socket.send(encodeUpdate(names.board, drawIn(board, seat).update))
    await isAnswered(socket, names.chat, 'saved', 'unsaved')
    await isAnswered(socket, names.board, 'unsaved')
    await archive(false)
    using again = await SyncClient.open(client, names.chat)
    again.send(encodeAsk(names.chat, replicaOf(seat, 'chat', 200 + seat)))
    await again.frame(names.chat, 'state')
    assert.ok(!shownTo(again, names.chat).getMap('m').has(late.key))
    again.send(encodeUpdate(names.chat, late.update))
    await isAnswered(again, names.chat, 'saved')
  }
})
