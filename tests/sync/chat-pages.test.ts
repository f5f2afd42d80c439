/** A room's chat as a chain of pages: on a real server, by programs that speak its protocol. */
import assert from 'node:assert/strict'
import test from 'node:test'
import * as Y from 'yjs'
import { reactionKey } from '#shared/chat/reaction.ts'
import { readHeader, sealedField } from '#shared/chat/page.ts'
import type { MessageKey } from '#shared/chat/message.ts'
import { paths, type RoomResponse } from '#shared/http.ts'
import { messagesBurstMax, pageMessagesMax, voidsBurstMax } from '#shared/limits.ts'
import { documentName } from '#shared/room.ts'
import { readVoids, type VoidNote } from '#shared/wire/notes.ts'
import { encodeAuth, encodeUpdate } from '#web/sync/frames.ts'
import { forgetIndex, freshCount, indexOf } from '../support/chat-index.ts'
import { save, shownTo, whole } from '../support/frames.ts'
import { changeOf, replicaOf, sayIn, seatedRoom, type Seated } from '../support/seated.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'

type Room = Readonly<{ people: readonly Seated[]; pageName: (page: number) => string; roomName: string }>

async function makeRoom(server: TestServer, ...names: readonly string[]): Promise<Room> {
  const { people, names: documents } = await seatedRoom(server, ...names)
  const roomId = people[0]?.answer.room.id
  assert.ok(roomId !== undefined)
  const pageName = (page: number): string => documentName({ kind: 'chat', roomId, page })
  return { people, pageName, roomName: documents.room }
}

function voidsToldTo(socket: SyncClient, name: string): VoidNote {
  return socket.received.flatMap((frame) =>
    frame.kind === 'note' && frame.address === name ? readVoids(frame.text) : [],
  )
}

const isSealed = (doc: Y.Doc): boolean => doc.getMap('p').has(sealedField)

/** Fills the page up to its limit, by as many people as that takes at once. */
async function fill(room: Room, page: number, count = pageMessagesMax): Promise<readonly string[]> {
  const keys: string[] = []
  for (const person of room.people) {
    if (keys.length === count) break
    using socket = await SyncClient.open(person.client, room.pageName(page))
    const replica = replicaOf(person.seat, 'chat', 1_000 + page)
    const update = changeOf(replica, () => {
      const share = Math.min(messagesBurstMax, count - keys.length)
      for (let index = 0; index < share; index += 1)
        keys.push(sayIn(replica, person.seat, `message ${String(index)}`).key)
    })
    await save(socket, room.pageName(page), update)
  }
  assert.equal(keys.length, count, 'enough people')
  return keys
}

const fillers = ['Alice', 'Bob', 'Carol', 'Dave'] as const

test('[CH7] a page is sealed with its last message, and the next goes on counting', async () => {
  await using server = await startTestServer()
  const room = await makeRoom(server, ...fillers, 'Erin')
  const erin = room.people[4]
  assert.ok(erin !== undefined)
  using socket = await SyncClient.open(erin.client, room.roomName, room.pageName(0))
  await whole(socket, room.roomName)
  await whole(socket, room.pageName(0))
  await fill(room, 0)
  await until(() => isSealed(shownTo(socket, room.pageName(0))), 'the first page is sealed')
  await until(() => shownTo(socket, room.roomName).getMap('chat').get('tail') === 1, 'the room says so')
  await socket.open(room.pageName(1))
  const second = await whole(socket, room.pageName(1))
  const { page, base, o0 } = readHeader((field) => second.getMap('p').get(field))
  assert.deepEqual({ page, base, o0 }, { page: 1, base: pageMessagesMax, o0: 1 })
  await save(socket, room.pageName(1), sayIn(replicaOf(erin.seat), erin.seat, 'on the second').update)
  const { room: listed } = await erin.client.ask<RoomResponse>('GET', paths.room(erin.answer.room.id))
  assert.equal(listed.messageCount, pageMessagesMax + 1)
})

