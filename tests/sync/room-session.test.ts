/** The page's side of synchronisation against a real server: what the engines of chat, board and call stand on. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type * as Y from 'yjs'
import type { RoomResponse } from '#shared/http.ts'
import { seatOf, type PersonId } from '#shared/ids.ts'
import { firstSheetId } from '#shared/room.ts'
import type { DocumentPort } from '#web/sync/ports.ts'
import { openRoomSession, type RoomSession } from '#web/sync/room-session.ts'
import { TestClient } from '../support/client.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { testWorld, type Device, type TestWorld } from '../support/sync-world.ts'
import { until } from '../support/until.ts'

type Person = Readonly<{ client: TestClient; answer: RoomResponse }>

/** People with a seat in one room; the first made it. */
async function seated(server: TestServer, ...names: readonly string[]): Promise<Person[]> {
  const clients: TestClient[] = []
  for (const name of names) clients.push(await TestClient.register(server, name))
  const [host, ...others] = clients
  assert.ok(host !== undefined)
  const answer = await host.createRoom()
  const { token } = await host.invite(answer.room.id)
  const people: Person[] = [{ client: host, answer }]
  for (const client of others) people.push({ client, answer: await client.accept(token) })
  return people
}

async function enter(
  { client, answer }: Person,
  device: Device = new Map(),
): Promise<Readonly<{ session: RoomSession; world: TestWorld }>> {
  const world = testWorld(client, device)
  const { me } = await client.me()
  assert.ok(me !== null)
  const { room, seat, role, chatTail } = answer
  return {
    world,
    session: openRoomSession({ world, roomId: room.id, personId: me.id, seat, role, chatTail }),
  }
}

async function isLive(session: RoomSession): Promise<void> {
  await until(() => session.connection().kind === 'live' || undefined, 'a live connection')
}

const messages = (port: DocumentPort): Y.Map<unknown> => port.doc.getMap('m')

function write(port: DocumentPort, id: string, text: string): void {
  const key = `${port.seat.toString(36)}.${(1_700_000_000_000).toString(36)}${id}`
  port.transact(() => {
    messages(port).set(key, { x: text, l: 1 + messages(port).size })
  })
}

const texts = (port: DocumentPort): string[] =>
  [...messages(port).values()].map((value) => (value as { x: string }).x).sort()

async function reads(port: DocumentPort, ...wanted: readonly string[]): Promise<void> {
  await until(
    () => String(texts(port)) === String([...wanted].sort()) || undefined,
    `${String(wanted)} in the chat`,
  )
}

async function isSent(port: DocumentPort): Promise<void> {
  await until(() => (port.state().isSynced && !port.state().hasUnsent) || undefined, 'everything sent')
}

