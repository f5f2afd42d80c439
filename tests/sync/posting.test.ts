/** Who may write in the chat, while people have it open: the server, programs that have not heard of it, and honest pages. */
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import * as Y from 'yjs'
import { paths, type RoomResponse } from '#shared/http.ts'
import type { Seat } from '#shared/ids.ts'
import type { Posting } from '#shared/room.ts'
import { ChatLog } from '#web/chat/engine/chat-log.ts'
import { encodeAsk, encodeState, encodeUpdate } from '#web/sync/frames.ts'
import { openRoomSession, type RoomSession } from '#web/sync/room-session.ts'
import { TestClient } from '../support/client.ts'
import { shownTo } from '../support/frames.ts'
import { changeOf, replicaOf, sayIn, seatedRoom } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { testWorld, type Device } from '../support/sync-world.ts'
import { until } from '../support/until.ts'

const server = await startTestServer()
const { people, names } = await seatedRoom(server, 'Alice', 'Bob')
const [alice, bob] = people
assert.ok(alice !== undefined && bob !== undefined)
const { room } = alice.answer
after(() => server[Symbol.asyncDispose]())

beforeEach(() => letWrite('everyone'))

/** The owner decides it. */
async function letWrite(posting: Posting): Promise<void> {
  await alice!.client.ask('PATCH', paths.room(room.id), { posting })
}

const answersTo = ({ received }: SyncClient, name: string): string[] =>
  received
    .filter(({ address, kind }) => address === name && (kind === 'saved' || kind === 'unsaved'))
    .map(({ kind }) => kind)

async function isAnswered(socket: SyncClient, name: string, ...wanted: readonly string[]): Promise<void> {
  await until(() => answersTo(socket, name).length >= wanted.length || undefined, 'the answers')
  assert.deepEqual(answersTo(socket, name), wanted)
}

const random32 = () => Math.floor(Math.random() * 2 ** 32)

/** What somebody who opens the chat now is shown. */
async function shownNow(): Promise<Y.Doc> {
  using socket = await SyncClient.open(alice!.client, names.chat)
  socket.send(encodeAsk(names.chat, replicaOf(alice!.seat)))
  await socket.frame(names.chat, 'state')
  return shownTo(socket, names.chat)
}

const has = async (key: string): Promise<boolean> => (await shownNow()).getMap('m').has(key)

test('[RO6] [Y-25] each role writes where the room lets it; what the others bring is not saved, and nobody sees it', async () => {
  const { token } = await alice.client.invite(room.id)
  const gus = await TestClient.guest(server, token, 'Gus')
  const { seat: guestSeat } = await gus.joinRoom(room.id)
  const roles: readonly (readonly ['owner' | 'member' | 'guest', TestClient, Seat])[] = [
    ['owner', alice.client, alice.seat],
    ['member', bob.client, bob.seat],
    ['guest', gus, guestSeat],
  ]
  const writers = {
    everyone: { owner: 'saved', member: 'saved', guest: 'saved' },
    members: { owner: 'saved', member: 'saved', guest: 'unsaved' },
    moderators: { owner: 'saved', member: 'unsaved', guest: 'unsaved' },
  } as const
  for (const posting of ['members', 'moderators', 'everyone'] as const) {
    await letWrite(posting)
    for (const [role, client, seat] of roles) {
      const answer: string = writers[posting][role]
      using socket = await SyncClient.open(client, names.chat)
      const page = replicaOf(seat, 'chat', random32())
      const { key, update } = sayIn(page, seat, `${role} where ${posting} write`)
      socket.send(encodeUpdate(names.chat, update))
      await isAnswered(socket, names.chat, answer)
      socket.send(encodeState(names.chat, Y.encodeStateAsUpdate(page)))
      await isAnswered(socket, names.chat, answer, answer)
      assert.equal(await has(key), answer === 'saved', `${posting}, ${role}`)
    }
  }
})

