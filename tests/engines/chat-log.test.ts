/** The chat as one person sees it. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { Seat } from '#shared/ids.ts'
import { AppError } from '#shared/errors.ts'
import { messageLengthMax, orderJumpMax } from '#shared/limits.ts'
import { messageKey, parseMessageKey } from '#shared/chat/message.ts'
import type { StampValue } from '#shared/chat/order.ts'
import { ChatLog } from '#web/chat/engine/chat-log.ts'
import { showRows } from '#web/chat/groups.ts'
import { exchange, fakeDocument, type FakeDocument } from '../support/fake-board.ts'
import { keptEntries, settled } from '../support/kept.ts'
import { testClock, type TestClock } from '../support/clock.ts'

/** Alice (seat 1) and Bob (seat 2), each with a copy; the server stamps when told to. */
class Chat {
  readonly clock: TestClock = testClock()
  readonly documents: Readonly<Record<'alice' | 'bob', FakeDocument>> = {
    alice: fakeDocument(1),
    bob: fakeDocument(2),
  }
  readonly alice = this.#log(this.documents.alice)
  readonly bob = this.#log(this.documents.bob)
  #chance = 0

  /** What anyone could put into their own copy, sound or not. */
  forge(key: string, value: unknown): void {
    this.documents.bob.doc.getMap('m').set(key, value)
  }

  meet(): void {
    exchange(this.documents.alice.doc, this.documents.bob.doc)
  }

  /** Says these, and waits until they are written into the page. */
  async say(who: 'alice' | 'bob', ...texts: readonly string[]): Promise<void> {
    for (const text of texts) this[who].send(text)
    await settled()
  }

  /** The server has seen what this person sees, and gives these messages their stamps. */
  stamp(...pairs: readonly (string | StampValue)[]): void {
    const { doc } = this.documents.bob
    this.meet()
    doc.transact(() => {
      doc.getMap('p').set('a0', this.clock())
      doc.getArray<string | StampValue>('s').push([...pairs])
    })
    this.meet()
  }

  [Symbol.dispose](): void {
    this.alice[Symbol.dispose]()
    this.bob[Symbol.dispose]()
  }

  #log(document: FakeDocument): ChatLog {
    return new ChatLog({
      chain: { seat: document.seat, tail: () => 0, onTail: () => () => undefined, openPage: () => document },
      outbox: keptEntries(),
      world: {
        nowMs: this.clock,
        elapsedMs: this.clock,
        after: () => () => undefined,
        random: () => {
          this.#chance += 0.001
          return this.#chance
        },
      },
    })
  }
}

const texts = (log: ChatLog): string[] => log.rows().map(({ text }) => text)

test('[CH1] a message is written once, as plain JSON under a key of its author’s seat', async () => {
  using chat = new Chat()
  await chat.say('alice', 'hello')
  const entries = [...chat.documents.alice.doc.getMap('m').entries()]
  assert.equal(chat.documents.alice.writes(), 1)
  assert.deepEqual(parseMessageKey(entries[0]?.[0] ?? ''), { seat: 1, sentAtMs: chat.clock() })
  assert.deepEqual(entries[0]?.[1], { x: 'hello', l: 1 })
})

test('[CH2] what may not be sent is refused with its code, and not written', () => {
  using chat = new Chat()
  for (const [text, code] of [
    [' \n', 'message-empty'],
    ['x'.repeat(messageLengthMax + 1), 'message-too-long'],
  ] as const) {
    assert.throws(
      () => {
        chat.alice.send(text)
      },
      (error) => error instanceof AppError && error.code === code,
    )
  }
  assert.equal(chat.documents.alice.writes(), 0)
})

test('[CH4] a message is being sent until its stamp is here, and tells when it arrived', async () => {
  using chat = new Chat()
  await chat.say('alice', 'hello')
  const [before] = chat.alice.rows()
  assert.deepEqual([before?.state, before?.arrivedAtMs, before?.order], ['sending', null, null])
  chat.stamp(before!.key, 1_500)
  const [after] = chat.alice.rows()
  assert.deepEqual([after?.state, after?.arrivedAtMs, after?.order], ['sent', chat.clock() + 1_500, 1])
  assert.equal(chat.alice.stampedCount, 1)
})

test('[CH7] a stamp counts for nothing before it is known from where its page counts', async () => {
  using chat = new Chat()
  const { doc } = chat.documents.alice
  const key = messageKey(2 as Seat, 1_000, 0.5)
  doc.getMap('m').set(key, { x: 'said while the page is opened', l: 4 })
  doc.getArray('s').push([key, 500])
  await settled()
  const [early] = chat.alice.rows()
  assert.deepEqual([early?.number, early?.arrivedAtMs], [null, null])
  doc.transact(() => {
    for (const [field, value] of Object.entries({ page: 1, base: 3, a0: 10_000, o0: 3 }))
      doc.getMap('p').set(field, value)
  })
  await settled()
  const [row] = chat.alice.rows()
  assert.deepEqual([row?.number, row?.arrivedAtMs], [4, 10_500])
})