test('[W5] two pages write, each has the other’s words, and both know that theirs are saved', async () => {
  await using server = await startTestServer()
  const [ada, ben] = await seated(server, 'Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  using one = (await enter(ada)).session
  using two = (await enter(ben)).session
  await Promise.all([isLive(one), isLive(two)])
  const [mine, theirs] = [one.openChat(0), two.openChat(0)]
  write(mine, 'aaa', 'from Ada')
  assert.equal(mine.state().hasUnsent, true)
  write(theirs, 'bbb', 'from Ben')
  await Promise.all([mine, theirs].map((port) => reads(port, 'from Ada', 'from Ben')))
  await Promise.all([isSent(mine), isSent(theirs)])
  assert.equal(one.room.doc.getMap('info').get('title'), 'Garden')
})

test('[ID3] every struct a page makes is under a clientID of its own seat', async () => {
  await using server = await startTestServer()
  const [ada, ben] = await seated(server, 'Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  using session = (await enter(ben)).session
  const chat = session.openChat(0)
  await until(() => chat.state().isLoaded || undefined, 'the copy of this device')
  chat.doc.clientID = 7
  write(chat, 'aaa', 'one')
  assert.equal(seatOf(chat.doc.clientID), ben.answer.seat)
  assert.deepEqual(
    [...chat.doc.store.clients.keys()].map((clientId) => seatOf(clientId)),
    [ben.answer.seat],
  )
})

test('what is written without a network is kept, and sent once when it is back', async () => {
  await using server = await startTestServer()
  const [ada, ben] = await seated(server, 'Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const { session: one, world } = await enter(ada)
  using two = (await enter(ben)).session
  const [mine, theirs] = [one.openChat(0), two.openChat(0)]
  await Promise.all([isLive(one), isLive(two)])
  world.setOnline(false)
  assert.equal(one.connection().kind, 'offline')
  write(mine, 'aaa', 'without a network')
  write(theirs, 'bbb', 'meanwhile')
  await isSent(theirs)
  assert.deepEqual(texts(mine), ['without a network'])
  assert.equal(mine.state().hasUnsent, true)
  world.setOnline(true)
  await isLive(one)
  await Promise.all([mine, theirs].map((port) => reads(port, 'without a network', 'meanwhile')))
  await isSent(mine)
  one[Symbol.dispose]()
})

test('a page that is reloaded knows what it has not sent yet, and sends it', async () => {
  await using server = await startTestServer()
  const [ada, ben] = await seated(server, 'Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const device: Device = new Map()
  const { session: before, world } = await enter(ada, device)
  world.setOnline(false)
  const early = before.openChat(0)
  await until(() => early.state().isLoaded || undefined, 'the copy of this device')
  write(early, 'aaa', 'kept')
  early[Symbol.dispose]()
  before[Symbol.dispose]()

  const { session, world: later } = await enter(ada, device)
  using after = session
  later.setOnline(false)
  const chat = after.openChat(0)
  await until(() => chat.state().isLoaded || undefined, 'the copy of this device')
  assert.equal(chat.state().hasUnsent, true)
  later.setOnline(true)
  await isSent(chat)
  using other = (await enter(ben)).session
  await reads(other.openChat(0), 'kept')
})

test('what is kept without its mark counts as not sent until the server has it', async () => {
  await using server = await startTestServer()
  const [ada] = await seated(server, 'Ada')
  assert.ok(ada !== undefined)
  const device: Device = new Map()
  const { session: before, world } = await enter(ada, device)
  world.setOnline(false)
  const early = before.openChat(0)
  await until(() => early.state().isLoaded || undefined, 'the copy of this device')
  write(early, 'aaa', 'kept')
  early[Symbol.dispose]()
  before[Symbol.dispose]()
  // Another page of the device had everything of its own saved.
  for (const kept of device.values()) kept.hasUnsent = false

  using session = (await enter(ada, device)).session
  const chat = session.openChat(0)
  const seen: boolean[] = []
  chat.onChange(() => {
    if (chat.state().isSynced) seen.push(chat.state().hasUnsent)
  })
  await isSent(chat)
  assert.deepEqual([seen[0], seen.at(-1)], [true, false])
})

test('a room that is opened while the server is away says so, and is live once it is back', async () => {
  await using server = await startTestServer()
  const [ada] = await seated(server, 'Ada')
  assert.ok(ada !== undefined)
  // Who was here before: asking who one is needs the server.
  const { session: before, world } = await enter(ada)
  before[Symbol.dispose]()
  await server.stop()
  const { room, seat, role, chatTail } = ada.answer
  using session = openRoomSession({
    world,
    roomId: room.id,
    personId: 'ada' as PersonId,
    seat,
    role,
    chatTail,
  })
  assert.equal(session.connection().kind, 'connecting')
  await until(() => session.connection().kind === 'reconnecting' || undefined, 'the server to be missed')
  const { port, dataDir } = server
  await using again = await startTestServer({ port, dataDir })
  await isLive(session)
  assert.equal(again.port, port)
})

test('the server starts again: pages come back by themselves with everything', async () => {
  await using server = await startTestServer()
  const [ada, ben] = await seated(server, 'Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const { session: one, world } = await enter(ada)
  const mine = one.openChat(0)
  await isLive(one)
  write(mine, 'aaa', 'before')
  await isSent(mine)
  await server.stop()
  await until(() => one.connection().kind === 'reconnecting' || undefined, 'the loss')
  write(mine, 'bbb', 'meanwhile')
  await using again = await startTestServer({ port: server.port, dataDir: server.dataDir })
  assert.equal(again.port, server.port)
  world.wake()
  await isLive(one)
  await isSent(mine)
  using two = (await enter(ben)).session
  await reads(two.openChat(0), 'before', 'meanwhile')
  one[Symbol.dispose]()
})

test('[P2] presence carries the identity that the server has verified, and goes with the page', async () => {
  await using server = await startTestServer()
  const [ada, ben] = await seated(server, 'Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  using one = (await enter(ada)).session
  const { session: two } = await enter(ben)
  two.presence.set('isTyping', true)
  const seen = () => one.presence.others().get(two.presence.clientId)
  await until(() => seen()?.isTyping, 'who types')
  assert.equal(seen()?.user?.name, 'Ben')
  assert.equal(seen()?.user?.seat, ben.answer.seat)
  two.presence.set('isTyping', undefined)
  await until(
    () => (seen()?.isTyping === undefined && seen() !== undefined) || undefined,
    'who types no more',
  )
  two[Symbol.dispose]()
  await until(() => seen() === undefined || undefined, 'who is gone')
})

test('[P3] after the network was away everybody is there again, once', async () => {
  await using server = await startTestServer()
  const [ada, ben] = await seated(server, 'Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const { session: one, world } = await enter(ada)
  using two = (await enter(ben)).session
  const see = async () => {
    await until(() => one.presence.others().size === 1 || undefined, 'Ben at Ada’s')
    await until(() => two.presence.others().size === 1 || undefined, 'Ada at Ben’s')
  }
  await see()
  world.setOnline(false)
  assert.equal(one.presence.others().size, 0)
  await until(() => two.presence.others().size === 0 || undefined, 'Ada gone at Ben’s')
  world.setOnline(true)
  await see()
  one[Symbol.dispose]()
})

test('[W4] transient bytes reach whoever has the board open, with their sender', async () => {
  await using server = await startTestServer()
  const [ada, ben] = await seated(server, 'Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  using one = (await enter(ada)).session
  using two = (await enter(ben)).session
  const [mine, theirs] = [one.openBoard(firstSheetId), two.openBoard(firstSheetId)]
  await Promise.all([isLive(one), isLive(two)])
  await until(() => (mine.state().isSynced && theirs.state().isSynced) || undefined, 'both boards')
  await until(() => two.presence.others().size === 1 || undefined, 'Ada at Ben’s')
  const heard = new Promise<readonly [number, Uint8Array]>((resolve) => {
    theirs.live.onReceive((clientId, payload) => {
      resolve([clientId, payload])
    })
  })
  mine.live.send(new Uint8Array([1, 2, 3]))
  assert.deepEqual(await heard, [one.presence.clientId, new Uint8Array([1, 2, 3])])
})

test('[H-11] signing out ends the session’s pages for good, and says why', async () => {
  await using server = await startTestServer()
  const [ada] = await seated(server, 'Ada')
  assert.ok(ada !== undefined)
  using session = (await enter(ada)).session
  await isLive(session)
  await ada.client.logout()
  await until(() => session.connection().kind === 'closed' || undefined, 'the end')
  assert.deepEqual(session.connection(), { kind: 'closed', code: 'signed-out' })
})

test('[D3] nobody’s page may change the room document', async () => {
  await using server = await startTestServer()
  const [ada] = await seated(server, 'Ada')
  assert.ok(ada !== undefined)
  using session = (await enter(ada)).session
  await isLive(session)
  assert.equal(session.room.state().canWrite, false)
  assert.throws(() => session.room.transact(() => session.room.doc.getMap('info').set('title', 'mine')))
})

test('a sheet that is open a second time, to be read, and closed again: what the first has to send still counts', async () => {
  await using server = await startTestServer()
  const [alice] = await seated(server, 'Alice')
  assert.ok(alice !== undefined)
  using session = (await enter(alice)).session
  const shown = session.openBoard(firstSheetId)
  const read = session.openBoard(firstSheetId)
  await until(() => (shown.state().isSynced && read.state().isSynced) || undefined, 'both are open')
  read[Symbol.dispose]()
  shown.transact(() => shown.doc.getMap('shapes').set('1.a', {}))
  assert.equal(session.hasUnsent(), true)
})
