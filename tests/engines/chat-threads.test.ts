/** Threads as one person sees them: apart from the room's own talk, and summed up under their roots. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Seat } from '#shared/ids.ts'
import { messageKey, placeOf, type MessageKey, type Place } from '#shared/chat/message.ts'
import type { StampValue } from '#shared/chat/order.ts'
import type { Thread } from '#shared/chat/thread.ts'
import { ChatLog } from '#web/chat/engine/chat-log.ts'
import { Seek } from '#web/chat/engine/seek.ts'
import { ThreadLog } from '#web/chat/engine/thread-log.ts'
import { fakeDocument, type FakeDocument } from '../support/fake-board.ts'
import { keptEntries, settled } from '../support/kept.ts'

const alice = 1 as Seat
const bob = 2 as Seat

/** A room as Alice's page has it: what is said stands on its page, stamped, at once. */
class Room {
  readonly pages: FakeDocument[] = [fakeDocument(alice)]
  readonly open = new Set<number>()
  readonly log: ChatLog
  #count = 0
  #onTail: () => void = () => undefined

  constructor() {
    this.#header(0)
    this.log = new ChatLog({
      chain: {
        seat: alice,
        tail: () => this.pages.length - 1,
        onTail: (listener) => {
          this.#onTail = listener
          return () => undefined
        },
        openPage: (page) => {
          this.open.add(page)
          return { ...this.pages[page]!, [Symbol.dispose]: () => void this.open.delete(page) }
        },
      },
      outbox: keptEntries(),
      world: { nowMs: () => 0, elapsedMs: () => 0, random: () => 0.5, after: () => () => undefined },
    })
  }