test('[CH7] [R-02] a page that was not begun yet is not there', async () => {
  await using server = await startTestServer()
  const room = await makeRoom(server, 'Alice')
  const [alice] = room.people
  assert.ok(alice !== undefined)
  using socket = await SyncClient.connect(alice.client)
  socket.send(encodeAuth(room.pageName(1)))
  assert.equal((await socket.frame(room.pageName(1), 'denied')).reason, 'not-found')
})

test('[CH7] [CH8] [W6] what comes too late for a page is void: its writer loses the place, keeps the words, and is told', async () => {
  await using server = await startTestServer()
  const room = await makeRoom(server, ...fillers, 'Erin')
  const erin = room.people[4]
  assert.ok(erin !== undefined)
  const [first, second] = [room.pageName(0), room.pageName(1)]
  // Written while away, before anything.
  const replica = replicaOf(erin.seat)
  const { key, update } = sayIn(replica, erin.seat, 'from the train')
  const edit = changeOf(replica, (doc) => doc.getMap('m').set(key, { x: 'from the slow train', l: 1, ed: 2 }))
  await fill(room, 0)
  using socket = await SyncClient.open(erin.client, first)
  await save(socket, first, Y.mergeUpdates([update, edit]))
  await until(() => voidsToldTo(socket, first).length > 0, 'a note')
  assert.deepEqual(
    voidsToldTo(socket, first).map(([about, code]) => [about, code]),
    [[key, 'sealed']],
  )
  // As the page of its writer hears of it.
  Y.applyUpdate(replica, Y.encodeStateAsUpdate(shownTo(socket, first)))
  assert.equal(replica.getMap('m').has(key), false)
  // Its clock goes on, and the same key is taken in by the newest page.
  const again = replicaOf(erin.seat, 'chat', 2)
  await socket.open(second)
  const anew = changeOf(again, (doc) => doc.getMap('m').set(key, { x: 'from the slow train', l: 1 }))
  await save(socket, second, anew)
  await save(socket, second, sayIn(again, erin.seat, 'and another').update)
  assert.equal((await whole(socket, second)).getMap('m').size, 2)
  // And a third time, from another device that has not heard of it.
  const other = replicaOf(erin.seat, 'chat', 3)
  await save(
    socket,
    first,
    changeOf(other, (doc) => doc.getMap('m').set(key, { x: 'from the train', l: 1 })),
  )
  await until(() => voidsToldTo(socket, first).length > 1, 'another note')
  assert.deepEqual(voidsToldTo(socket, first).at(-1), [key, 'known'])
})

test('[CH8] a message that was deleted does not come back by an edit, and its reactions are void', async () => {
  await using server = await startTestServer()
  const room = await makeRoom(server, 'Alice', 'Bob')
  const [alice, bob] = room.people
  assert.ok(alice !== undefined && bob !== undefined)
  const name = room.pageName(0)
  using hers = await SyncClient.open(alice.client, name)
  using his = await SyncClient.open(bob.client, name)
  const page = replicaOf(bob.seat)
  const { key, update } = sayIn(page, bob.seat, 'something rude')
  await save(his, name, update)
  const moderator = replicaOf(alice.seat)
  Y.applyUpdate(moderator, Y.encodeStateAsUpdate(await whole(hers, name)))
  await save(
    hers,
    name,
    changeOf(moderator, (doc) => doc.getMap('m').delete(key)),
  )
  // Bob’s page has not heard of it.
  await save(
    his,
    name,
    changeOf(page, (doc) => doc.getMap('m').set(key, { x: 'ruder', l: 1, ed: 3 })),
  )
  const about = reactionKey(bob.seat, key as MessageKey)
  await save(
    his,
    name,
    changeOf(page, (doc) => doc.getMap('r').set(about, ['👍'])),
  )
  await until(() => voidsToldTo(his, name).length === 2, 'two notes')
  assert.deepEqual(voidsToldTo(his, name), [
    [key, 'deleted'],
    [about, 'deleted'],
  ])
  const shown = await whole(hers, name)
  assert.equal(shown.getMap('m').has(key), false)
  assert.equal(shown.getMap('r').size, 0)
})

