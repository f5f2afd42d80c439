/** What was changed of messages that count, and waits for the server. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { AppError } from '#shared/errors.ts'
import type { Seat } from '#shared/ids.ts'
import { messageKey, type MessageKey } from '#shared/chat/message.ts'
import { ChatLog } from '#web/chat/engine/chat-log.ts'
import type { WaitingChange } from '#web/chat/engine/change.ts'
import { OwnChanges } from '#web/chat/engine/own-changes.ts'
import { byNeighbour } from '#web/sync/neighbours.ts'
import * as Y from 'yjs'
import { exchange, fakeDocument, type FakeDocument } from '../support/fake-board.ts'
import { keptEntries, settled } from '../support/kept.ts'

const seats = { alice: 1, bob: 2 } as const
/** Said and counted before the test begins: one of Bob's on an older page, and three on the newest. */
const old = messageKey(2 as Seat, 1_000, 0.1)
const hello = messageKey(1 as Seat, 2_000, 0.2)
const bye = messageKey(1 as Seat, 3_000, 0.3)
const news = messageKey(2 as Seat, 4_000, 0.4)

/** Alice, who has no network until told otherwise. */
class Page {
  readonly kept: Map<string, unknown>
  readonly pages: readonly FakeDocument[]
  readonly log: ChatLog
  readonly changes: OwnChanges

  constructor(kept = new Map<string, unknown>(), pages?: readonly FakeDocument[]) {
    this.kept = kept
    this.pages = pages ?? [
      counted([[old, 'long ago']]),
      ...Array.from({ length: 8 }, () => counted([])),
      counted([
        [hello, 'hello'],
        [bye, 'bye'],
        [news, 'news'],
      ]),
    ]
    for (const page of this.pages) page.set({ isGiving: false, hasUnsent: true })
    this.log = new ChatLog({
      chain: {
        seat: seats.alice as Seat,
        tail: () => 9,
        onTail: () => () => undefined,
        openPage: (page) => ({ ...this.pages[page]!, [Symbol.dispose]: () => undefined }),
      },
      outbox: keptEntries(kept),
      world: { nowMs: () => 5_000, elapsedMs: () => 0, random: () => 0.5, after: () => () => undefined },
    })
    this.changes = new OwnChanges({ log: this.log, seat: seats.alice as Seat, kept: keptEntries(kept) })
  }

  /** As they are listed. */
  lines(): readonly string[] {
    return this.changes.lines().map(line)
  }

  takeBack(listed: string): void {
    const change = this.changes.lines().find((each) => line(each) === listed)
    assert.ok(change !== undefined, listed)
    this.changes.takeBack(change)
  }

  value(key: MessageKey): unknown {
    return this.pages[9]!.doc.getMap('m').get(key)
  }

  [Symbol.dispose](): void {
    this.changes[Symbol.dispose]()
    this.log[Symbol.dispose]()
  }
}

function counted(messages: readonly (readonly [key: MessageKey, text: string])[]): FakeDocument {
  const page = fakeDocument(seats.alice)
  const server = new Y.Doc()
  server.getMap('p').set('a0', 0)
  for (const [key, text] of messages) {
    server.getMap('m').set(key, { x: text, l: 1 })
    server.getArray('s').push([key, 0])
  }
  exchange(page.doc, server)
  return page
}

const line = (change: WaitingChange): string =>
  [
    change.kind,
    ...('reaction' in change ? [change.reaction] : []),
    change.text,
    ...(change.canTakeBack ? [] : ['for good']),
  ].join(' ')

test('[OF8] what is changed of messages that count is listed one by one', async () => {
  using page = new Page()
  await settled()
  page.log.edit(hello, 'hullo')
  page.log.edit(hello, 'hallo')
  page.log.remove(bye)
  page.log.remove(news)
  page.log.react(hello, '👍')
  page.log.showPage(0)
  page.log.react(old, '🎉')
  assert.deepEqual(page.lines(), [
    'edited hallo',
    'deleted bye',
    // Nobody but its author could say it again.
    'deleted news for good',
    'reacted 👍 hallo',
    'reacted 🎉 long ago',
  ])
})

