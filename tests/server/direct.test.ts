/** Conversations: whom one may write to, that there is one for the same people, and that nobody else gets in. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import fc from 'fast-check'
import { directKeyOf, directPaths, isPair, titleOf } from '#shared/direct.ts'
import { paths, type PeopleResponse, type RoomResponse } from '#shared/http.ts'
import { idFromBytes, type PersonId, type RoomId } from '#shared/ids.ts'
import { directPeopleMax, roomsPerPersonPerDayMax } from '#shared/limits.ts'
import { assertRefused } from '../support/answers.ts'
import { TestClient, type Answer } from '../support/client.ts'
import { testClock } from '../support/clock.ts'
import { inDatabase } from '../support/database.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const dayMs = 24 * 3_600_000
const randomPersonId = () => idFromBytes(randomBytes(16)) as PersonId

type Somebody = Readonly<{ client: TestClient; id: PersonId }>

/** People with accounts who are in one room. */
async function acquainted(server: TestServer, ...names: readonly string[]) {
  const people: Somebody[] = []
  for (const name of names) {
    const client = await TestClient.register(server, name)
    people.push({ client, id: (await client.me()).me!.id })
  }
  const [first, second, ...others] = people
  assert.ok(first !== undefined && second !== undefined)
  const { room } = await first.client.createRoom('Garden', 'open')
  for (const { client } of [second, ...others]) await client.joinRoom(room.id)
  return { people: [first, second, ...others] as const, garden: room }
}

const write = (from: Somebody, ...to: readonly Readonly<{ id: PersonId }>[]): Promise<Answer> =>
  from.client.send('POST', directPaths.direct, { body: { personIds: to.map(({ id }) => id) } })

async function talk(from: Somebody, ...to: readonly Somebody[]): Promise<RoomResponse> {
  const { status, body } = await write(from, ...to)
  assert.equal(status, 200, JSON.stringify(body))
  return body as RoomResponse
}

/** As if something had been said there. */
function say(server: TestServer, id: RoomId): void {
  inDatabase(server.dataDir, (db) =>
    db.prepare('UPDATE room SET message_count = message_count + 1 WHERE id = ?').run(id),
  )
}

const mineOf = async ({ client }: Somebody) =>
  (await client.rooms()).mine.filter(({ others }) => others !== null).map(({ id }) => id)

test('[RO2] a conversation has no name of its own: each is shown the others', async () => {
  await using server = await startTestServer()
  const { people } = await acquainted(server, 'Alice', 'Bob', 'Carol')
  const [alice, bob, carol] = people
  assert.ok(carol !== undefined)
  const { room, role } = await talk(alice, bob, carol)
  assert.deepEqual([room.title, room.access, role], ['Bob, Carol', 'invite', 'member'])
  assert.deepEqual(room.others, [
    { id: bob.id, name: 'Bob' },
    { id: carol.id, name: 'Carol' },
  ])
  const seen = await bob.client.ask<RoomResponse>('GET', paths.room(room.id))
  assert.deepEqual([seen.room.title, seen.role], ['Alice, Carol', 'member'])
})

test('[RO2] the same people have one conversation, whoever asks, in whatever order, and all at once', async () => {
  await using server = await startTestServer()
  const { people } = await acquainted(server, 'Alice', 'Bob', 'Carol')
  const [alice, bob, carol] = people
  assert.ok(carol !== undefined)
  const asked = await Promise.all(
    Array.from({ length: 8 }, () => [
      talk(alice, bob, carol),
      talk(bob, carol, alice),
      talk(carol, alice, bob, alice),
    ]).flat(),
  )
  assert.equal(new Set(asked.map(({ room }) => room.id)).size, 1)
  assert.deepEqual(new Set(asked.map(({ seat }) => seat)), new Set([1, 2, 3]))
  const pair = await talk(bob, alice)
  assert.notEqual(pair.room.id, asked[0]?.room.id, 'fewer people have another')
  assert.equal((await talk(alice, bob)).room.id, pair.room.id)
})