test('[CH6] reactions are their person’s own, on sealed pages too', async () => {
  await using server = await startTestServer()
  const room = await makeRoom(server, ...fillers)
  const bob = room.people[1]
  assert.ok(bob !== undefined)
  const name = room.pageName(0)
  const [key] = await fill(room, 0)
  using his = await SyncClient.open(bob.client, name)
  const about = reactionKey(bob.seat, key as MessageKey)
  const page = replicaOf(bob.seat, 'chat', 7)
  await save(
    his,
    name,
    changeOf(page, (doc) => doc.getMap('r').set(about, ['👍', '🎉'])),
  )
  await save(
    his,
    name,
    changeOf(page, (doc) => doc.getMap('r').set(about, ['🎉'])),
  )
  assert.deepEqual((await whole(his, name)).getMap('r').get(about), ['🎉'])
  const forged = reactionKey(room.people[0]?.seat ?? bob.seat, key as MessageKey)
  his.send(
    encodeUpdate(
      name,
      changeOf(page, (doc) => doc.getMap('r').set(forged, ['👎'])),
    ),
  )
  assert.equal((await his.closed).code, 4422)
})

test('[CH8] who says too much at once is asked to wait, and only a flood of it ends the socket', async () => {
  await using server = await startTestServer()
  const room = await makeRoom(server, 'Alice')
  const [alice] = room.people
  assert.ok(alice !== undefined)
  const name = room.pageName(0)
  using socket = await SyncClient.open(alice.client, name)
  const replica = replicaOf(alice.seat)
  const say = (count: number): Uint8Array =>
    changeOf(replica, () => {
      for (let index = 0; index < count; index += 1) sayIn(replica, alice.seat, 'again')
    })
  await save(socket, name, say(messagesBurstMax + 10))
  await until(() => voidsToldTo(socket, name).length > 0, 'a note')
  assert.deepEqual(new Set(voidsToldTo(socket, name).map(([, code]) => code)), new Set(['too-fast']))
  const { size } = (await whole(socket, name)).getMap('m')
  assert.ok(size >= messagesBurstMax && size < messagesBurstMax + 10, String(size))
  for (let sent = 0; sent < voidsBurstMax + 500; sent += 250) socket.send(encodeUpdate(name, say(250)))
  assert.equal((await socket.closed).code, 4429)
})

test('[CH9] the index that is made anew from the pages is the one that was kept with them', async () => {
  await using server = await startTestServer()
  const room = await makeRoom(server, ...fillers, 'Erin')
  const erin = room.people[4]
  assert.ok(erin !== undefined)
  const keys = await fill(room, 0)
  const name = room.pageName(1)
  using socket = await SyncClient.open(erin.client, name)
  const page = replicaOf(erin.seat)
  const { key, update } = sayIn(page, erin.seat, 'a lamp by the river')
  await save(socket, name, update)
  await save(
    socket,
    name,
    changeOf(page, (doc) => doc.getMap('m').set(key, { x: 'two lamps', l: 1, ed: 4 })),
  )
  const gone = sayIn(page, erin.seat, 'never mind')
  await save(socket, name, gone.update)
  await save(
    socket,
    name,
    changeOf(page, (doc) => doc.getMap('m').delete(gone.key)),
  )
  assert.equal(keys.length, pageMessagesMax)
  await server.stop()
  const before = indexOf(server.dataDir)
  assert.equal(before.length, pageMessagesMax + 2)
  assert.equal(before.at(-2)?.text, 'two lamps')
  assert.equal(before.at(-1)?.text, null)
  forgetIndex(server.dataDir)
  await using again = await startTestServer({ dataDir: server.dataDir })
  await again.stop()
  assert.deepEqual(indexOf(server.dataDir), before)
  assert.equal(freshCount(server.dataDir), 0, 'no search has to wait for them')
})
