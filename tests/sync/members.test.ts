/** Who belongs to a room and as what, against a real server with pages open. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { paths, type InviteResponse } from '#shared/http.ts'
import type { PersonId, RoomId } from '#shared/ids.ts'
import { knockPaths } from '#shared/knock.ts'
import { decisionsKeptMax } from '#shared/limits.ts'
import { memberPaths, type BannedResponse, type Decision, type DecisionsResponse } from '#shared/members.ts'
import type { Role } from '#shared/room.ts'
import { assertRefused } from '../support/answers.ts'
import { TestClient, type Answer } from '../support/client.ts'
import { testClock } from '../support/clock.ts'
import { inDatabase } from '../support/database.ts'
import { seatedRoom, type Seated } from '../support/seated.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'

/** Alice owns it; Bob moderates it by her word; Carol and Dan are members. */
async function roomOfFour(server: TestServer) {
  const { people, names } = await seatedRoom(server, 'Alice', 'Bob', 'Carol', 'Dan')
  const [alice, bob, carol, dan] = people as [Seated, Seated, Seated, Seated]
  const roomId = alice.answer.room.id
  assert.equal((await make(alice, bob, roomId, 'moderator')).status, 204)
  return { alice, bob, carol, dan, roomId, names }
}

const make = (
  by: Seated,
  who: Readonly<{ personId: PersonId }>,
  roomId: RoomId,
  role: Role,
): Promise<Answer> => by.client.send('PUT', memberPaths.role(roomId, who.personId), { body: { role } })

const remove = (
  by: Seated,
  who: Readonly<{ personId: PersonId }>,
  roomId: RoomId,
  isBanned = false,
): Promise<Answer> => by.client.send('POST', memberPaths.remove(roomId, who.personId), { body: { isBanned } })

const roleOf = async ({ client }: Seated, roomId: RoomId): Promise<Role> =>
  (await client.joinRoom(roomId)).role

async function decisionsOf({ client }: Seated, roomId: RoomId): Promise<readonly Decision[]> {
  return ((await client.send('GET', memberPaths.decisions(roomId))).body as DecisionsResponse).decisions
}

test('[RO7] the owner makes moderators, and another owner: there is one, always', async () => {
  await using server = await startTestServer()
  const { alice, bob, carol, roomId } = await roomOfFour(server)
  assert.equal(await roleOf(bob, roomId), 'moderator')
  for (const by of [bob, carol]) assertRefused(await make(by, carol, roomId, 'moderator'), 'forbidden')
  assertRefused(await make(bob, alice, roomId, 'member'), 'forbidden')
  assertRefused(await make(alice, alice, roomId, 'member'), 'forbidden')
  assertRefused(await make(alice, carol, roomId, 'guest'), 'request-malformed')
  const nobody = { personId: 'A'.repeat(22) as PersonId }
  assertRefused(await make(alice, nobody, roomId, 'member'), 'not-found')

  assert.equal((await make(alice, carol, roomId, 'owner')).status, 204)
  assert.deepEqual(
    [await roleOf(alice, roomId), await roleOf(bob, roomId), await roleOf(carol, roomId)],
    ['moderator', 'moderator', 'owner'],
  )
  // Whoever owned it can leave now.
  assertRefused(await make(alice, carol, roomId, 'member'), 'forbidden')
  assert.equal((await alice.client.send('POST', paths.leaveRoom(roomId))).status, 204)
  assert.equal((await make(carol, bob, roomId, 'member')).status, 204)
  assertRefused(await make(carol, alice, roomId, 'moderator'), 'not-found')
  assert.deepEqual(
    (await decisionsOf(carol, roomId)).map(({ kind, by, about }) => [kind, by, about]),
    [
      ['made-member', 'Carol', 'Bob'],
      ['made-owner', 'Alice', 'Carol'],
      ['made-moderator', 'Alice', 'Bob'],
    ],
  )
})

test('[RO8] [R-03] whoever is removed is out at once, is told so, and comes back as a member by an invite', async () => {
  await using server = await startTestServer()
  const { alice, bob, carol, roomId, names } = await roomOfFour(server)
  const socket = await SyncClient.open(bob.client, names.room)
  assertRefused(await remove(carol, bob, roomId), 'forbidden')
  assertRefused(await remove(bob, alice, roomId), 'forbidden')
  assertRefused(await remove(bob, bob, roomId), 'forbidden')
  assert.equal((await remove(alice, bob, roomId)).status, 204)
  assert.deepEqual(await socket.closed, { code: 4403, reason: 'room-removed' })
  assertRefused(await bob.client.send('GET', paths.room(roomId)), 'not-found')
  const { token } = (await carol.client.send('POST', paths.invites(roomId))).body as InviteResponse
  const back = await bob.client.accept(token)
  assert.deepEqual([back.role, back.seat], ['member', bob.seat])
})