test('[RO2] the key of a conversation is that of its people, and tells a pair', () => {
  const ids = fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 2, maxLength: 8 })
  fc.assert(
    fc.property(ids, fc.func(fc.nat()), (numbers, order) => {
      const people = numbers.map((number) => `person${String(number)}` as PersonId)
      const mixed = [...people].sort((a, b) => order(a) - order(b))
      assert.equal(directKeyOf([...mixed, ...people]), directKeyOf(people))
      assert.equal(isPair(directKeyOf(people)), people.length === 2)
    }),
  )
  assert.equal(titleOf([{ name: 'Bob', hasLeft: true }, { name: 'Carol' }]), 'Carol')
  assert.equal(titleOf([{ name: 'Bob', hasLeft: true }]), 'Bob')
})

test('[RO2] one writes to people one is in a room with: all others are the same not-found', async () => {
  await using server = await startTestServer()
  const { people, garden } = await acquainted(server, 'Alice', 'Bob')
  const [alice, bob] = people
  const dora = await TestClient.register(server, 'Dora')
  const doraId = (await dora.me()).me!.id
  const { token } = await alice.client.invite(garden.id)
  const gus = await TestClient.guest(server, token, 'Gus')
  const gusId = (await gus.me()).me!.id
  const namesFor = async (client: TestClient) =>
    (await client.ask<PeopleResponse>('GET', directPaths.people)).people.map(({ name }) => name)

  assert.deepEqual(await namesFor(alice.client), ['Bob'], 'neither guests nor strangers nor oneself')
  assert.deepEqual(await namesFor(dora), [])
  const stranger = { id: randomPersonId() }
  const refusals = [
    await write(alice, { id: doraId }),
    await write(alice, { id: gusId }),
    await write(alice, stranger),
    await write(alice, bob, { id: doraId }),
    await write(alice, alice),
    await write(alice, { id: 'x' as PersonId }),
    await write({ client: dora, id: doraId }, alice),
  ]
  for (const answer of refusals) assertRefused(answer, 'not-found')
  assert.deepEqual(await mineOf(alice), [])

  // Whom one met only there is gone with the room.
  await bob.client.ask('POST', paths.leaveRoom(garden.id))
  assertRefused(await write(alice, bob), 'not-found')
  await bob.client.joinRoom(garden.id)
  const { room } = await talk(alice, bob)
  await bob.client.ask('POST', paths.leaveRoom(garden.id))
  assert.equal((await talk(alice, bob)).room.id, room.id, 'but not a conversation that is there')
  inDatabase(server.dataDir, (db) => db.prepare('UPDATE person SET disabled_at = 1 WHERE id = ?').run(bob.id))
  assert.deepEqual(await namesFor(alice.client), [])
})

test('[RO2] guests and strangers have no conversations', async () => {
  await using server = await startTestServer()
  const { people, garden } = await acquainted(server, 'Alice', 'Bob')
  const [alice] = people
  const gus = await TestClient.guest(server, (await alice.client.invite(garden.id)).token, 'Gus')
  assertRefused(await write({ client: gus, id: alice.id }, alice), 'forbidden')
  assertRefused(await gus.send('GET', directPaths.people), 'forbidden')
  const stranger = new TestClient(server)
  assertRefused(await write({ client: stranger, id: alice.id }, alice), 'signed-out')
  assertRefused(await stranger.send('GET', directPaths.people), 'signed-out')
})

