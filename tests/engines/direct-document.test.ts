/** What participants tell each other of a document: any history of it, its frames, and bytes that are none. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import * as Y from 'yjs'
import { clientIdOf, type Seat } from '#shared/ids.ts'
import type { Writer } from '#shared/sync/policy.ts'
import { DirectDocument } from '#web/sync/direct/direct-document.ts'
import { encodeDirect, readDirect, type DirectMessage } from '#web/sync/direct/direct-frames.ts'
import { messageSizeMax, Pipe, pieceSizeMax } from '#web/sync/direct/pipe.ts'
import { RootViews, type ToldEntry } from '#web/sync/root-view.ts'
import { channelPair } from '../support/channel-pair.ts'
import { until } from '../support/until.ts'

/** The origin of what the server brings. */
const byServer = Symbol('by the server')

/** A page with its replica and what others tell it; the server is away. */
class Page {
  readonly clientId: number
  readonly doc = new Y.Doc()
  readonly views = new RootViews(this.doc)
  readonly direct: DirectDocument
  readonly writer: Writer
  /** What it has to tell each other page. */
  readonly untold: ToldEntry[][]

  constructor(seat: number, pagesCount: number, random32 = seat) {
    this.clientId = clientIdOf(seat as Seat, random32)
    this.doc.clientID = this.clientId
    this.writer = { seat: seat as Seat, role: 'member', canDraw: true, canPost: true }
    this.untold = Array.from({ length: pagesCount }, () => [])
    this.direct = new DirectDocument({
      kind: 'board',
      clientId: this.clientId,
      soon: (run) => {
        run()
      },
    })
    const { doc, views } = this
    this.direct.bind({
      doc,
      link: byServer,
      transact: (change) => {
        doc.transact(change)
      },
      toldChanged: (root, keys) => {
        views.toldChanged(root, keys)
      },
    })
    views.setTold(this.direct)
    this.direct.onOwn((ids) => {
      for (const id of ids) {
        const entry = this.direct.own.get(id)
        if (entry !== undefined) for (const queue of this.untold) queue.push(entry)
      }
    })
  }

  write(key: string, value: string | null): void {
    this.doc.transact(() => {
      if (value === null) this.views.root('shapes').delete(key)
      else this.doc.getMap('shapes').set(key, value)
    })
  }

  get shown(): string {
    return JSON.stringify([...this.views.root('shapes').entries()].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}

const pagesCount = 3
const page = fc.nat({ max: pagesCount - 1 })
const action = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      page,
      key: fc.constantFrom('1.a:z', '2.b:z', '3.c:z'),
      value: fc.option(fc.constantFrom('a', 'b', 'c', 'd')),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('tell' as const), page, to: page, count: fc.nat({ max: 4 }) }),
  },
)

function tell(pages: readonly Page[], from: number, to: number, count = Infinity): void {
  const [teller, hearer] = [pages[from], pages[to]]
  if (teller === undefined || hearer === undefined || teller === hearer) return
  const entries = teller.untold[to]?.splice(0, count) ?? []
  assert.equal(hearer.direct.take(teller.clientId, entries, teller.writer), true)
}

function tellAll(pages: readonly Page[]): void {
  for (const from of pages.keys()) for (const to of pages.keys()) tell(pages, from, to)
}

test('[DP1] [DP2] once all have heard all, everybody sees the same, and each replica has its own alone', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const pages = Array.from({ length: pagesCount }, (_, index) => new Page(index + 1, pagesCount))
      for (const each of actions) {
        if (each.do === 'write') pages[each.page]?.write(each.key, each.value)
        else tell(pages, each.page, each.to, each.count)
      }
      tellAll(pages)
      for (const { shown, doc, clientId } of pages) {
        assert.equal(shown, pages[0]?.shown)
        assert.deepEqual(
          [...doc.store.clients.keys()].filter((client) => client !== clientId),
          [],
        )
      }
    }),
    { numRuns: 300 },
  )
})