test('[CH3] the order of a stamp counts, not when somebody says they wrote', async () => {
  using chat = new Chat()
  chat.clock.advance(3_600_000)
  await chat.say('bob', 'first')
  chat.clock.advance(-3_600_000)
  await chat.say('alice', 'second')
  const [first, second] = [chat.bob.rows()[0]!, chat.alice.rows()[0]!]
  chat.stamp(first.key, 10, second.key, [20, 2])
  assert.deepEqual(texts(chat.alice), ['first', 'second'])
  assert.deepEqual(texts(chat.bob), ['first', 'second'])
})

test('[CH3] what one has not sent yet stands last, in the order it was written', async () => {
  using chat = new Chat()
  await chat.say('alice', 'one')
  await chat.say('alice', 'two')
  await chat.say('bob', 'news')
  const news = chat.bob.rows()[0]!
  chat.forge(news.key, { x: 'news', l: 900 })
  chat.stamp(news.key, [0, 900])
  assert.deepEqual(texts(chat.alice), ['news', 'one', 'two'])
  await chat.say('alice', 'three')
  assert.deepEqual(texts(chat.alice), ['news', 'one', 'two', 'three'])
  assert.equal(chat.alice.rows().at(-1)?.l, 901)
})

test('[CH3] a forged time does not spread: the next message follows the stamp, and is still a message', async () => {
  using chat = new Chat()
  const forged = messageKey(chat.documents.bob.seat, chat.clock(), 0.5)
  chat.forge(forged, { x: 'up', l: Number.MAX_SAFE_INTEGER - orderJumpMax })
  chat.meet()
  await chat.say('alice', 'before the stamp')
  assert.equal(chat.alice.rows().find(({ text }) => text === 'before the stamp')?.l, 1)
  chat.stamp(forged, [0, orderJumpMax])
  await chat.say('alice', 'after the stamp')
  assert.equal(chat.alice.rows().find(({ text }) => text === 'after the stamp')?.l, orderJumpMax + 1)
})

test('[CH1] what is no message is not shown, and stops nothing', async () => {
  using chat = new Chat()
  chat.forge('7.0mq3k1c0abc', { x: '', l: 1 })
  chat.forge('nobody', { x: 'hello', l: 1 })
  chat.forge('7.0mq3k1c0abd', 'hello')
  chat.stamp('7.0mq3k1c0abc', 'odd', 'nobody', [0, 1])
  await chat.say('alice', 'fine')
  assert.deepEqual(texts(chat.alice), ['fine'])
})

test('a row that did not change stays the same object, and nobody is told of nothing', async () => {
  using chat = new Chat()
  await chat.say('alice', 'one')
  const [one] = chat.alice.rows()
  let told = 0
  chat.alice.onChange(() => told++)
  chat.documents.alice.doc.getMap('p').set('other', 1)
  assert.equal(told, 0)
  await chat.say('alice', 'two')
  assert.equal(chat.alice.rows()[0] === one, true)
  assert.notEqual(told, 0)
})

test('what is shown of a row is the same object until something of it changes: nothing else is rendered again', async () => {
  using chat = new Chat()
  await chat.say('alice', 'one', 'two', 'three')
  const shown = () => showRows(chat.alice.rows(), 0, 1)
  const before = shown()
  await chat.say('alice', 'four')
  const after = shown()
  assert.deepEqual(
    after.map((row, at) => row === before[at]),
    [true, true, true, false],
  )
  // Two of them count now, and so are other rows.
  chat.stamp(...before.slice(0, 2).flatMap(({ row }) => [row.key, 0]))
  assert.deepEqual(
    shown().map((row, at) => row === after[at]),
    [false, false, true, true],
  )
})

test('people who may only look are told so, and when it changes', () => {
  using chat = new Chat()
  let told = 0
  chat.alice.onChange(() => told++)
  chat.documents.alice.set({ canWrite: false, isSynced: false })
  assert.deepEqual(
    [told, chat.alice.canWrite, chat.alice.isSynced, chat.alice.isLoaded],
    [1, false, false, true],
  )
})

test('the unread line stands before the first message of another’s that was not read, and only there', async () => {
  using chat = new Chat()
  await chat.say('bob', 'a', 'b', 'c')
  const keys = chat.bob.rows().map(({ key }) => key)
  chat.stamp(...keys.flatMap((key) => [key, 0]))
  await chat.say('alice', 'mine')
  const unreadAt = (readCount: number, seat: number): number[] =>
    showRows(chat.alice.rows(), readCount, seat).flatMap((row, at) => (row.startsUnread ? [at] : []))
  assert.deepEqual(unreadAt(0, 1), [0])
  assert.deepEqual(unreadAt(2, 1), [2])
  assert.deepEqual(unreadAt(3, 1), [], 'all read, and the unsent one is one’s own')
  assert.deepEqual(unreadAt(0, 2), [], 'one’s own are never unread')
  const later = chat.alice.rows().slice(1)
  const startsLater = (readCount: number): boolean =>
    showRows(later, readCount, 1, true).some(({ startsUnread }) => startsUnread)
  assert.equal(startsLater(0), false, 'the line is further up, on a page that is not shown')
  assert.equal(startsLater(1), true, 'the page begins with the first unread one')
})