test('[RO2] [R-02] who is not in it cannot tell it from one that does not exist; nobody is let in', async () => {
  await using server = await startTestServer()
  const { people, garden } = await acquainted(server, 'Alice', 'Bob', 'Carol')
  const [alice, bob, carol] = people
  assert.ok(carol !== undefined)
  const { room } = await talk(alice, bob)
  say(server, room.id)
  const nothing = idFromBytes(randomBytes(16)) as RoomId
  for (const [method, path] of [
    ['GET', paths.room],
    ['POST', paths.joinRoom],
    ['POST', paths.leaveRoom],
    ['POST', paths.invites],
    ['GET', paths.export],
  ] as const) {
    const there = await carol.client.send(method, path(room.id))
    const nowhere = await carol.client.send(method, path(nothing))
    assertRefused(there, 'not-found')
    assert.deepEqual([there.status, there.body], [nowhere.status, nowhere.body])
  }
  const listed = await carol.client.rooms()
  assert.deepEqual(
    [...listed.mine, ...listed.open].map(({ id }) => id),
    [garden.id],
  )
  for (const { client } of [alice, bob]) {
    assertRefused(await client.send('POST', paths.invites(room.id)), 'direct-closed')
    assertRefused(await client.send('PATCH', paths.room(room.id), { body: { title: 'Ours' } }), 'forbidden')
  }
})

test('[RO2] the others see it once something is said', async () => {
  await using server = await startTestServer()
  const [alice, bob] = (await acquainted(server, 'Alice', 'Bob')).people
  const { room } = await talk(alice, bob)
  assert.deepEqual([await mineOf(alice), await mineOf(bob)], [[room.id], []])
  say(server, room.id)
  assert.deepEqual(await mineOf(bob), [room.id])
})

test('[RO2] a group can be left, and has whoever comes back; a pair cannot', async () => {
  await using server = await startTestServer()
  const [alice, bob, carol] = (await acquainted(server, 'Alice', 'Bob', 'Carol')).people
  assert.ok(carol !== undefined)
  const pair = await talk(alice, bob)
  for (const { client } of [alice, bob])
    assertRefused(await client.send('POST', paths.leaveRoom(pair.room.id)), 'pair-cannot-leave')

  const group = await talk(alice, bob, carol)
  say(server, group.room.id)
  await carol.client.ask('POST', paths.leaveRoom(group.room.id))
  assertRefused(await carol.client.send('GET', paths.room(group.room.id)), 'not-found')
  const again = await talk(alice, bob, carol)
  assert.deepEqual([again.room.id, again.room.title], [group.room.id, 'Bob'])
  assert.deepEqual(await mineOf(carol), [], 'others do not bring anybody back')
  assert.deepEqual((await bob.client.send('POST', paths.leaveRoom(group.room.id))).status, 204)
  assert.equal((await talk(alice, bob, carol)).room.title, 'Bob, Carol', 'all have left')
  const back = await talk(carol, alice, bob)
  assert.deepEqual([back.room.id, back.seat], [group.room.id, 3])
})

test('[RO2] two to eight people, so many in a day, and nothing else', async () => {
  const clock = testClock()
  await using server = await startTestServer({ clock })
  const names = Array.from({ length: directPeopleMax + 1 }, (_, n) => `Person ${String(n)}`)
  const [first, ...others] = (await acquainted(server, ...names)).people
  assert.equal((await talk(first, ...others.slice(1))).room.peopleCount, directPeopleMax)
  assertRefused(await write(first, ...others), 'request-malformed')
  assertRefused(await write(first), 'request-malformed')
  for (const personIds of [null, 'x', [null], ['x'.repeat(65)], {}]) {
    const answer = await first.client.send('POST', directPaths.direct, { body: { personIds } })
    assertRefused(answer, 'request-malformed')
  }
  inDatabase(server.dataDir, (db) => {
    const add = db.prepare(
      "INSERT INTO room (id, title, access, created_by, created_at, last_active_at) VALUES (?, '', 'invite', ?, ?, 0)",
    )
    for (let n = 0; n < roomsPerPersonPerDayMax; n += 1) add.run(`room ${String(n)}`, first.id, clock())
  })
  const [second] = others
  assertRefused(await write(first, second), 'too-many-requests')
  assert.equal((await write(first, ...others.slice(1))).status, 200, 'one that is there is no new one')
  clock.advance(dayMs)
  await talk(first, second)
})