test('[OF8] what comes to nothing is no change, and a message that does not count is none', async () => {
  using page = new Page()
  await settled()
  page.log.react(news, '👍')
  page.log.react(news, '🎉')
  page.log.react(news, '👍')
  assert.deepEqual(page.lines(), ['reacted 🎉 news'])
  page.log.react(news, '🎉')
  page.log.send('wait for me')
  await settled()
  const [waiting] = page.log.waiting()
  page.log.edit(waiting!.key, 'wait for us')
  assert.deepEqual(page.lines(), [])
  page.log.remove(waiting!.key)
  assert.deepEqual(page.lines(), [])
})

test('[OF8] a change is taken back: the text of before, the message, the reaction', async () => {
  using page = new Page()
  await settled()
  page.log.edit(hello, 'hullo')
  page.log.edit(bye, 'by')
  page.log.remove(bye)
  page.log.react(news, '👍')
  for (const listed of ['edited hullo', 'deleted bye', 'reacted 👍 news']) page.takeBack(listed)
  assert.deepEqual(page.lines(), [])
  assert.deepEqual(
    [page.value(hello), page.value(bye)],
    [
      { x: 'hello', l: 1 },
      { x: 'bye', l: 1 },
    ],
  )
  assert.deepEqual(page.log.rows().find(({ key }) => key === news)?.reactions, [])
})

test('[OF8] a reaction that the server has and that was removed is listed, but not of a message that is deleted', async () => {
  using page = new Page()
  page.pages[9]!.set({ hasUnsent: false })
  await settled()
  page.log.react(hello, '👍')
  assert.deepEqual(page.lines(), [], 'the server had it at once')
  page.pages[9]!.set({ hasUnsent: true })
  page.log.react(hello, '👍')
  assert.deepEqual(page.lines(), ['unreacted 👍 hello'])
  page.log.remove(hello)
  assert.deepEqual(page.lines(), ['deleted hello'])
  page.takeBack('deleted hello')
  page.takeBack('unreacted 👍 hello')
  assert.deepEqual(page.log.rows()[0]?.reactions, [{ text: '👍', seats: [1] }])
})

test('[OF8] a deletion that the server may have is not taken back', async () => {
  using page = new Page()
  await settled()
  page.log.remove(hello)
  const [deleted] = page.changes.lines()
  page.pages[9]!.set({ isGiving: true })
  page.pages[9]!.set({ isGiving: false })
  assert.deepEqual(page.lines(), ['deleted hello for good'])
  const [given] = page.changes.lines()
  assert.equal(deleted?.canTakeBack, true)
  assert.throws(
    () => {
      page.changes.takeBack(given!)
    },
    (error) => error instanceof AppError && error.code === 'forbidden',
  )
})

test('[OF8] what the server has confirmed is not listed any more, and nothing of it is kept', async () => {
  using page = new Page()
  await settled()
  page.log.edit(hello, 'hullo')
  page.log.showPage(0)
  page.log.react(old, '🎉')
  page.pages[9]!.set({ isGiving: true, hasUnsent: false })
  assert.deepEqual(page.lines(), ['reacted 🎉 long ago'])
  page.pages[0]!.set({ isGiving: true, hasUnsent: false })
  assert.deepEqual(page.lines(), [])
  await settled()
  assert.equal(page.kept.size, 0)
})

test('[OF8] after a reload it is listed as before, also of a page that is not shown, and can be taken back', async () => {
  const before = new Page()
  await settled()
  before.log.showPage(0)
  before.log.react(old, '🎉')
  before.log.remove(hello)
  await settled()
  before[Symbol.dispose]()
  using after = new Page(before.kept, before.pages)
  await settled()
  assert.deepEqual(after.lines(), ['reacted 🎉 long ago', 'deleted hello'])
  assert.equal(after.log.rows().length, 2)
  after.takeBack('reacted 🎉 long ago')
  after.takeBack('deleted hello')
  assert.deepEqual(after.lines(), [])
  assert.deepEqual(after.value(hello), { x: 'hello', l: 1 })
})

test('[OF8] what another tab of this person has changed is listed too, and what others did is not', async () => {
  using page = new Page()
  await settled()
  const { doc } = page.pages[9]!
  const elsewhere = new Y.Doc()
  exchange(doc, elsewhere)
  elsewhere.clientID = doc.clientID + 1
  elsewhere.getMap('m').set(hello, { x: 'from the other tab', l: 1, ed: 1 })
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(elsewhere), byNeighbour)
  elsewhere.getMap('m').delete(news)
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(elsewhere))
  assert.deepEqual(page.lines(), ['edited from the other tab'])
})
