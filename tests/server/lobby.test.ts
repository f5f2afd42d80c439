/** The lobby, against a real server: who knocks, who sees it, and how it ends. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import { callPaths } from '#shared/call/paths.ts'
import { paths, type InviteInfo } from '#shared/http.ts'
import { idFromBytes, type RoomId } from '#shared/ids.ts'
import { knockPaths, type Knock, type KnockResponse } from '#shared/knock.ts'
import { knockRefusedCost, knocksPerTenMinutesMax } from '#shared/limits.ts'
import { readKnocks } from '#shared/wire/notes.ts'
import { assertRefused } from '../support/answers.ts'
import { TestClient, type Answer } from '../support/client.ts'
import { seatedRoom } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'

const newTicket = () => idFromBytes(randomBytes(16))

/** What this socket was last told of those who knock; null if never anything. */
function knocksTold(socket: SyncClient): readonly Knock[] | null {
  const lists = socket.received.flatMap((frame) => (frame.kind === 'note' ? [readKnocks(frame.text)] : []))
  return lists.findLast((list) => list !== null) ?? null
}

async function knocking(socket: SyncClient, names: readonly string[]): Promise<readonly Knock[]> {
  return until(
    () => {
      const told = knocksTold(socket)
      return told?.map(({ name }) => name).join() === names.join() ? told : undefined
    },
    `[${names.join()}] at the door`,
    15_000,
  )
}

async function closedRoom(server: Readonly<{ origin: string }>) {
  const { people, names } = await seatedRoom(server, 'Alice', 'Bob')
  const [alice, bob] = people
  assert.ok(alice !== undefined && bob !== undefined)
  const roomId = alice.answer.room.id
  const { token } = await alice.client.invite(roomId)
  await alice.client.ask('PATCH', paths.room(roomId), { entry: 'knock' })
  return { alice: alice.client, bob: bob.client, roomId, token, roomName: names.room }
}

/** Asks until there is an answer, as a page does. */
async function knock(client: TestClient, path: string, body: object): Promise<KnockResponse> {
  for (;;) {
    const answer = await client.ask<KnockResponse>('POST', path, body)
    if (answer.state !== 'waiting') return answer
  }
}

const answerTo = (
  by: TestClient,
  roomId: RoomId,
  action: string,
  knocks: readonly Knock[],
): Promise<Answer> =>
  by.send('POST', knockPaths.answer(roomId), { body: { action, ids: knocks.map(({ id }) => id) } })

test('[CA16] a link to a room that lets people in itself opens nothing but its door', async () => {
  await using server = await startTestServer()
  const { alice, roomId, token, roomName } = await closedRoom(server)
  using host = await SyncClient.open(alice, roomName)
  const info = await new TestClient(server).ask<InviteInfo>('GET', paths.invite(token))
  assert.equal(info.mustKnock, true)
  const guest = new TestClient(server)
  assertRefused(
    await guest.send('POST', paths.acceptInvite(token), { body: { guestName: 'Gus' } }),
    'forbidden',
  )
  const ticket = newTicket()
  const asking = knock(guest, knockPaths.room(token), { ticket, guestName: ' Gus ' })
  const [gus] = await knocking(host, ['Gus'])
  assert.ok(gus !== undefined)
  assert.deepEqual(gus, { id: gus.id, name: 'Gus', isGuest: true, place: 'room' })
  assert.equal(guest.cookie, '', 'nobody yet')
  assert.equal((await answerTo(alice, roomId, 'admit', [gus])).status, 204)
  const admitted = await asking
  assert.ok(admitted.state === 'admitted' && admitted.entered !== null)
  assert.deepEqual([admitted.entered.role, admitted.entered.me.name], ['guest', 'Gus'])
  assert.equal((await guest.joinRoom(roomId)).role, 'guest')
  await knocking(host, [])
  // The answer may have been lost: the same page hears the same again, and nobody comes in twice.
  const stranger = new TestClient(server)
  const again = await stranger.ask<KnockResponse>('POST', knockPaths.room(token), {
    ticket,
    guestName: 'Gus',
  })
  assert.deepEqual(again, admitted)
  assert.equal((await alice.rooms()).mine[0]?.peopleCount, 3)
})

test('[CA16] who is refused is told so, and stays refused under their ticket', async () => {
  await using server = await startTestServer()
  const { alice, roomId, token, roomName } = await closedRoom(server)
  using host = await SyncClient.open(alice, roomName)
  const guest = new TestClient(server)
  const request = { ticket: newTicket(), guestName: 'Gus' }
  const asking = knock(guest, knockPaths.room(token), request)
  await answerTo(alice, roomId, 'refuse', await knocking(host, ['Gus']))
  assert.deepEqual(await asking, { state: 'refused' })
  assert.deepEqual(await knock(guest, knockPaths.room(token), request), { state: 'refused' })
  assert.equal(guest.cookie, '')
})

