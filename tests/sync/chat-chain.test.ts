/** The chat of two people over a real server, as their pages keep it: across seals, without a network, after a reload. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { MessageKey } from '#shared/chat/message.ts'
import { pageMessagesMax } from '#shared/limits.ts'
import { documentName } from '#shared/room.ts'
import { ChatLog, type ChatWorld } from '#web/chat/engine/chat-log.ts'
import { openRoomSession, type RoomSession } from '#web/sync/room-session.ts'
import { save } from '../support/frames.ts'
import { changeOf, replicaOf, sayIn, seatedRoom, type Seated } from '../support/seated.ts'
import { settled } from '../support/kept.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { testWorld, type Device, type TestWorld } from '../support/sync-world.ts'
import { until } from '../support/until.ts'

/** One page of one person in a room: until it is disposed of. */
class Page implements Disposable {
  readonly world: TestWorld
  readonly session: RoomSession
  readonly chat: ChatLog

  constructor({ client, personId, seat, answer }: Seated, device: Device) {
    this.world = testWorld(client, device)
    const { room, role, chatTail } = answer
    this.session = openRoomSession({ world: this.world, roomId: room.id, personId, seat, role, chatTail })
    const { session } = this
    this.chat = new ChatLog({
      chain: {
        seat,
        tail: () => session.chatTail(),
        onTail: (listener) => session.onChatTail(listener),
        openPage: (page) => session.openChat(page),
      },
      outbox: session.openOutbox(),
      world: clockOf(this.world),
    })
  }

  texts(): readonly string[] {
    return this.chat.rows().map(({ text }) => text)
  }

  async isAllSent(): Promise<void> {
    await until(
      () => this.chat.isSynced && this.chat.rows().every(({ state }) => state === 'sent'),
      'all is sent',
    )
  }

  [Symbol.dispose](): void {
    this.chat[Symbol.dispose]()
    this.session[Symbol.dispose]()
  }
}

function clockOf({ after }: TestWorld): ChatWorld {
  return { nowMs: Date.now, elapsedMs: () => performance.now(), random: Math.random, after }
}

const names = ['Alice', 'Bob', 'Carol', 'Dave', 'Erin', 'Frank'] as const

/** Somebody says so much, by other means: as many as one may at once, for each of these people. */
async function say(people: readonly Seated[], page: number, count: number): Promise<void> {
  const share = Math.ceil(count / people.length)
  let left = count
  for (const { client, seat, answer } of people) {
    const name = documentName({ kind: 'chat', roomId: answer.room.id, page })
    using socket = await SyncClient.open(client, name)
    const replica = replicaOf(seat, 'chat', 5_000 + page)
    const update = changeOf(replica, () => {
      for (let index = Math.min(share, left); index > 0; index -= 1) sayIn(replica, seat, `filler ${index}`)
    })
    left -= Math.min(share, left)
    await save(socket, name, update)
  }
}

/** The first pages, sealed by their size, so that it takes little time. */
async function fillPages(people: readonly Seated[], pages: number): Promise<void> {
  const big = 'あ'.repeat(3_900)
  for (let page = 0; page < pages; page += 1) {
    const { client, seat, answer } = people[page % people.length]!
    const name = documentName({ kind: 'chat', roomId: answer.room.id, page })
    using socket = await SyncClient.open(client, name)
    const replica = replicaOf(seat, 'chat', 9_000 + page)
    for (const part of [12, 12]) {
      const update = changeOf(replica, () => {
        for (let index = 0; index < part; index += 1) sayIn(replica, seat, `${page} ${index} ${big}`)
      })
      await save(socket, name, update)
    }
  }
}

async function roomOf(server: TestServer) {
  const { people } = await seatedRoom(server, ...names)
  const [alice, bob, ...others] = people
  assert.ok(alice !== undefined && bob !== undefined)
  return { alice, bob, fillers: others }
}

test('[CH8] what was said offline before a page was sealed arrives once on the next, in its order', async () => {
  await using server = await startTestServer()
  const { alice, bob, fillers } = await roomOf(server)
  using hers = new Page(alice, new Map())
  using his = new Page(bob, new Map())
  hers.chat.send('hello')
  await until(() => his.texts().includes('hello'), 'hello')
  his.world.setOnline(false)
  await until(() => his.session.connection().kind === 'offline', 'offline')
  for (const text of ['one', 'two', 'three']) his.chat.send(text)
  his.chat.edit(his.chat.rows().at(-2)!.key, 'two, mended')
  his.chat.send('never mind')
  his.chat.remove(his.chat.rows().at(-1)!.key)
  await say(fillers, 0, pageMessagesMax - 1)
  await until(() => hers.session.chatTail() === 1, 'the first page is sealed')
  hers.chat.send('on the second page')
  await hers.isAllSent()
  his.world.setOnline(true)
  await until(() => his.texts().includes('on the second page'), 'the second page')
  await his.isAllSent()
  const end = ['on the second page', 'one', 'two, mended', 'three']
  await until(() => hers.texts().at(-1) === 'three', 'they are there for her')
  for (const page of [hers, his]) assert.deepEqual(page.texts().slice(-4), end)
  assert.equal(hers.chat.stampedCount, pageMessagesMax + 4)
  assert.deepEqual(
    hers.chat
      .rows()
      .slice(-4)
      .map(({ page, number }) => [page, number]),
    [
      [1, pageMessagesMax + 1],
      [1, pageMessagesMax + 2],
      [1, pageMessagesMax + 3],
      [1, pageMessagesMax + 4],
    ],
  )
})

