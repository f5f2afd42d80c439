/** Pinned messages: who may pin, how many, and that everybody sees at once what is pinned. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import test from 'node:test'
import type * as Y from 'yjs'
import { databaseFile } from '#server/store/open.ts'
import type { MessageKey } from '#shared/chat/message.ts'
import { pinPaths, type Pin } from '#shared/chat/pin.ts'
import { pinsMax, pinTextLengthMax } from '#shared/limits.ts'
import { assertRefused } from '../support/answers.ts'
import { forgetIndex } from '../support/chat-index.ts'
import { TestClient } from '../support/client.ts'
import { inDatabase } from '../support/database.ts'
import { save, shownTo, whole } from '../support/frames.ts'
import { changeOf, replicaOf, sayIn, seatedRoom, type Names, type Seated } from '../support/seated.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'

/** What somebody says and changes in the newest page of chat. */
class Speaker {
  readonly #socket: SyncClient
  readonly #name: string
  readonly #page: Y.Doc
  readonly #seat: Seated['seat']

  constructor(socket: SyncClient, names: Names, { seat }: Seated) {
    this.#socket = socket
    this.#name = names.chat
    this.#page = replicaOf(seat)
    this.#seat = seat
  }

  async say(text: string): Promise<MessageKey> {
    const { key, update } = sayIn(this.#page, this.#seat, text)
    await save(this.#socket, this.#name, update)
    return key as MessageKey
  }

  async change(then: (messages: Y.Map<unknown>) => void): Promise<void> {
    await save(
      this.#socket,
      this.#name,
      changeOf(this.#page, (doc) => {
        then(doc.getMap('m'))
      }),
    )
  }
}

/** Alice, who made the room and has its newest page open, and Bob, who was invited. */
async function aliceAndBob(server: TestServer) {
  const { people, names } = await seatedRoom(server, 'Alice', 'Bob')
  const [alice, bob] = people
  assert.ok(alice !== undefined && bob !== undefined)
  const socket = await SyncClient.open(alice.client, names.chat)
  await whole(socket, names.chat)
  const roomId = alice.answer.room.id
  const pathOf = (key: string): string => pinPaths.pin(roomId, key as MessageKey)
  const speaker = new Speaker(socket, names, alice)
  return {
    alice,
    bob,
    names,
    roomId,
    pathOf,
    speaker,
    [Symbol.dispose]: () => {
      socket[Symbol.dispose]()
    },
  }
}

function pinsShown(socket: SyncClient, names: Names): Readonly<Record<string, Pin>> {
  return shownTo(socket, names.room).getMap('pins').toJSON()
}

/** Texts of what is pinned, the newest pin first. */
function textsShown(socket: SyncClient, names: Names): string[] {
  const pins = Object.values(pinsShown(socket, names))
  return pins.sort((a, b) => b.order - a.order).map(({ text }) => text)
}

test('[CH14] members and those who moderate pin and unpin; guests and those outside do not', async () => {
  await using server = await startTestServer()
  using room = await aliceAndBob(server)
  const { alice, bob, roomId, pathOf, speaker } = room
  const { token } = await alice.client.invite(roomId)
  const carol = await TestClient.register(server, 'Carol')
  const { seat } = await carol.accept(token)
  inDatabase(server.dataDir, (db) =>
    db.prepare("UPDATE seat SET role = 'moderator' WHERE seat = ?").run(seat),
  )
  const guest = await TestClient.guest(server, token, 'Gus')
  const mallory = await TestClient.register(server, 'Mallory')
  const stranger = new TestClient(server)
  const path = pathOf(await speaker.say('the way to the porch'))

  for (const method of ['PUT', 'DELETE'] as const) {
    for (const client of [alice.client, bob.client, carol])
      assert.equal((await client.send(method, path)).status, 204)
    assertRefused(await guest.send(method, path), 'forbidden')
    assertRefused(await mallory.send(method, path), 'not-found')
    assertRefused(await stranger.send(method, path), 'signed-out')
    for (const key of ['x', '1.%00', '__proto__', 'constructor', '1.00000000000.'])
      assertRefused(await alice.client.send(method, pathOf(key)), 'not-found')
  }
})

test('[CH14] only a message that is left in the room is pinned', async () => {
  await using server = await startTestServer()
  using room = await aliceAndBob(server)
  const { alice, pathOf, speaker } = room
  const key = await speaker.say('a slip')
  const other = await alice.client.createRoom()
  assertRefused(await alice.client.send('PUT', pinPaths.pin(other.room.id, key)), 'not-found')
  assertRefused(await alice.client.send('PUT', pathOf('1.00000000000')), 'not-found')
  await speaker.change((messages) => messages.delete(key))
  assertRefused(await alice.client.send('PUT', pathOf(key)), 'not-found')
})

test('[CH14] a room has at most 50 pinned messages', async () => {
  await using server = await startTestServer()
  using room = await aliceAndBob(server)
  const { alice, pathOf, speaker } = room
  const keys: string[] = []
  for (let index = 0; index <= pinsMax; index += 1) keys.push(await speaker.say(`message ${index}`))
  const [first = '', ...others] = keys
  for (const key of others) await alice.client.ask('PUT', pathOf(key))
  assertRefused(await alice.client.send('PUT', pathOf(first)), 'pins-full')
  await alice.client.ask('PUT', pathOf(others[0] ?? ''))
  await alice.client.ask('DELETE', pathOf(others[0] ?? ''))
  await alice.client.ask('PUT', pathOf(first))
})

test('[CH14] everybody sees at once what is pinned and what it says, and nothing of what was deleted', async () => {
  let server = await startTestServer()
  using room = await aliceAndBob(server)
  const { alice, bob, names, pathOf, speaker } = room
  const long = '🪴'.repeat(pinTextLengthMax + 1)
  const [first, second] = [await speaker.say('first'), await speaker.say('second')]
  {
    using reader = await SyncClient.open(bob.client, names.room)
    assert.deepEqual((await whole(reader, names.room)).getMap('pins').toJSON(), {})
    const sees = (...texts: readonly string[]): Promise<unknown> =>
      until(() => textsShown(reader, names).join() === texts.join(), texts.join(' before '))

    await alice.client.ask('PUT', pathOf(second))
    await bob.client.ask('PUT', pathOf(first))
    await sees('first', 'second')
    const { [first]: pin } = pinsShown(reader, names)
    assert.equal(pin?.page, 0)
    assert.ok(Math.abs(pin.atMs - Date.now()) < 60_000)
    await speaker.change((messages) => messages.set(second, { x: `secret ${long}`, l: 1, ed: 9 }))
    await sees('first', Array.from(`secret ${long}`).slice(0, pinTextLengthMax).join(''))
    await bob.client.ask('DELETE', pathOf(first))
    await bob.client.ask('PUT', pathOf(first))
    await speaker.change((messages) => messages.delete(second))
    await sees('first')
    await bob.client.ask('DELETE', pathOf(second))
  }
  await server.stop()
  forgetIndex(server.dataDir)
  server = await startTestServer({ port: server.port, dataDir: server.dataDir })
  try {
    using reader = await SyncClient.open(bob.client, names.room)
    await whole(reader, names.room)
    assert.deepEqual(textsShown(reader, names), ['first'], 'also with an index made anew')
    const files = ['', '-wal'].map((suffix) => databaseFile(server.dataDir) + suffix)
    await until(
      () => files.every((file) => !existsSync(file) || !readFileSync(file).includes('secret ')),
      'what was deleted to leave the disk, with the document of the room',
    )
  } finally {
    await server[Symbol.asyncDispose]()
  }
})