test('[CA16] only who moderates the room sees who knocks, and answers', async () => {
  await using server = await startTestServer()
  const { alice, bob, roomId, token, roomName } = await closedRoom(server)
  const carol = await TestClient.register(server, 'Carol')
  using host = await SyncClient.open(alice, roomName)
  using member = await SyncClient.open(bob, roomName)
  const asking = knock(carol, knockPaths.room(token), { ticket: newTicket() })
  const knocks = await knocking(host, ['Carol'])
  assert.equal(knocks[0]?.isGuest, false)
  assertRefused(await answerTo(bob, roomId, 'admit', knocks), 'forbidden')
  assertRefused(await answerTo(carol, roomId, 'admit', knocks), 'not-found')
  assertRefused(await answerTo(new TestClient(server), roomId, 'admit', knocks), 'signed-out')
  assert.equal(knocksTold(member), null)
  // Whoever comes later is told, too.
  using later = await SyncClient.open(alice, roomName)
  await knocking(later, ['Carol'])
  await answerTo(alice, roomId, 'admit', knocks)
  const admitted = await asking
  assert.equal(admitted.state === 'admitted' && admitted.entered?.role, 'member')
})

test('[CA16] several are let in at once; who is in the room, or may come in, knocks at nothing', async () => {
  await using server = await startTestServer()
  const { alice, bob, roomId, token, roomName } = await closedRoom(server)
  using host = await SyncClient.open(alice, roomName)
  const inside = await bob.ask<KnockResponse>('POST', knockPaths.room(token), { ticket: newTicket() })
  assert.equal(inside.state, 'admitted')
  const asking = ['Gus', 'Gwen'].map((guestName) =>
    knock(new TestClient(server), knockPaths.room(token), { ticket: newTicket(), guestName }),
  )
  const both = await until(() => (knocksTold(host)?.length === 2 ? knocksTold(host) : undefined), 'two')
  await answerTo(alice, roomId, 'admit', both)
  assert.deepEqual(
    (await Promise.all(asking)).map(({ state }) => state),
    ['admitted', 'admitted'],
  )
  // A room that lets everybody in again does so with those at the door as well.
  const late = knock(new TestClient(server), knockPaths.room(token), {
    ticket: newTicket(),
    guestName: 'Lou',
  })
  await knocking(host, ['Lou'])
  await alice.ask('PATCH', paths.room(roomId), { entry: 'free' })
  assert.equal((await late).state, 'admitted')
  await knocking(host, [])
})

test('[CA16] an account needs no link to an open room, and does not knock at it', async () => {
  await using server = await startTestServer()
  const alice = await TestClient.register(server, 'Alice')
  const bob = await TestClient.register(server, 'Bob')
  const { room } = await alice.createRoom('Square', 'open')
  await alice.ask('PATCH', paths.room(room.id), { entry: 'knock' })
  const { token } = await alice.invite(room.id)
  assert.equal((await bob.accept(token)).role, 'member')
  const body = { guestName: 'Gus' }
  assertRefused(await new TestClient(server).send('POST', paths.acceptInvite(token), { body }), 'forbidden')
})

test('[CA16] who goes away stops knocking; a page that only lost its line keeps its place', async () => {
  await using server = await startTestServer()
  const { alice, token, roomName } = await closedRoom(server)
  using host = await SyncClient.open(alice, roomName)
  const ticket = newTicket()
  const line = new AbortController()
  const held = fetch(server.origin + knockPaths.room(token), {
    method: 'POST',
    headers: { origin: server.origin, 'content-type': 'application/json' },
    body: JSON.stringify({ ticket, guestName: 'Gus' }),
    signal: line.signal,
  }).catch(() => null)
  const [first] = await knocking(host, ['Gus'])
  line.abort()
  await held
  const guest = new TestClient(server)
  const back = guest.send('POST', knockPaths.room(token), { body: { ticket, guestName: 'Gus' } })
  assert.equal(((await back).body as KnockResponse).state, 'waiting')
  assert.deepEqual(await knocking(host, ['Gus']), [first], 'it never left the list')
  await knocking(host, [])
})

test('[CA16] a knock outlasts a restart of the server: the page knocks again, under the same id', async () => {
  await using first = await startTestServer()
  const { alice, roomId, token, roomName } = await closedRoom(first)
  using host = await SyncClient.open(alice, roomName)
  const ticket = newTicket()
  const body = { ticket, guestName: 'Gus' }
  const held = new TestClient(first).send('POST', knockPaths.room(token), { body })
  const [before] = await knocking(host, ['Gus'])
  await first.stop()
  assert.deepEqual([(await held).status, (await held).body], [200, { state: 'waiting' }])
  await using second = await startTestServer({ dataDir: first.dataDir, port: first.port })
  using hostAgain = await SyncClient.open(alice, roomName)
  const asking = knock(new TestClient(second), knockPaths.room(token), body)
  const [after] = await knocking(hostAgain, ['Gus'])
  assert.deepEqual(after, before)
  assert.ok(after !== undefined)
  await answerTo(alice, roomId, 'admit', [after])
  assert.equal((await asking).state, 'admitted')
})

