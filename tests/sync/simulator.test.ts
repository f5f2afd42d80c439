/** Some histories of a room, out of the thousands of `npm run simulate`; and what these have found. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { PersonId, Seat } from '#shared/ids.ts'
import { documentName } from '#shared/room.ts'
import { encodeAsk, encodeAuth, encodeClose, encodeUpdate } from '#web/sync/frames.ts'
import { History } from '../simulator/history.ts'
import { Link } from '../simulator/network.ts'
import { boardName } from '../simulator/observer.ts'
import { roomId, SimulatedServer } from '../simulator/server.ts'
import { addTo, type Tally } from '../simulator/tally.ts'
import { quiet, VirtualTime } from '../simulator/time.ts'
import { replicaOf, sayIn } from '../support/seated.ts'

/** The last has what is rare. */
const seeds = [...Array.from({ length: 80 }, (_, index) => index + 1), 188]
/** Otherwise they have shown nothing. */
const kinds: readonly string[] = [
  'seals',
  'void: sealed',
  'void: known',
  'void: deleted',
  'void: too-fast',
  'edits',
  'deletions',
  'moderations',
  'reactions',
  'replies',
  'strokes',
  'erasures',
  'undos',
  'looks at the past',
  'offline',
  'cuts',
  'pages opened',
  'pages that died',
  'clocks that jumped',
  'members who left',
  'server killed',
  'server stopped',
  'server started',
  'turns that failed',
  'compactions',
  'changes of shapes',
  'calls joined',
  'connections that waited',
  'connections that broke',
  'connections given up',
  'partitions',
  'calls without a server that agreed',
  'quarrels without a server',
  'outages of which everything was kept',
  'lies',
  'liars who came anew',
  'lies told otherwise to the server',
]

test('[D-12] under cuts, crashes, kills and failing turns nothing that was shown is lost, and all agree in the end', async () => {
  const tally: Tally = new Map()
  for (const seed of seeds) {
    using history = new History(seed)
    await history.play().catch((cause: unknown) => {
      throw new Error(`seed ${String(seed)}:\n${history.trace.slice(-20).join('\n')}`, { cause })
    })
    addTo(tally, history.tally)
  }
  assert.deepEqual(
    kinds.filter((kind) => !tally.has(kind)),
    [],
    'each kind of thing has happened',
  )
})

/** What histories have found, by the seed that did. */
const found: readonly (readonly [seed: number, what: string])[] = [
  [49, 'what was deleted through the server is told by nobody again'],
]

for (const [seed, what] of found)
  test(`${what} (seed ${String(seed)})`, async () => {
    using history = new History(seed)
    await history.play()
  })

test('the same seed gives the same history', async () => {
  const traces = []
  for (const seed of [7, 7, 8]) {
    using history = new History(seed)
    await history.play()
    traces.push(history.trace)
  }
  assert.deepEqual(traces[0], traces[1])
  assert.notDeepEqual(traces[0], traces[2])
})

test('[DP4] what is over goes also where the document is heard long after the room', async () => {
  using history = new History(1)
  const { call, time } = history
  const [first, other] = history.devices.filter(({ member }, index, all) => all[index - 1]?.member !== member)
  assert.ok(first !== undefined && other !== undefined)
  const [teller, hearer] = [first, other].map(({ member, device }) => history.openPage(member, device))
  assert.ok(teller != null && hearer != null)
  await history.agree()
  call.join(teller)
  call.join(hearer)
  await time.pass(2_000)
  history.loseServer()
  teller.draw()
  await time.pass(2_000)
  assert.equal(call.toldKeys().size, 1)
  history.kill(teller)
  await time.pass(30_000)
  history.server.start()
  const isRoomHere = (): boolean => hearer.isLive
  for (let left = 120; left > 0 && !isRoomHere(); left -= 1) {
    await time.pass(1_000)
    for (const link of history.links) if (link.isWanted) history.answer(link)
    for (const link of history.links) while (link.waiting('server') > 0) await history.deliver(link, 'server')
    await time.endTurn()
    for (const link of history.links)
      if (!isRoomHere() && link.waiting('page') > 0) await history.deliver(link, 'page')
  }
  assert.equal(isRoomHere(), true)
  assert.equal(hearer.documents.get(boardName)?.currentAtMs, null)
  await time.pass(5_000)
  assert.equal(call.toldKeys().size, 1)
  await history.calm(5_000)
  assert.equal(call.toldKeys().size, 0)
})

test('[W5] what somebody has written who left in the same turn is there for whoever comes in it', async () => {
  using stack = new DisposableStack()
  const time = new VirtualTime()
  stack.use(time.install())
  const personId = 'Alice'.padEnd(22, '0') as PersonId
  const server = stack.use(new SimulatedServer(time, [{ name: 'Alice', role: 'owner', personId }]))
  const name = documentName({ kind: 'chat', roomId, page: 0 })
  const page = replicaOf(1 as Seat)
  const link = new Link()
  server.accept(link, personId)
  const send = async (...frames: readonly Uint8Array[]): Promise<void> => {
    for (const frame of frames) link.send('server', { kind: 'frame', bytes: new Uint8Array(frame) })
    while (link.waiting('server') > 0) {
      link.deliver('server')
      await quiet()
    }
  }
  await send(encodeAuth(`${name}\0a`), encodeAsk(`${name}\0a`, page))
  await time.endTurn()
  const { update } = sayIn(page, 1 as Seat, 'said on the way out')
  await send(encodeUpdate(`${name}\0a`, update), encodeClose(`${name}\0a`))
  // The turn has not ended.
  await send(encodeAuth(`${name}\0b`), encodeAsk(`${name}\0b`, page))
  const next = sayIn(page, 1 as Seat, 'and what follows from it').update
  await send(encodeUpdate(`${name}\0b`, next))
  await time.pass(1_000)
  assert.equal(link.server.closedWith, null, 'it is no gap')
  const onDisk = replicaOf(1 as Seat)
  server.read(name, onDisk)
  assert.equal(onDisk.getMap('m').size, 2)
})
