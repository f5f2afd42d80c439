/** Rooms: making, finding, entering, changing and leaving them. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import type { ErrorCode } from '#shared/errors.ts'
import { paths, type RoomResponse } from '#shared/http.ts'
import { idFromBytes, type RoomId } from '#shared/ids.ts'
import { mutePath } from '#shared/mute.ts'
import { assertRefused } from '../support/answers.ts'
import { TestClient } from '../support/client.ts'
import { testClock } from '../support/clock.ts'
import { inDatabase } from '../support/database.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

async function aliceAndBob(server: TestServer): Promise<[TestClient, TestClient]> {
  return [await TestClient.register(server, 'Alice'), await TestClient.register(server, 'Bob')]
}

/** Alice owns it, Carol moderates it, Bob is a member, and there is a guest. */
async function roomOfAllRoles(server: TestServer) {
  const [alice, bob] = await aliceAndBob(server)
  const carol = await TestClient.register(server, 'Carol')
  const { room } = await alice.createRoom('Garden', 'open')
  await bob.joinRoom(room.id)
  const { seat } = await carol.joinRoom(room.id)
  inDatabase(server.dataDir, (db) =>
    db.prepare("UPDATE seat SET role = 'moderator' WHERE seat = ?").run(seat),
  )
  const { token } = await alice.invite(room.id)
  const guest = await TestClient.guest(server, token, 'Gus')
  return { room, alice, bob, carol, guest }
}

const randomRoomId = () => idFromBytes(randomBytes(16)) as RoomId

test('[ID1] a new room has an id nobody can guess, and its maker owns it in the first seat', async () => {
  const clock = testClock()
  await using server = await startTestServer({ clock })
  const alice = await TestClient.register(server, 'Alice')
  const made = await alice.send('POST', paths.rooms, { body: { title: '  The   garden ', access: 'open' } })
  assert.equal(made.status, 201)
  const { room, seat, role, drawing, readCount } = made.body as RoomResponse
  assert.match(room.id, /^[\w-]{22}$/)
  assert.deepEqual(
    { seat, role, drawing, readCount },
    { seat: 1, role: 'owner', drawing: 'everyone', readCount: 0 },
  )
  assert.deepEqual(room, {
    id: room.id,
    title: 'The garden',
    topic: '',
    isArchived: false,
    others: null,
    access: 'open',
    role: 'owner',
    peopleCount: 1,
    inCallCount: 0,
    hereCount: 0,
    messageCount: 0,
    unreadCount: 0,
    mentionCount: 0,
    isMuted: false,
    lastActiveAtMs: clock(),
  })
  assert.deepEqual(await alice.ask('GET', paths.room(room.id)), made.body)
})

test('[N2] a title that cannot be shown is refused with the reason', async () => {
  await using server = await startTestServer()
  const alice = await TestClient.register(server, 'Alice')
  const { room } = await alice.createRoom()
  const refusals: [string, ErrorCode][] = [
    ['', 'title-empty'],
    ['\u200b', 'title-empty'],
    ['x'.repeat(101), 'title-too-long'],
    ['a\nb\0', 'name-malformed'],
  ]
  for (const [title, code] of refusals) {
    assertRefused(await alice.send('POST', paths.rooms, { body: { title, access: 'open' } }), code)
    assertRefused(await alice.send('PATCH', paths.room(room.id), { body: { title } }), code)
  }
})

test('[RO1] an open room is in the list of everybody with an account, an invite-only one in nobody’s', async () => {
  const clock = testClock()
  await using server = await startTestServer({ clock })
  const [alice, bob] = await aliceAndBob(server)
  const open = await alice.createRoom('Open', 'open')
  clock.advance(1)
  const hidden = await alice.createRoom('Hidden', 'invite')
  const titles = async (person: TestClient) => {
    const { mine, open } = await person.rooms()
    return { mine: mine.map(({ title }) => title), open: open.map(({ title }) => title) }
  }
  assert.deepEqual(await titles(alice), { mine: ['Hidden', 'Open'], open: [] }, 'latest first')
  assert.deepEqual(await titles(bob), { mine: [], open: ['Open'] })
  await bob.joinRoom(open.room.id)
  assert.deepEqual(await titles(bob), { mine: ['Open'], open: [] })

  const { token } = await alice.invite(hidden.room.id)
  const guest = await TestClient.guest(server, token, 'Gus')
  assert.deepEqual(await titles(guest), { mine: ['Hidden'], open: [] }, 'guests see where they were let in')
})