test('[CH8] a page that is closed with unsent words says them after it is opened again, once', async () => {
  await using server = await startTestServer()
  const { alice, bob, fillers } = await roomOf(server)
  const device: Device = new Map()
  {
    using before = new Page(bob, device)
    await until(() => before.chat.isSynced, 'the chat')
    before.world.setOnline(false)
    await until(() => before.session.connection().kind === 'offline', 'offline')
    before.chat.send('written on the way out')
    await settled()
  }
  await say(fillers, 0, pageMessagesMax)
  using his = new Page(bob, device)
  using hers = new Page(alice, new Map())
  await until(() => hers.texts().includes('written on the way out'), 'it arrives')
  await his.isAllSent()
  // Sealing can find the same words on both pages: they count once.
  using again = new Page(bob, device)
  await until(() => again.texts().includes('written on the way out'), 'it is there')
  await again.isAllSent()
  assert.equal(hers.chat.stampedCount, pageMessagesMax + 1)
  assert.equal(hers.texts().filter((text) => text === 'written on the way out').length, 1)
})

test('[OF6] what was changed on an older page arrives after a reload, also where that page is not shown', async () => {
  await using server = await startTestServer()
  const { alice, bob, fillers } = await roomOf(server)
  await fillPages(fillers, 3)
  const [late, lateToo] = [bob, alice].map((person) => ({
    ...person,
    answer: { ...person.answer, chatTail: 3 },
  }))
  assert.ok(late !== undefined && lateToo !== undefined)
  const showAll = async (chat: ChatLog): Promise<void> => {
    await until(
      () => chat.isSynced && chat.window?.base !== null && chat.window?.last === 3,
      'all of what is shown',
    )
    if (!chat.hasOlder) return
    chat.showOlder()
    await showAll(chat)
  }
  const device: Device = new Map()
  let key: MessageKey
  {
    using before = new Page(late, device)
    await showAll(before.chat)
    key = before.chat.rows()[0]!.key
    before.world.setOnline(false)
    await until(() => before.session.connection().kind === 'offline', 'offline')
    before.chat.react(key, '👍')
    await settled()
  }
  using his = new Page(late, device)
  using hers = new Page(lateToo, new Map())
  await showAll(hers.chat)
  const reactions = () => hers.chat.rows().find((row) => row.key === key)?.reactions.length
  await until(() => reactions() === 1, 'the reaction')
  assert.equal(his.chat.window?.first, 2)
})

test('[CH7] older pages are shown one by one, a few at a time, and can be changed', async () => {
  await using server = await startTestServer()
  const { alice, bob, fillers } = await roomOf(server)
  await fillPages(fillers, 9)
  using hers = new Page(alice, new Map())
  using his = new Page(bob, new Map())
  hers.chat.send('newest')
  await until(() => his.texts().includes('newest') && his.chat.isSynced, 'the newest')
  assert.equal(his.chat.hasOlder, true)
  const shownPages = (): readonly number[] => [...new Set(his.chat.rows().map(({ page }) => page ?? -1))]
  const showAllOlder = async (): Promise<void> => {
    if (!his.chat.hasOlder) return
    const [before = 0] = shownPages()
    his.chat.showOlder()
    await until(() => his.chat.isSynced && shownPages()[0] === before - 1, 'the page before')
    assert.ok(shownPages().length <= 6)
    await showAllOlder()
  }
  await showAllOlder()
  assert.deepEqual(shownPages(), [0, 1, 2, 3, 4, 5])
  assert.equal(his.chat.hasNewer, true)
  assert.ok(!his.texts().includes('newest'))
  // Counted all the same.
  assert.equal(his.chat.stampedCount, 9 * 24 + 1)

  const [oldest] = his.chat.rows()
  his.chat.react(oldest!.key, '🎉')
  assert.equal(hers.chat.showPage(0), true)
  await until(
    () => hers.chat.rows()[0]?.reactions[0]?.text === '🎉',
    'she sees what he feels about the oldest',
  )
  assert.deepEqual(hers.chat.rows()[0]?.reactions, [{ text: '🎉', seats: [bob.seat] }])

  his.chat.showLatest()
  await until(() => his.texts().at(-1) === 'newest', 'back at the end')
  assert.equal(his.chat.hasNewer, false)
})
