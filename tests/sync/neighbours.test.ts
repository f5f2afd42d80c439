/** Two tabs of one browser: what one writes the other has, without a network too. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { DocumentPort } from '#web/sync/ports.ts'
import { openRoomSession, type RoomSession } from '#web/sync/room-session.ts'
import { TestClient } from '../support/client.ts'
import { startTestServer } from '../support/server.ts'
import { testWorld, type Device, type TestWorld } from '../support/sync-world.ts'
import { until } from '../support/until.ts'

type Tab = Readonly<{ session: RoomSession; world: TestWorld; chat: DocumentPort }>

function write({ chat }: Tab, id: string, text: string): void {
  const key = `${chat.seat.toString(36)}.${(1_700_000_000_000).toString(36)}${id}`
  chat.transact(() => {
    chat.doc.getMap('m').set(key, { x: text, l: 1 })
  })
}

function textsIn({ chat }: Tab): string {
  return Array.from(chat.doc.getMap('m').values(), (value) => (value as { x: string }).x)
    .sort()
    .join()
}

async function has(tab: Tab, texts: string): Promise<void> {
  await until(() => textsIn(tab) === texts, `${texts} in a tab`)
}

async function isSaved({ chat }: Tab): Promise<void> {
  await until(() => chat.state().isSynced && !chat.state().hasUnsent, 'everything saved')
}

test('[OF5] tabs of one browser have what each writes, without a network; whichever stays brings it to the server', async () => {
  await using server = await startTestServer()
  const client = await TestClient.register(server, 'Ada')
  const { room, seat, role, chatTail } = await client.createRoom()
  const { me } = await client.me()
  assert.ok(me !== null)
  const open = (device: Device): Tab => {
    const world = testWorld(client, device)
    const session = openRoomSession({ world, roomId: room.id, personId: me.id, seat, role, chatTail })
    return { session, world, chat: session.openChat(0) }
  }
  const device: Device = new Map()
  const [one, two] = [open(device), open(device)]
  const elsewhere = open(new Map())
  write(one, 'aaa', 'together')
  await Promise.all([one, two, elsewhere].map((tab) => has(tab, 'together')))
  await Promise.all([one, two].map(isSaved))

  for (const { world } of [one, two]) world.setOnline(false)
  write(one, 'bbb', 'without a network')
  await has(two, 'together,without a network')
  assert.equal(two.chat.state().hasUnsent, true, 'which it says')
  const late = open(device)
  late.world.setOnline(false)
  await has(late, 'together,without a network')
  write(late, 'ccc', 'late')
  await has(two, 'late,together,without a network')
  for (const { session } of [one, late]) session[Symbol.dispose]()
  assert.equal(textsIn(elsewhere), 'together')
  two.world.setOnline(true)
  await has(elsewhere, 'late,together,without a network')
  await isSaved(two)

  // Both connected, each brings what the other has written: the server has it once.
  const three = open(device)
  await isSaved(three)
  for (let index = 0; index < 20; index += 1)
    write(index % 2 === 0 ? two : three, `d${index}`.padEnd(3, 'x'), `d${index}`)
  await Promise.all([two, three].map(isSaved))
  await until(() => textsIn(elsewhere) === textsIn(two) && textsIn(two) === textsIn(three), 'all agree')
  assert.equal(two.session.connection().kind, 'live')
  assert.equal(three.session.connection().kind, 'live')
  for (const { session } of [two, three, elsewhere]) session[Symbol.dispose]()
})