test('[RO1] joining an open room makes a member; joining again changes nothing', async () => {
  await using server = await startTestServer()
  const [alice, bob] = await aliceAndBob(server)
  const { room } = await alice.createRoom('Garden', 'open')
  const joined = await bob.joinRoom(room.id)
  assert.deepEqual({ seat: joined.seat, role: joined.role }, { seat: 2, role: 'member' })
  assert.equal(joined.room.peopleCount, 2)
  assert.deepEqual(await bob.joinRoom(room.id), joined)
  assert.equal((await alice.joinRoom(room.id)).role, 'owner')
})

test('[ID2] who leaves and returns has the seat they had, and nobody else gets it', async () => {
  await using server = await startTestServer()
  const [alice, bob] = await aliceAndBob(server)
  const carol = await TestClient.register(server, 'Carol')
  const { room } = await alice.createRoom('Garden', 'open')
  assert.equal((await bob.joinRoom(room.id)).seat, 2)
  await bob.ask('POST', paths.leaveRoom(room.id))
  assertRefused(await bob.send('GET', paths.room(room.id)), 'not-found')
  assert.equal((await carol.joinRoom(room.id)).seat, 3)
  assert.equal((await alice.ask<RoomResponse>('GET', paths.room(room.id))).room.peopleCount, 2)
  assert.equal((await bob.joinRoom(room.id)).seat, 2)
})

test('[ID2] many who come at once have a seat each', async () => {
  await using server = await startTestServer()
  const alice = await TestClient.register(server, 'Alice')
  const { room } = await alice.createRoom('Garden', 'open')
  const people = await Promise.all(
    Array.from({ length: 20 }, (_, n) => TestClient.register(server, `Person ${n}`)),
  )
  const seats = await Promise.all(people.map(async (person) => (await person.joinRoom(room.id)).seat))
  assert.deepEqual(
    seats.sort((a, b) => a - b),
    Array.from({ length: 20 }, (_, n) => n + 2),
  )
})

test('[R-01] unknown rooms, whatever their name, get the same answer to everything', async () => {
  await using server = await startTestServer()
  const alice = await TestClient.register(server, 'Alice')
  const strange = [
    'x',
    '%00',
    '__proto__',
    '..%2f..%2fetc',
    'a'.repeat(200),
    '%F0%9F%A6%A9',
    '%E0%A4%A',
    "'%20OR%201=1",
  ]
  const ids = [...Array.from({ length: 500 }, randomRoomId), ...(strange as RoomId[])]
  for (const id of ids) assertRefused(await alice.send('GET', paths.room(id)), 'not-found')
  for (const id of ids.slice(-20)) {
    assertRefused(await alice.send('POST', paths.joinRoom(id)), 'not-found')
    assertRefused(await alice.send('POST', paths.leaveRoom(id)), 'not-found')
    assertRefused(await alice.send('POST', paths.invites(id)), 'not-found')
    assertRefused(await alice.send('PATCH', paths.room(id), { body: { title: 'Mine' } }), 'not-found')
    assertRefused(await alice.send('PUT', paths.markRead(id), { body: { readCount: 1 } }), 'not-found')
  }
})