test('[DP2] once the server has brought all to all, in whatever order, nothing lies over anything, and all agree', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 30 }), fc.array(page, { maxLength: 20 }), (actions, order) => {
      const pages = Array.from({ length: pagesCount }, (_, index) => new Page(index + 1, pagesCount))
      for (const each of actions) {
        if (each.do === 'write') pages[each.page]?.write(each.key, each.value)
        else tell(pages, each.page, each.to, each.count)
      }
      tellAll(pages)
      const seen = pages[0]?.shown
      const server = new Y.Doc()
      const meet = ({ doc }: Page): void => {
        Y.applyUpdate(server, Y.encodeStateAsUpdate(doc))
        Y.applyUpdate(doc, Y.encodeStateAsUpdate(server), byServer)
      }
      for (const index of order) if (pages[index] !== undefined) meet(pages[index])
      // What is written again is brought to all again.
      for (let round = 0; round < 4; round += 1) for (const each of pages) meet(each)
      for (const { direct } of pages)
        for (const other of pages) {
          direct.setOver(other.clientId, true)
          direct.dropOver()
        }
      for (const { shown, direct } of pages) {
        assert.equal(shown, seen)
        assert.deepEqual([...direct.keys('shapes')], [])
      }
    }),
    { numRuns: 300 },
  )
})

test('[DP2] a clock however far makes nobody deaf to anybody, and what comes later still counts', () => {
  const pages = Array.from({ length: pagesCount }, (_, index) => new Page(index + 1, pagesCount))
  const [ada, ben, eve] = pages as [Page, Page, Page]
  for (const clock of [1_000_000, 2_000_000, 3_000_000, Number.MAX_SAFE_INTEGER - 1]) {
    const lie = { root: 'shapes', key: '3.c:z', value: 'a', clock }
    assert.equal(ada.direct.take(eve.clientId, [lie], eve.writer), true)
  }
  ada.write('2.b:z', 'b')
  ada.write('3.c:z', 'b')
  tell(pages, 0, 1)
  ben.write('2.b:z', 'c')
  tell(pages, 1, 0)
  assert.equal(ada.views.root('shapes').get('2.b:z'), 'c')
  assert.equal(ada.views.root('shapes').get('3.c:z'), 'b')
  assert.equal(ben.shown, ada.shown)
})

test('[DP2] what somebody else has put in its place through the server is told no more, and what is told over that counts', () => {
  const pages = Array.from({ length: pagesCount }, (_, index) => new Page(index + 1, pagesCount))
  const [ada, ben, cleo] = pages as [Page, Page, Page]
  for (let count = 0; count < 5; count += 1) ada.write('2.b:z', 'a')
  Y.applyUpdate(ben.doc, Y.encodeStateAsUpdate(ada.doc), byServer)
  ben.write('2.b:z', 'b')
  for (const { doc } of [ada, cleo]) Y.applyUpdate(doc, Y.encodeStateAsUpdate(ben.doc), byServer)
  assert.equal(ada.direct.own.size, 0)
  cleo.write('2.b:z', null)
  tellAll(pages)
  for (const { shown } of pages) assert.equal(shown, '[]')
})

test('[DP2] who has put something over a told deletion does so again once, however often the server takes it away', () => {
  const [one, other] = [new Page(1, 2, 1), new Page(1, 2, 2)]
  const key = '1.a:z'
  const deletion = { root: 'shapes', key, value: undefined, clock: 1 }
  assert.equal(other.direct.take(one.clientId, [deletion], one.writer), true)
  other.write(key, 'b')
  const server = new Y.Doc()
  const takeAway = (): void => {
    Y.applyUpdate(server, Y.encodeStateAsUpdate(other.doc))
    server.getMap('shapes').delete(key)
    Y.applyUpdate(other.doc, Y.encodeStateAsUpdate(server), byServer)
  }
  takeAway()
  assert.equal(other.doc.getMap('shapes').get(key), 'b')
  takeAway()
  assert.equal(other.doc.getMap('shapes').has(key), false)
})

test('[DP1] what this device brings of its own lets what was told lie where it is', () => {
  const pages = Array.from({ length: pagesCount }, (_, index) => new Page(index + 1, pagesCount))
  const [ada, ben] = pages as [Page, Page, Page]
  ada.write('2.b:z', 'a')
  const kept = Y.encodeStateAsUpdate(ada.doc)
  Y.applyUpdate(ben.doc, kept, byServer)
  ada.write('2.b:z', 'b')
  tell(pages, 0, 1)
  const other = new Y.Doc()
  Y.applyUpdate(other, kept)
  other.getMap('shapes').set('2.b:z', 'c')
  Y.applyUpdate(ben.doc, Y.encodeStateAsUpdate(other), 'another tab')
  assert.equal(ben.views.root('shapes').get('2.b:z'), 'b')
  Y.applyUpdate(ben.doc, Y.encodeStateAsUpdate(ada.doc), byServer)
  assert.equal(ben.views.root('shapes').isTold('2.b:z'), false)
})

