/** A page that holds what the server refuses begins anew, and loses none of its own words. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Y from 'yjs'
import { clientIdOf, seatOf, serverSeat, type Seat } from '#shared/ids.ts'
import { openRoomSession, type RefusedDocuments, type RoomSession } from '#web/sync/room-session.ts'
import { bringBack, rescue } from '#web/sync/rescue.ts'
import { changeOf, replicaOf, sayIn, seatedRoom, type Seated } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { testWorld, type Device } from '../support/sync-world.ts'
import { until } from '../support/until.ts'

const alice = 1 as Seat
const bob = 2 as Seat
const asAlice = {
  kind: 'chat',
  writer: { seat: alice, role: 'member', canDraw: true, canPost: true },
} as const

function openAs(person: Seated, device: Device, refused?: RefusedDocuments): RoomSession {
  const { client, personId, seat, answer } = person
  const options = {
    world: testWorld(client, device),
    roomId: answer.room.id,
    personId,
    seat,
    role: answer.role,
    chatTail: answer.chatTail,
  }
  return openRoomSession(refused === undefined ? options : { ...options, refused })
}

const texts = (doc: Y.Doc): string[] => [...doc.getMap<{ x: string }>('m').values()].map(({ x }) => x).sort()

test('[W1] what the server refuses is left behind; one’s own unsent words arrive all the same', async () => {
  await using server = await startTestServer()
  const { people } = await seatedRoom(server, 'Alice')
  const [person] = people
  assert.ok(person !== undefined)
  const device: Device = new Map()
  const first = openAs(person, device)
  const page = first.openChat(0)
  await until(() => page.state().isLoaded || undefined, 'the page')
  sayIn(page.doc, person.seat, 'kept')
  page.transact(() => page.doc.getMap('m').set('no key', { x: 'of a faulty version', l: 1 }))
  await until(() => first.connection().kind === 'closed' || undefined, 'the refusal')
  assert.deepEqual(first.connection(), { kind: 'closed', code: 'update-refused' })

  using second = openAs(person, device, first.refused())
  first[Symbol.dispose]()
  const anew = second.openChat(0)
  await until(() => (anew.state().isSynced && !anew.state().hasUnsent) || undefined, 'everything sent')
  assert.deepEqual(texts(anew.doc), ['kept'])

  // And a reload of the page finds nothing of it on the device.
  second[Symbol.dispose]()
  using third = openAs(person, device)
  const later = third.openChat(0)
  await until(() => (later.state().isSynced && !later.state().hasUnsent) || undefined, 'the next visit')
  assert.deepEqual([texts(later.doc), third.connection().kind], [['kept'], 'live'])
})

test('a page that goes before it has begun anew still has everything on its device', async () => {
  await using server = await startTestServer()
  const { people } = await seatedRoom(server, 'Alice')
  const [person] = people
  assert.ok(person !== undefined)
  const device: Device = new Map()
  const first = openAs(person, device)
  const page = first.openChat(0)
  await until(() => page.state().isLoaded || undefined, 'the page')
  page.transact(() => page.doc.getMap('m').set('no key', 'x'))
  sayIn(page.doc, person.seat, 'kept')
  await until(() => first.connection().kind === 'closed' || undefined, 'the refusal')
  const before = structuredClone(device)
  const second = openAs(person, device, first.refused())
  second.openChat(0)
  second[Symbol.dispose]()
  first[Symbol.dispose]()
  assert.deepEqual(structuredClone(device), before)
})

test('what was refused waits for whoever opens the document next, when it is closed before it has begun anew', async () => {
  await using server = await startTestServer()
  const { people } = await seatedRoom(server, 'Alice')
  const [person] = people
  assert.ok(person !== undefined)
  const device: Device = new Map()
  const first = openAs(person, device)
  const page = first.openChat(0)
  await until(() => page.state().isLoaded || undefined, 'the page')
  sayIn(page.doc, person.seat, 'kept')
  page.transact(() => page.doc.getMap('m').set('no key', { x: 'of a faulty version', l: 1 }))
  await until(() => first.connection().kind === 'closed' || undefined, 'the refusal')

  using second = openAs(person, device, first.refused())
  first[Symbol.dispose]()
  second.openChat(0)[Symbol.dispose]()
  const anew = second.openChat(0)
  await until(() => (anew.state().isSynced && !anew.state().hasUnsent) || undefined, 'everything sent')
  assert.deepEqual([texts(anew.doc), second.connection().kind], [['kept'], 'live'])
})

test('only what this seat wrote and the server never had is written again, under a new clientID', () => {
  const server = replicaOf(serverSeat)
  const page = replicaOf(alice, 'chat', 7)
  const deleted = sayIn(page, alice, 'sent, then deleted by a moderator')
  Y.applyUpdate(server, deleted.update)
  server.getMap('m').delete(deleted.key)
  const gone = sayIn(page, alice, 'unsent, and taken back')
  changeOf(page, () => page.getMap('m').delete(gone.key))
  Y.applyUpdate(page, sayIn(replicaOf(bob), bob, 'Bob’s, heard from nobody').update)
  const { key } = sayIn(page, alice, 'unsent')
  changeOf(page, () => page.getMap('m').set('no key', { x: 'x', l: 1 }))

  const anew = replicaOf(alice, 'chat', 8)
  Y.applyUpdate(anew, Y.encodeStateAsUpdate(server))
  const leftBehind = rescue(Y.encodeStateAsUpdate(page), anew, asAlice)
  assert.deepEqual(leftBehind, [{ root: 'm', key: 'no key', value: { x: 'x', l: 1 }, over: null }])
  assert.deepEqual([...anew.getMap('m').keys()], [key])
  const { client } = anew.getMap('m')._map.get(key)!.id
  assert.deepEqual([seatOf(client), client], [alice, clientIdOf(alice, 8)])
})

test('what was left behind comes back where nothing has changed since, and only what may be written', () => {
  const server = replicaOf(serverSeat)
  const page = replicaOf(alice, 'chat', 7)
  const said = (text: string): string => {
    const { key, update } = sayIn(page, alice, text)
    Y.applyUpdate(server, update)
    return key
  }
  const [same, changed, deleted, damaged] = [said('a'), said('b'), said('c'), said('d')]
  const over = (key: string) => {
    const { client, clock } = server.getMap('m')._map.get(key)!.id
    return [client, clock] as const
  }
  const fresh = sayIn(replicaOf(alice, 'chat', 9), alice, 'never sent').key
  const edited = { x: 'edited', l: 1 }
  const leftBehind = [
    ...[same, changed, deleted].map((key) => ({ root: 'm', key, value: edited, over: over(key) })),
    { root: 'm', key: damaged, value: { ...edited, later: 1 }, over: over(damaged) },
    { root: 'm', key: fresh, value: edited, over: null },
  ]
  changeOf(server, () => {
    server.getMap('m').set(changed, { x: 'edited since', l: 1 })
    server.getMap('m').delete(deleted)
  })
  const still = bringBack(leftBehind, server, asAlice)
  assert.deepEqual(
    still.map(({ key }) => key),
    [damaged],
  )
  assert.deepEqual(
    [same, changed, deleted, damaged, fresh].map((key) => server.getMap<{ x: string }>('m').get(key)?.x),
    ['edited', 'edited since', undefined, 'd', 'edited'],
  )
  assert.deepEqual(bringBack(still, server, asAlice), still)
})