test('[R-02] a room one is not in is the same as one that does not exist, in status, words and headers', async () => {
  await using server = await startTestServer()
  const [alice, bob] = await aliceAndBob(server)
  const { room } = await alice.createRoom('Hidden', 'invite')
  const { token } = await alice.invite((await alice.createRoom('Other', 'invite')).room.id)
  const guest = await TestClient.guest(server, token, 'Gus')
  const open = await alice.createRoom('Open', 'open')

  const asks = (id: RoomId) =>
    [
      ['GET', paths.room(id), undefined],
      ['POST', paths.leaveRoom(id), undefined],
      ['POST', paths.invites(id), undefined],
      ['PATCH', paths.room(id), { title: 'Mine' }],
      ['PUT', paths.markRead(id), { readCount: 1 }],
      ['POST', paths.joinRoom(id), undefined],
    ] as const
  const seen = async (person: TestClient, id: RoomId) => {
    const answers = []
    for (const [method, path, body] of asks(id)) {
      const { status, headers, body: said } = await person.send(method, path, { body })
      answers.push({ status, said, headers: [...headers].filter(([name]) => name !== 'date') })
    }
    return answers
  }
  assert.deepEqual(await seen(bob, room.id), await seen(bob, randomRoomId()))
  assert.deepEqual(await seen(guest, room.id), await seen(guest, randomRoomId()))
  assert.deepEqual(
    await seen(guest, open.room.id),
    await seen(guest, randomRoomId()),
    'open is not for guests',
  )
})

test('[R-02] a stranger is told to sign in, whether the room exists or not', async () => {
  await using server = await startTestServer()
  const alice = await TestClient.register(server, 'Alice')
  const { room } = await alice.createRoom('Open', 'open')
  for (const id of [room.id, randomRoomId()]) {
    const stranger = new TestClient(server)
    assertRefused(await stranger.send('GET', paths.room(id)), 'signed-out')
    assertRefused(await stranger.send('POST', paths.joinRoom(id)), 'signed-out')
    assertRefused(await stranger.send('POST', paths.invites(id)), 'signed-out')
  }
  assertRefused(await new TestClient(server).send('GET', paths.rooms), 'signed-out')
  const body = { title: 'Mine', access: 'open' }
  assertRefused(await new TestClient(server).send('POST', paths.rooms, { body }), 'signed-out')
})

test('[RO1] what each role may do with a room follows from the role alone', async () => {
  await using server = await startTestServer()
  const { room, alice, bob, carol, guest } = await roomOfAllRoles(server)

  const rename = (person: TestClient) =>
    person.send('PATCH', paths.room(room.id), { body: { title: 'Pond' } })
  const invite = (person: TestClient) => person.send('POST', paths.invites(room.id))
  for (const person of [alice, carol]) assert.equal((await rename(person)).status, 200)
  for (const person of [bob, guest]) assertRefused(await rename(person), 'forbidden')
  for (const person of [alice, carol, bob]) assert.equal((await invite(person)).status, 201)
  assertRefused(await invite(guest), 'forbidden')
  assertRefused(
    await guest.send('POST', paths.rooms, { body: { title: 'Mine', access: 'open' } }),
    'forbidden',
  )
})

test('[RO1] a renamed room has its new title for everybody', async () => {
  await using server = await startTestServer()
  const [alice, bob] = await aliceAndBob(server)
  const { room } = await alice.createRoom('Garden', 'open')
  await bob.joinRoom(room.id)
  const renamed = await alice.ask<RoomResponse>('PATCH', paths.room(room.id), { title: ' The  pond ' })
  assert.equal(renamed.room.title, 'The pond')
  assert.equal((await bob.rooms()).mine[0]?.title, 'The pond')
})