test('[RO6] who may not write does not react, change or delete either, also what is their own', async () => {
  using socket = await SyncClient.open(bob.client, names.chat)
  const page = replicaOf(bob.seat, 'chat', random32())
  const { key, update } = sayIn(page, bob.seat, 'Mine')
  socket.send(encodeUpdate(names.chat, update))
  await isAnswered(socket, names.chat, 'saved')
  await letWrite('moderators')
  const attempts = [
    (doc: Y.Doc) => doc.getMap('r').set(`${bob.seat.toString(36)}~${key}`, ['👍']),
    (doc: Y.Doc) => doc.getMap('m').set(key, { x: 'Changed', l: 1, ed: 1 }),
    (doc: Y.Doc) => doc.getMap('m').delete(key),
  ]
  for (const attempt of attempts) {
    // Of a page that has seen none of the others.
    const fresh = replicaOf(bob.seat, 'chat', random32())
    Y.applyUpdate(fresh, Y.encodeStateAsUpdate(page))
    socket.send(encodeUpdate(names.chat, changeOf(fresh, attempt)))
  }
  await isAnswered(socket, names.chat, 'saved', 'unsaved', 'unsaved', 'unsaved')
  const shown = await shownNow()
  assert.deepEqual(shown.getMap('m').get(key), { x: 'Mine', l: 1 })
  assert.equal(shown.getMap('r').size, 0)
})

test('[RO6] what is written without a network waits on the device while one may not, and is said when one may', async () => {
  const device: Device = new Map()
  const enter = (world: ReturnType<typeof testWorld>): RoomSession => {
    const { personId, seat, answer } = bob
    const { role, chatTail, posting } = answer
    return openRoomSession({ world, roomId: room.id, personId, seat, role, chatTail, posting })
  }
  const logOf = (session: RoomSession): ChatLog =>
    new ChatLog({
      chain: {
        seat: session.seat,
        tail: () => session.chatTail(),
        onTail: (listener) => session.onChatTail(listener),
        openPage: (page) => session.openChat(page),
      },
      outbox: session.openOutbox(),
      world: {
        nowMs: Date.now,
        elapsedMs: () => performance.now(),
        random: Math.random,
        after(delayMs, run) {
          const timer = setTimeout(run, delayMs)
          return () => {
            clearTimeout(timer)
          }
        },
      },
    })
  const stateOf = (log: ChatLog, text: string) => log.rows().find((row) => row.text === text)?.state
  {
    const world = testWorld(bob.client, device)
    using session = enter(world)
    using log = logOf(session)
    await until(() => (log.canWrite && session.connection().kind === 'live') || undefined, 'the chat')
    world.setOnline(false)
    log.send('Said on the train')
    await letWrite('members')
    await letWrite('moderators')
    world.setOnline(true)
    await until(() => (!log.canWrite && session.connection().kind === 'live') || undefined, 'to hear of it')
    assert.equal(session.posting(), 'moderators')
    assert.equal(stateOf(log, 'Said on the train'), 'sending')
  }
  // Also the page that comes after it.
  using session = enter(testWorld(bob.client, device))
  using log = logOf(session)
  await until(() => stateOf(log, 'Said on the train') ?? undefined, 'what waits')
  await until(() => (!log.canWrite && session.connection().kind === 'live') || undefined, 'the chat')
  assert.equal(stateOf(log, 'Said on the train'), 'sending')
  await letWrite('everyone')
  await until(() => stateOf(log, 'Said on the train') === 'sent' || undefined, 'it to be said')
  const said = [...(await shownNow()).getMap<{ x: string }>('m').values()].map(({ x }) => x)
  assert.equal(said.filter((text) => text === 'Said on the train').length, 1)
})

test('[RO6] the room says whom it lets write, to whoever asks', async () => {
  await letWrite('members')
  const { posting } = await bob.client.ask<RoomResponse>('GET', paths.room(room.id))
  assert.equal(posting, 'members')
})