test('[RO8] whoever is banned comes in by nothing, finds the room in no list, and does once it is taken back', async () => {
  await using server = await startTestServer()
  const { alice, bob, carol, dan, roomId } = await roomOfFour(server)
  const body = { access: 'open', entry: 'knock' }
  assert.equal((await alice.client.send('PATCH', paths.room(roomId), { body })).status, 200)
  const { token } = await carol.client.invite(roomId)
  assert.equal((await remove(bob, dan, roomId, true)).status, 204)
  assertRefused(await dan.client.send('POST', paths.joinRoom(roomId)), 'room-banned')
  assertRefused(await dan.client.send('POST', paths.acceptInvite(token), { body: {} }), 'room-banned')
  const knock = { body: { ticket: 'k'.repeat(22) } }
  assertRefused(await dan.client.send('POST', knockPaths.room(token), knock), 'room-banned')
  const { mine, open } = await dan.client.rooms()
  assert.deepEqual([mine, open], [[], []])
  for (const who of [carol, dan])
    assert.notEqual((await who.client.send('GET', memberPaths.banned(roomId))).status, 200)
  const banned = (await bob.client.send('GET', memberPaths.banned(roomId))).body as BannedResponse
  assert.deepEqual(
    banned.people.map(({ id, name }) => [id, name]),
    [[dan.personId, 'Dan']],
  )

  assertRefused(await carol.client.send('DELETE', memberPaths.ban(roomId, dan.personId)), 'forbidden')
  assert.equal((await bob.client.send('DELETE', memberPaths.ban(roomId, dan.personId))).status, 204)
  assert.equal((await dan.client.rooms()).open.length, 1)
  assert.equal((await dan.client.joinRoom(roomId)).seat, dan.seat)
})

test('[RO8] somebody who has left already can be banned', async () => {
  await using server = await startTestServer()
  const { bob, dan, roomId } = await roomOfFour(server)
  const { token } = await bob.client.invite(roomId)
  await dan.client.send('POST', paths.leaveRoom(roomId))
  assert.equal((await remove(bob, dan, roomId, true)).status, 204)
  assertRefused(await dan.client.send('POST', paths.acceptInvite(token), { body: {} }), 'room-banned')
})

test('[RO9] a room is opened to everybody and closed again; whoever is in it stays', async () => {
  await using server = await startTestServer()
  const { alice, carol, roomId } = await roomOfFour(server)
  const [eve, finn] = [await TestClient.register(server, 'Eve'), await TestClient.register(server, 'Finn')]
  const change = (by: Seated, access: string): Promise<Answer> =>
    by.client.send('PATCH', paths.room(roomId), { body: { access } })
  assertRefused(await change(carol, 'invite'), 'forbidden')
  await change(alice, 'open')
  await eve.joinRoom(roomId)
  await change(alice, 'invite')
  assert.equal((await eve.joinRoom(roomId)).room.access, 'invite')
  assertRefused(await finn.send('POST', paths.joinRoom(roomId)), 'not-found')
  const kinds = (await decisionsOf(alice, roomId)).map(({ kind }) => kind)
  assert.deepEqual(kinds.slice(0, 1), ['closed'])
})

test('[RO10] of very many decisions the newest are kept, of each room its own', async () => {
  const clock = testClock()
  await using server = await startTestServer({ clock })
  const { alice, bob, carol, roomId } = await roomOfFour(server)
  inDatabase(server.dataDir, (db) => {
    const insert = db.prepare(
      "INSERT INTO decision (room_id, kind, by_person_id, decided_at) VALUES (?, 'locked', ?, 0)",
    )
    for (let n = 0; n < decisionsKeptMax + 5; n += 1) insert.run(roomId, bob.personId)
  })
  await make(alice, carol, roomId, 'moderator')
  const count = inDatabase(server.dataDir, (db) =>
    db.prepare('SELECT count(*) FROM decision WHERE room_id = ?').pluck().get(roomId),
  )
  assert.equal(count, decisionsKeptMax)
  const [newest] = await decisionsOf(alice, roomId)
  assert.deepEqual(newest, { kind: 'made-moderator', by: 'Alice', about: 'Carol', atMs: clock() })
  assertRefused(await alice.client.send('GET', memberPaths.decisions('A'.repeat(22) as RoomId)), 'not-found')
})