const entry = fc.record({
  root: fc.string({ maxLength: 10 }),
  key: fc.string({ maxLength: 30, unit: 'grapheme' }),
  clock: fc.nat(),
  value: fc.oneof(
    fc.constant(undefined),
    fc.string(),
    fc.uint8Array(),
    fc.record({ x: fc.string(), l: fc.nat() }, { noNullPrototype: true }),
  ),
})
const message: fc.Arbitrary<DirectMessage> = fc.oneof(
  fc.record(
    { kind: fc.constant('here' as const), isLive: fc.boolean(), presence: fc.constant({}) },
    { noNullPrototype: true },
  ),
  fc.record({
    kind: fc.constant('document' as const),
    name: fc.string({ maxLength: 100 }),
    isSaved: fc.boolean(),
    entries: fc.array(entry, { maxLength: 5 }),
  }),
  fc.record({
    kind: fc.constant('live' as const),
    address: fc.string({ maxLength: 50 }),
    payload: fc.uint8Array(),
  }),
)

test('[DP3] a message is read as it was written; cut, longer or turned over it is none, or another sound one', () => {
  fc.assert(
    fc.property(message, fc.nat(), fc.nat({ max: 7 }), (said, at, bit) => {
      const bytes = encodeDirect(said)
      assert.deepEqual(readDirect(bytes), structuredClone(said))
      assert.equal(readDirect(new Uint8Array([...bytes, 0])), null)
      for (let size = 0; size < bytes.length; size += 1) assert.equal(readDirect(bytes.slice(0, size)), null)
      const turned = bytes.slice()
      const index = at % bytes.length
      turned[index] = (turned[index] ?? 0) ^ (1 << bit)
      readDirect(turned)
    }),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      readDirect(bytes)
    }),
  )
})

test('[DP5] of what one says of oneself that alone is read which the server would pass on', () => {
  const call = { session: 'abcd1234', hasMicrophone: true, hasCamera: false, hasScreen: false }
  const reaction = { emoji: '👍', n: 3 }
  const heard = (presence: unknown): unknown => {
    const message = readDirect(encodeDirect({ kind: 'here', isLive: false, presence } as DirectMessage))
    return message?.kind === 'here' && message.presence
  }
  assert.deepEqual(heard({ call, hand: 0, reaction }), { call, hand: 0, reaction })
  assert.deepEqual(heard({ hand: 0, reaction, isTyping: true }), { isTyping: true })
  assert.deepEqual(heard({ call, hand: -1, reaction: { emoji: 'x'.repeat(100), n: 3 } }), { call })
  const user = { seat: 1, name: 'Alice', role: 'owner' }
  assert.deepEqual(heard({ call, user, standing: { handAtMs: 1 }, signals: {} }), { call })
})

test('[DP3] messages of any size arrive whole and in order; what is no piece of one ends the channel', async () => {
  const [a, b] = channelPair()
  const heard: Uint8Array[] = []
  const ends: boolean[] = []
  const end = { onOpen: () => undefined, onDrain: () => undefined, onEnd: () => undefined }
  const sender = new Pipe(a, { ...end, onMessage: () => undefined })
  const receiver = new Pipe(b, {
    ...end,
    onMessage: (bytes) => void heard.push(bytes),
    onEnd: (isBroken) => void ends.push(isBroken),
  })
  const sizes = [0, 1, pieceSizeMax - 2, pieceSizeMax - 1, pieceSizeMax, 3 * pieceSizeMax, messageSizeMax]
  for (const size of sizes) assert.equal(sender.send(new Uint8Array(size).fill(size % 251)), true)
  assert.equal(sender.send(new Uint8Array(messageSizeMax + 1)), false)
  await until(() => heard.length === sizes.length, 'all messages')
  assert.deepEqual(
    heard.map(({ length }) => length),
    sizes,
  )
  assert.ok(heard.every((bytes) => bytes.every((byte) => byte === bytes.length % 251)))
  assert.ok(a.sent.every(({ length }) => length <= pieceSizeMax))
  a.send(new Uint8Array([2, 1]))
  await until(() => ends.length === 1, 'the end')
  assert.deepEqual(ends, [true])
  assert.equal(receiver.isOpen, false)
})

test('[DP3] pieces without an end are not gathered for ever', async () => {
  const [a, b] = channelPair()
  const ends: boolean[] = []
  new Pipe(b, {
    onOpen: () => undefined,
    onDrain: () => undefined,
    onMessage: () => undefined,
    onEnd: (isBroken) => void ends.push(isBroken),
  })
  for (let size = 0; size <= messageSizeMax; size += pieceSizeMax - 1) a.send(new Uint8Array(pieceSizeMax))
  await until(() => ends.length === 1, 'the end')
})