test('[BO5] who moderates a room says who draws in it; what a change does not name stays as it is', async () => {
  await using server = await startTestServer()
  const { room, alice, bob, carol, guest } = await roomOfAllRoles(server)

  const change = (person: TestClient, body: object) => person.send('PATCH', paths.room(room.id), { body })
  const now = async () => {
    const { room: summary, drawing } = await bob.ask<RoomResponse>('GET', paths.room(room.id))
    return [summary.title, drawing]
  }
  for (const person of [bob, guest]) {
    assertRefused(await change(person, { drawing: 'members' }), 'forbidden')
    assertRefused(await change(person, { title: 'Pond', drawing: 'members' }), 'forbidden')
  }
  assert.equal((await change(carol, { drawing: 'moderators' })).status, 200)
  assert.deepEqual(await now(), ['Garden', 'moderators'])
  assert.equal((await change(alice, { title: 'Pond' })).status, 200)
  assert.deepEqual(await now(), ['Pond', 'moderators'])
  assert.equal((await change(alice, { title: 'Lake', drawing: 'members' })).status, 200)
  assert.equal((await change(alice, {})).status, 200)
  assert.deepEqual(await now(), ['Lake', 'members'])
  assertRefused(await change(alice, { title: '', drawing: 'everyone' }), 'title-empty')
  for (const drawing of ['nobody', null, 1, ['members']])
    assertRefused(await change(alice, { drawing }), 'request-malformed')
  assertRefused(await change(alice, { access: 'secret' }), 'request-malformed')
  assert.deepEqual(await now(), ['Lake', 'members'])
})

test('[RO6] who moderates a room says who writes in its chat', async () => {
  await using server = await startTestServer()
  const { room, alice, bob, carol, guest } = await roomOfAllRoles(server)
  const change = (person: TestClient, body: object) => person.send('PATCH', paths.room(room.id), { body })
  const now = async () => {
    const { posting, drawing } = await bob.ask<RoomResponse>('GET', paths.room(room.id))
    return [posting, drawing]
  }
  assert.deepEqual(await now(), ['everyone', 'everyone'])
  const stranger = await TestClient.register(server, 'Dan')
  assertRefused(await change(stranger, { posting: 'members' }), 'not-found')
  for (const person of [bob, guest]) assertRefused(await change(person, { posting: 'members' }), 'forbidden')
  assert.equal((await change(carol, { posting: 'moderators' })).status, 200)
  assert.deepEqual(await now(), ['moderators', 'everyone'])
  assert.equal((await change(alice, { drawing: 'members' })).status, 200)
  assert.deepEqual(await now(), ['moderators', 'members'])
  for (const posting of ['nobody', null, 1, ['members']])
    assertRefused(await change(alice, { posting }), 'request-malformed')
  assert.deepEqual(await now(), ['moderators', 'members'])
})

test('[RO3] a room has a topic of one line, from those who moderate it; empty it has none', async () => {
  await using server = await startTestServer()
  const { room, alice, bob, carol, guest } = await roomOfAllRoles(server)
  const change = (person: TestClient, topic: unknown) =>
    person.send('PATCH', paths.room(room.id), { body: { topic } })
  const stranger = await TestClient.register(server, 'Dan')
  for (const person of [bob, guest]) assertRefused(await change(person, 'Beds'), 'forbidden')
  assertRefused(await change(stranger, 'Beds'), 'not-found')
  for (const person of [alice, carol]) assert.equal((await change(person, '  Beds  and\nseeds ')).status, 200)
  const listed = async (person: TestClient) =>
    (await person.rooms()).mine.map(({ topic, title }) => [title, topic])
  assert.deepEqual(await listed(guest), [['Garden', 'Beds and seeds']])
  assert.deepEqual((await stranger.rooms()).open[0]?.topic, 'Beds and seeds', 'also in the directory')
  assert.equal((await change(alice, '🌱'.repeat(200))).status, 200)
  assertRefused(await change(alice, '🌱'.repeat(201)), 'topic-too-long')
  assertRefused(await change(alice, 'a\0b'), 'topic-malformed')
  assertRefused(await change(alice, 'x'.repeat(2_049)), 'request-malformed')
  for (const topic of [null, 1, ['x']]) assertRefused(await change(alice, topic), 'request-malformed')
  assert.equal((await change(alice, ' ')).status, 200)
  assert.deepEqual(await listed(bob), [['Garden', '']])
})