  say(text: string, thread?: Place, seat = bob): MessageKey {
    const { doc } = this.#newest
    const key = messageKey(seat, (this.#count += 1), 0)
    doc.transact(() => {
      doc.getMap('m').set(key, { x: text, l: this.#count, ...(thread === undefined ? {} : { th: thread }) })
      doc.getArray<string | StampValue>('s').push([key, this.#count])
    })
    return key
  }

  /** The newest page is sealed, and the next begun. */
  turn(): void {
    this.#newest.doc.getMap('p').set('sealed', 1)
    this.pages.push(fakeDocument(alice))
    this.#header(this.pages.length - 1)
    this.#onTail()
  }

  tell(page: number, root: MessageKey, thread: Thread): void {
    this.pages[page]!.doc.getMap('p').set(root, thread)
  }

  [Symbol.dispose](): void {
    this.log[Symbol.dispose]()
  }

  get #newest(): FakeDocument {
    return this.pages.at(-1)!
  }

  #header(page: number): void {
    const header = this.pages[page]!.doc.getMap('p')
    for (const [field, value] of Object.entries({
      v: 1,
      page,
      base: this.#count,
      a0: 1_000,
      o0: this.#count,
    }))
      header.set(field, value)
  }
}

const textsOf = (view: Readonly<{ rows(): readonly Readonly<{ text: string }>[] }>): string[] =>
  view.rows().map(({ text }) => text)

test('[CH16] a reply is shown in its thread alone, below its root', () => {
  using room = new Room()
  const root = room.say('where?')
  const thread = placeOf({ page: 0, key: root })
  room.say('here', thread)
  const other = room.say('else')
  room.say('of that', placeOf({ page: 0, key: other }))
  room.say('or there', thread, alice)
  assert.deepEqual(textsOf(room.log), ['where?', 'else'])
  using view = new ThreadLog(room.log, { page: 0, key: root })
  assert.deepEqual(textsOf(view), ['where?', 'here', 'or there'])
  assert.deepEqual(room.log.threads().get(root), {
    count: 2,
    lastAtMs: 1_005,
    lastNumber: 5,
    seats: [alice, bob],
    pages: [0],
  })
})

test('[CH16] what the root’s page says, and what came after that, is counted once', () => {
  const replies = fc.array(fc.boolean(), { maxLength: 12 })
  fc.assert(
    fc.property(replies, replies, fc.nat(24), (before, after, from) => {
      using room = new Room()
      const root = room.say('root')
      const thread = placeOf({ page: 0, key: root })
      for (const isReply of before) room.say('before', isReply ? thread : undefined)
      room.turn()
      for (const isReply of after) room.say('after', isReply ? thread : undefined)
      const all = [...before, ...after]
      const u = Math.min(1 + from, 1 + all.length)
      const n = all.slice(0, u - 1).filter(Boolean).length
      if (n > 0) room.tell(0, root, { n, t: 0, u, w: [bob], on: [0] })
      const count = all.filter(Boolean).length
      assert.equal(room.log.threads().get(root)?.count, count === 0 ? undefined : count)
    }),
  )
})

test('[CH16] a reply that waits is shown and counted, and keeps its thread when it is changed', async () => {
  using room = new Room()
  const root = room.say('root')
  const thread = placeOf({ page: 0, key: root })
  room.pages[0]!.set({ canWrite: false })
  room.log.send('waiting', { thread })
  await settled()
  using view = new ThreadLog(room.log, { page: 0, key: root })
  assert.deepEqual(
    view.rows().map(({ text, state }) => [text, state]),
    [
      ['root', 'sent'],
      ['waiting', 'sending'],
    ],
  )
  assert.equal(room.log.threads().get(root)?.count, 1)
  assert.deepEqual(textsOf(room.log), ['root'])
  room.pages[0]!.set({ canWrite: true })
  const [, reply] = view.rows()
  room.log.edit(reply!.key, 'changed')
  assert.deepEqual(textsOf(view), ['root', 'changed'])
  assert.equal((room.pages[0]!.doc.getMap('m').get(reply!.key) as { th: string }).th, thread)
})

test('[CH16] of a root that was deleted its place is left, as long as there are replies', () => {
  using room = new Room()
  room.say('one')
  const root = room.say('root')
  const reply = room.say('reply', placeOf({ page: 0, key: root }))
  room.say('two')
  const { doc } = room.pages[0]!
  doc.getMap('m').delete(root)
  assert.deepEqual(textsOf(room.log), ['one', '', 'two'])
  const [, left] = room.log.rows()
  assert.deepEqual([left?.key, left?.number, left?.state], [root, 2, 'sent'])
  room.say('three')
  assert.equal(room.log.rows()[1], left, 'what did not change is the same row')
  using view = new ThreadLog(room.log, { page: 0, key: root })
  assert.deepEqual(textsOf(view), ['', 'reply'])
  doc.getMap('m').delete(reply)
  assert.deepEqual(textsOf(room.log), ['one', 'two', 'three'])
})

test('[CH16] the replies of a room do not push its own talk out of sight', () => {
  using room = new Room()
  const root = room.say('root')
  room.say('the room’s own')
  for (let page = 1; page <= 4; page += 1) {
    room.turn()
    for (let count = 0; count < 70; count += 1) room.say('reply', placeOf({ page: 0, key: root }))
  }
  using again = new ChatLog({
    chain: {
      seat: alice,
      tail: () => 4,
      onTail: () => () => undefined,
      openPage: (page) => room.pages[page]!,
    },
    outbox: keptEntries(),
    world: { nowMs: () => 0, elapsedMs: () => 0, random: () => 0.5, after: () => () => undefined },
  })
  assert.deepEqual(textsOf(again), ['root', 'the room’s own'])
  assert.equal(again.window?.first, 0)
})

test('[CH16] a thread is read from its end, page by page, and holds no more of them than it shows', () => {
  using room = new Room()
  const root = room.say('root')
  const on = [1, 3, 5, 7, 9, 11]
  for (let page = 1; page <= 20; page += 1) {
    room.turn()
    for (let count = 0; count < 60; count += 1) room.say('talk')
    if (on.includes(page)) room.say(`on ${String(page)}`, placeOf({ page: 0, key: root }))
  }
  room.log.showPage(20)
  room.tell(0, root, { n: 6, t: 5, u: 1_000, w: [bob], on })
  const before = new Set(room.open)
  const view = new ThreadLog(room.log, { page: 0, key: root })
  assert.deepEqual(textsOf(view), ['root', 'on 5', 'on 7', 'on 9', 'on 11'])
  assert.deepEqual([view.hasOlder, view.hasNewer, view.lacksOlder], [true, false, false])
  view.showOlder()
  view.showOlder()
  assert.deepEqual(textsOf(view), ['root', 'on 1', 'on 3', 'on 5', 'on 7'])
  assert.deepEqual([view.hasOlder, view.hasNewer], [false, true])
  assert.deepEqual(
    [...room.open].filter((page) => !before.has(page)).sort((a, b) => a - b),
    [0, 1, 3, 5, 7],
  )
  view.showNewer()
  assert.deepEqual(textsOf(view), ['root', 'on 3', 'on 5', 'on 7', 'on 9'])
  view.showNewer()
  assert.deepEqual(textsOf(view), ['root', 'on 5', 'on 7', 'on 9', 'on 11'])
  assert.equal(view.hasNewer, false)
  view.showPage(1)
  assert.deepEqual(textsOf(view)[1], 'on 1')
  view.showLatest()
  assert.deepEqual(textsOf(view).at(-1), 'on 11')
  view[Symbol.dispose]()
  assert.deepEqual(room.open, before)
})

test('[CH17] what leads to a reply finds it, by its key and by its number', () => {
  using room = new Room()
  const root = room.say('root')
  const reply = room.say('reply', placeOf({ page: 0, key: root }))
  assert.deepEqual(new Seek(room.log, { key: reply, page: 0 }).step(), { kind: 'found', key: reply })
  assert.deepEqual(new Seek(room.log, { number: 2 }).step(), { kind: 'found', key: reply })
})