test('messages of one person within five minutes stand together, a late one says so', async () => {
  using chat = new Chat()
  await chat.say('alice', 'one')
  chat.clock.advance(4 * 60_000)
  await chat.say('alice', 'two')
  chat.clock.advance(6 * 60_000)
  await chat.say('alice', 'three')
  const shown = showRows(chat.alice.rows(), 0, 1)
  assert.deepEqual(
    shown.map(({ startsGroup }) => startsGroup),
    [true, false, true],
  )
  chat.stamp(shown[0]!.row.key, 0)
  assert.equal(showRows(chat.alice.rows(), 0, 1)[0]?.isLate, true, 'it arrived ten minutes later')
})

test('[CH8] a copy that came too late for its page does not stand before the message', async () => {
  const pages = [fakeDocument(1), fakeDocument(1)] as const
  const key = messageKey(1 as Seat, 1_000, 0.5)
  for (const { doc } of pages) doc.getMap('m').set(key, { x: 'said once', l: 1 })
  pages[0].doc.getMap('p').set('sealed', 0)
  pages[1].doc.getMap('p').set('a0', 0)
  pages[1].doc.getArray('s').push([key, 0])
  using log = new ChatLog({
    chain: {
      seat: 1 as Seat,
      tail: () => 1,
      onTail: () => () => undefined,
      openPage: (page) => pages[page === 0 ? 0 : 1],
    },
    outbox: keptEntries(),
    world: { nowMs: () => 0, elapsedMs: () => 0, random: () => 0.5, after: () => () => undefined },
  })
  log.showPage(0)
  await settled()
  log.react(key, '🎉')
  assert.equal(pages[1].doc.getMap('r').size, 1)
  log.edit(key, 'said better')
  assert.deepEqual(
    pages.map(({ doc }) => (doc.getMap('m').get(key) as Readonly<{ x: string }>).x),
    ['said better', 'said better'],
  )
  log.remove(key)
  assert.deepEqual(
    pages.map(({ doc }) => doc.getMap('m').has(key)),
    [false, false],
  )
})

test('[CH3] what waits to be sent comes before what is said after it, also by who looks at the past', async () => {
  const pages = Array.from({ length: 10 }, () => fakeDocument(1))
  pages[9]!.set({ canWrite: false })
  const clock = testClock()
  using log = new ChatLog({
    chain: {
      seat: 1 as Seat,
      tail: () => 9,
      onTail: () => () => undefined,
      openPage: (page) => pages[page]!,
    },
    outbox: keptEntries(),
    world: { nowMs: clock, elapsedMs: () => 0, random: () => 0.5, after: () => () => undefined },
  })
  await settled()
  for (const text of ['one', 'two']) {
    log.showPage(2)
    assert.equal(log.hasNewer, true)
    log.send(text)
    clock.advance(1)
  }
  assert.deepEqual(
    log.rows().map(({ text, l }) => [text, l]),
    [
      ['one', 1],
      ['two', 2],
    ],
  )
})

test('[W7] what a newer client keeps to be sent, and this one does not understand, stays where it is', async () => {
  const page = fakeDocument(1)
  const key = messageKey(1 as Seat, 1_000, 0.5)
  const kept = new Map<string, unknown>([[`message/${key}`, { x: 'of the next version', l: 1, later: 1 }]])
  const before = structuredClone(kept)
  using log = new ChatLog({
    chain: { seat: 1 as Seat, tail: () => 0, onTail: () => () => undefined, openPage: () => page },
    outbox: keptEntries(kept),
    world: { nowMs: () => 0, elapsedMs: () => 0, random: () => 0.5, after: () => () => undefined },
  })
  await settled()
  assert.deepEqual([log.rows(), page.doc.getMap('m').size], [[], 0])
  assert.deepEqual(kept, before)
})

test('[OF6] a page with changes that nobody looks at is open until the server has them, and no longer', async () => {
  const pages = Array.from({ length: 10 }, () => fakeDocument(1))
  const opened: number[] = []
  const closed: number[] = []
  using log = new ChatLog({
    chain: {
      seat: 1 as Seat,
      tail: () => 9,
      onTail: () => () => undefined,
      openPage: (page) => {
        opened.push(page)
        return { ...pages[page]!, [Symbol.dispose]: () => closed.push(page) }
      },
    },
    outbox: keptEntries(),
    world: { nowMs: () => 0, elapsedMs: () => 0, random: () => 0.5, after: () => () => undefined },
  })
  await settled()
  const before = opened.length
  pages[2]!.set({ hasUnsent: true })
  log.bring(2)
  assert.deepEqual([opened.slice(before), closed], [[2], []])
  pages[2]!.set({ hasUnsent: false })
  assert.deepEqual(closed, [2])
})
