/** Threads on a real server: what a page says of those that begin on it. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type * as Y from 'yjs'
import { messageKey, placeOf, type MessageKey, type Place } from '#shared/chat/message.ts'
import { isThread, type Thread } from '#shared/chat/thread.ts'
import { paths, type FirstSinceResponse, type SearchResponse } from '#shared/http.ts'
import { documentName } from '#shared/room.ts'
import { forgetIndex } from '../support/chat-index.ts'
import { inDatabase } from '../support/database.ts'
import { save, shownTo, whole } from '../support/frames.ts'
import { fillPages } from '../support/long-chat.ts'
import { changeOf, replicaOf, seatedRoom, type Seated } from '../support/seated.ts'
import { makeDataFolder, removeFolder, startTestServer, type TestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'

let said = 0

/** Who writes on a page of a room's chat, by a socket of their own. */
class Writer {
  readonly socket: SyncClient
  readonly #person: Seated
  readonly name: string
  readonly #replica: Y.Doc

  private constructor(socket: SyncClient, person: Seated, name: string) {
    this.socket = socket
    this.#person = person
    this.name = name
    this.#replica = replicaOf(person.seat, 'chat', (said += 1))
  }

  static async open(person: Seated, page: number): Promise<Writer> {
    const name = documentName({ kind: 'chat', roomId: person.answer.room.id, page })
    const socket = await SyncClient.open(person.client, name)
    await whole(socket, name)
    return new Writer(socket, person, name)
  }

  /** Resolves once the server has it. */
  async say(text: string, thread?: Place): Promise<MessageKey> {
    const key = messageKey(this.#person.seat, Date.UTC(2026, 6, 1) + (said += 1), 0)
    await this.#change((messages) =>
      messages.set(key, { x: text, l: said, ...(thread === undefined ? {} : { th: thread }) }),
    )
    return key
  }

  async remove(key: MessageKey): Promise<void> {
    await this.#change((messages) => {
      messages.delete(key)
    })
  }

  /** What the page says of the thread of this root, as it was shown to this person; null where it says nothing. */
  threadOf(root: MessageKey): Thread | null {
    const thread = shownTo(this.socket, this.name).getMap('p').get(root)
    return isThread(thread) ? thread : null
  }

  [Symbol.dispose](): void {
    this.socket[Symbol.dispose]()
  }

  async #change(change: (messages: Y.Map<unknown>) => void): Promise<void> {
    const update = changeOf(this.#replica, (doc) => {
      change(doc.getMap('m'))
    })
    await save(this.socket, this.name, update)
  }
}

async function aliceAndBob(server: TestServer) {
  const { people } = await seatedRoom(server, 'Alice', 'Bob')
  const [alice, bob] = people
  assert.ok(alice !== undefined && bob !== undefined)
  const roomId = alice.answer.room.id
  const { token } = await alice.client.invite(roomId)
  return { alice, bob, roomId, fill: () => fillPages(server, token, 1) }
}

/** Without the time, which is the server's. */
function told(thread: Thread | null): Omit<Thread, 't'> | null {
  if (thread === null) return null
  const { n, u, w, on } = thread
  return { n, u, w, on }
}

test('[CH16] a root’s page says what its thread has as soon as the newest page cannot show all of it', async () => {
  await using server = await startTestServer()
  const { alice, bob, fill } = await aliceAndBob(server)
  using first = await Writer.open(alice, 0)
  using answering = await Writer.open(bob, 0)
  const root = await first.say('where shall we meet?')
  const thread = placeOf({ page: 0, key: root })
  await answering.say('at the fountain', thread)
  await first.say('at noon', thread)
  await first.say('something else')
  assert.equal(first.threadOf(root), null, 'whoever shows the newest page sees all there is')
  await fill()
  using second = await Writer.open(bob, 1)
  await until(() => first.threadOf(root) !== null, 'the sealed page to say it')
  const before = first.threadOf(root)
  assert.deepEqual({ ...told(before), u: null }, { n: 2, u: null, w: [alice.seat, bob.seat], on: [0] })

  await second.say('I am late', thread)
  await second.say('or not')
  assert.deepEqual(
    first.threadOf(root),
    before,
    'what the newest page shows is not said again with each message',
  )
})

test('[CH16] a page that is opened says what came to its threads; one whose root is gone stays, and replies that go are not counted', async () => {
  await using server = await startTestServer()
  const { alice, bob, fill } = await aliceAndBob(server)
  const first = await Writer.open(alice, 0)
  const root = await first.say('a secret')
  await fill()
  await first.say('one more')
  first[Symbol.dispose]()
  using second = await Writer.open(bob, 1)
  const thread = placeOf({ page: 0, key: root })
  await second.say('one', thread)
  const reply = await second.say('two', thread)
  await second.say('to nothing', placeOf({ page: 0, key: messageKey(bob.seat, 0, 0) }))
  using later = await Writer.open(alice, 0)
  assert.deepEqual({ ...told(later.threadOf(root)), u: null }, { n: 2, u: null, w: [bob.seat], on: [1] })
  const kept = [...shownTo(later.socket, later.name).getMap('p').keys()].filter((key) => key.includes('.'))
  assert.deepEqual(kept, [root], 'nothing is said of what never was there')

  await later.remove(root)
  assert.equal(later.threadOf(root)?.n, 2)
  await second.remove(reply)
  await until(() => later.threadOf(root)?.n === 1, 'the reply to be counted no more')
})

test('[CH9] [CH16] an index that is made anew knows the threads', async () => {
  const dataDir = await makeDataFolder()
  try {
    const before = await startTestServer({ dataDir })
    const { alice } = await aliceAndBob(before)
    const page = await Writer.open(alice, 0)
    const root = await page.say('where shall we meet?')
    await page.say('at the fountain', placeOf({ page: 0, key: root }))
    const gone = await page.say('nowhere', placeOf({ page: 0, key: root }))
    await page.remove(gone)
    page[Symbol.dispose]()
    await before.stop()
    const threads = (): unknown[] =>
      inDatabase(dataDir, (db) => db.prepare('SELECT key, thread FROM message ORDER BY id').all())
    const indexed = threads()
    assert.deepEqual(
      indexed.map((row) => (row as { thread: string | null }).thread),
      [null, `0.${root}`, null],
    )
    forgetIndex(dataDir)
    await using after = await startTestServer({ dataDir, port: before.port })
    assert.equal(after.port, before.port)
    assert.deepEqual(threads(), indexed)
    using again = await Writer.open(alice, 0)
    assert.deepEqual(told(again.threadOf(root)), { n: 1, u: 3, w: [alice.seat], on: [0] })
  } finally {
    await removeFolder(dataDir)
  }
})

test('[CH17] a reply is found and counted as every message, and a day begins with the room’s own talk', async () => {
  await using server = await startTestServer()
  const { alice, bob, roomId } = await aliceAndBob(server)
  using page = await Writer.open(alice, 0)
  const root = await page.say('where shall we meet?')
  const reply = await page.say('at the fountain', placeOf({ page: 0, key: root }))
  const found = await bob.client.ask<SearchResponse>('GET', `${paths.search(roomId)}?q=fountain`)
  assert.deepEqual(
    found.hits.map(({ key }) => key),
    [reply],
  )
  const { room } = await bob.client.ask<{ room: { messageCount: number } }>('GET', paths.room(roomId))
  assert.equal(room.messageCount, 2)
  await page.remove(root)
  const { first } = await bob.client.ask<FirstSinceResponse>('GET', `${paths.firstSince(roomId)}?since=0`)
  assert.equal(first?.key, root)
})