test('[CA16] an address knocks so many times in ten minutes, and is told when to come back', async () => {
  await using server = await startTestServer()
  const { token } = await closedRoom(server)
  const tryOne = () =>
    new TestClient(server).send('POST', knockPaths.room(token), {
      body: { ticket: newTicket(), guestName: 'Gus' },
    })
  const asking = Array.from({ length: knocksPerTenMinutesMax + 1 }, tryOne)
  // All others are held.
  const refused = await Promise.race(asking)
  assertRefused(refused, 'too-many-requests')
  assert.ok(Number(refused.headers.get('retry-after')) > 0)
  await server.stop()
  await Promise.allSettled(asking)
})

test('[CA16] a refusal counts for several knocks', async () => {
  await using server = await startTestServer()
  const { alice, roomId, token, roomName } = await closedRoom(server)
  using host = await SyncClient.open(alice, roomName)
  for (let n = 0; n < knocksPerTenMinutesMax / (knockRefusedCost + 1); n += 1) {
    const asking = knock(new TestClient(server), knockPaths.room(token), {
      ticket: newTicket(),
      guestName: 'Gus',
    })
    await answerTo(alice, roomId, 'refuse', await knocking(host, ['Gus']))
    assert.equal((await asking).state, 'refused')
    await knocking(host, [])
  }
  const body = { ticket: newTicket(), guestName: 'Gus' }
  assertRefused(
    await new TestClient(server).send('POST', knockPaths.room(token), { body }),
    'too-many-requests',
  )
})

test('[CA16] an unknown, expired or malformed knock is the same not-found, or malformed', async () => {
  await using server = await startTestServer()
  const { roomId, token } = await closedRoom(server)
  const stranger = new TestClient(server)
  const body = { ticket: newTicket(), guestName: 'Gus' }
  assertRefused(await stranger.send('POST', knockPaths.room(newTicket()), { body }), 'not-found')
  assertRefused(
    await stranger.send('POST', knockPaths.room(token), { body: { ...body, ticket: 'x' } }),
    'request-malformed',
  )
  assertRefused(
    await stranger.send('POST', knockPaths.room(token), { body: { ticket: body.ticket } }),
    'name-empty',
  )
  assertRefused(
    await stranger.send('POST', knockPaths.room(token), { body: { ...body, guestName: 'ALICE' } }),
    'name-taken',
  )
  assertRefused(await stranger.send('POST', knockPaths.call(roomId), { body }), 'signed-out')
  const other = await TestClient.register(server, 'Carol')
  assertRefused(await other.send('POST', knockPaths.call(roomId), { body }), 'not-found')
})

test('[CA16] [CA7] whoever knocks at a locked call is let into it, or it opens', async () => {
  await using server = await startTestServer()
  const { alice, bob, roomId, roomName } = await closedRoom(server)
  using host = await SyncClient.open(alice, roomName)
  const ask = (): Promise<KnockResponse> => knock(bob, knockPaths.call(roomId), { ticket: newTicket() })
  assert.equal((await ask()).state, 'admitted', 'it is not locked')
  await alice.ask('POST', callPaths.moderate(roomId), { action: 'lock' })
  const asking = ask()
  const knocks = await knocking(host, ['Bob'])
  assert.equal(knocks[0]?.place, 'call')
  assertRefused(await bob.send('GET', callPaths.ice(roomId)), 'forbidden')
  await answerTo(alice, roomId, 'admit', knocks)
  assert.deepEqual(await asking, { state: 'admitted', entered: null })
  assert.equal((await bob.send('GET', callPaths.ice(roomId))).status, 200)
  await alice.ask('POST', callPaths.moderate(roomId), { action: 'unlock' })
  await alice.ask('POST', callPaths.moderate(roomId), { action: 'lock' })
  const second = ask()
  await knocking(host, ['Bob'])
  await alice.ask('POST', callPaths.moderate(roomId), { action: 'unlock' })
  assert.equal((await second).state, 'admitted')
  // Whoever was put out cannot knock: they are let in by whoever put them out.
  await alice.ask('POST', callPaths.moderate(roomId), { action: 'remove', seat: 2 })
  assertRefused(
    await bob.send('POST', knockPaths.call(roomId), { body: { ticket: newTicket() } }),
    'forbidden',
  )
})