test('[RO5] each mutes a room for themselves, and finds it muted on every device, also when they come back', async () => {
  await using server = await startTestServer()
  const { room, alice, bob, guest } = await roomOfAllRoles(server)
  const mute = (person: TestClient, body: object = { isMuted: true }) =>
    person.send('PUT', mutePath(room.id), { body })
  const isMuted = async (person: TestClient) => {
    const { room: summary } = await person.ask<RoomResponse>('GET', paths.room(room.id))
    const listed = (await person.rooms()).mine.find(({ id }) => id === room.id)
    assert.equal(listed?.isMuted, summary.isMuted)
    return summary.isMuted
  }
  for (const person of [bob, guest]) assert.equal((await mute(person)).status, 204)
  assert.equal((await mute(bob)).status, 204, 'again')
  const bobElsewhere = new TestClient(server)
  await bobElsewhere.login('Bob')
  assert.deepEqual(await Promise.all([bob, bobElsewhere, guest, alice].map(isMuted)), [
    true,
    true,
    true,
    false,
  ])

  await bob.ask('POST', paths.leaveRoom(room.id))
  assertRefused(await mute(bob, { isMuted: false }), 'not-found')
  await bob.joinRoom(room.id)
  assert.equal(await isMuted(bob), true)
  assert.equal((await mute(bob, { isMuted: false })).status, 204)
  assert.equal(await isMuted(bobElsewhere), false)

  for (const body of [{}, { isMuted: 1 }, { isMuted: null }, { isMuted: true, for: 'all' }])
    assertRefused(await mute(alice, body), 'request-malformed')
  const stranger = await TestClient.register(server, 'Dan')
  assertRefused(await mute(stranger), 'not-found')
  assertRefused(await mute(new TestClient(server)), 'signed-out')
})

test('[RO1] the owner of a room cannot leave it alone', async () => {
  await using server = await startTestServer()
  const alice = await TestClient.register(server, 'Alice')
  const { room } = await alice.createRoom()
  assertRefused(await alice.send('POST', paths.leaveRoom(room.id)), 'owner-cannot-leave')
})

test('[RO1] what is read only ever grows, and not beyond the last message', async () => {
  await using server = await startTestServer()
  const alice = await TestClient.register(server, 'Alice')
  const { room } = await alice.createRoom()
  inDatabase(server.dataDir, (db) => db.prepare('UPDATE room SET message_count = 9').run())
  const readAfter = async (readCount: number) => {
    assert.equal((await alice.send('PUT', paths.markRead(room.id), { body: { readCount } })).status, 204)
    const now = await alice.ask<RoomResponse>('GET', paths.room(room.id))
    return [now.readCount, now.room.unreadCount]
  }
  assert.deepEqual(await readAfter(4), [4, 5])
  assert.deepEqual(await readAfter(2), [4, 5])
  assert.deepEqual(await readAfter(99), [9, 0])
  // But a person may take it back, and then only back.
  const back = async (readCount: number) => {
    await alice.send('PUT', paths.markRead(room.id), { body: { readCount, isBack: true } })
    return (await alice.ask<RoomResponse>('GET', paths.room(room.id))).readCount
  }
  assert.equal(await back(3), 3)
  assert.equal(await back(7), 3)
  for (const readCount of [-1, 1.5, 2 ** 40, '3', null]) {
    const answer = await alice.send('PUT', paths.markRead(room.id), { body: { readCount } })
    assertRefused(answer, 'request-malformed')
  }
})

test('[RO1] what was said before somebody came is not unread to them', async () => {
  await using server = await startTestServer()
  const [alice, bob] = await aliceAndBob(server)
  const { room } = await alice.createRoom('Garden', 'open')
  inDatabase(server.dataDir, (db) => db.prepare('UPDATE room SET message_count = 9').run())
  const joined = await bob.joinRoom(room.id)
  assert.deepEqual([joined.readCount, joined.room.unreadCount], [9, 0])
})
