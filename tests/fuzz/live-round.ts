/**
 * One round against a real server: Alice and Bob in a room with somebody hostile, and in another room without.
 *
 * Afterwards the process is well, both rooms work, nothing that honest people did is lost, changed or refused, and a
 * fresh reader of a server that was started again has the same. The same seed gives the same attacks and the same
 * honest work; how they fall between each other is left to the machine.
 */
import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import * as Y from 'yjs'
import { seatOf, serverSeat, type Seat } from '#shared/ids.ts'
import { rootsByKind } from '#shared/room.ts'
import { TestClient } from '../support/client.ts'
import { whole } from '../support/frames.ts'
import { seatedRoom, type Names, type Seated } from '../support/seated.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'
import { Chance } from '../support/chance.ts'
import { LiveAttacker } from './live-hostile.ts'
import { LivePage } from './live-page.ts'
import { watchProcess, type Watch } from './watch.ts'
import { shownIn } from './world.ts'

export type LiveTally = {
  strikes: number
  honest: number
  /** How often, by kind of attack, end of a socket, and reason of a refusal. */
  counts: Map<string, number>
  worstGapMs: number
  /** From one honest person to the other in the room that is not attacked. */
  worstDelayMs: number
}

const strikesMax = 60
/** Counted in a tally: changes of the attacker that any member may make. */
export const admittedOf = 'changes that were admitted'

export function emptyLiveTally(): LiveTally {
  return { strikes: 0, honest: 0, counts: new Map(), worstGapMs: 0, worstDelayMs: 0 }
}

/** Throws where something does not hold. */
export async function playLiveRound(seed: number, tally: LiveTally): Promise<void> {
  const chance = new Chance(seed)
  using watch = watchProcess()
  await using server = await startTestServer({ log: watch.log })
  const attacked = await seatedRoom(server, 'Alice', 'Bob', 'Mallory')
  const [alice, bob, mallory] = attacked.people
  assert.ok(alice !== undefined && bob !== undefined && mallory !== undefined)
  const canary = await anotherRoom(alice, bob)

  using pages = new DisposableStack()
  // Each has chances of their own: what one meets must not change what another does.
  const enter = (self: Seated, people: readonly Seated[]): LivePage =>
    pages.use(new LivePage(self, namesBySeat(people), new Chance(chance.below(2 ** 32))))
  const inAttacked = [enter(alice, attacked.people), enter(bob, attacked.people)] as const
  const inCanary = [enter(canary.people[0], canary.people), enter(canary.people[1], canary.people)] as const
  const all = [...inAttacked, ...inCanary]
  await settled(all)
  const roomBefore = roomShown(inAttacked[0])

  const attacker = new LiveAttacker({
    self: mallory,
    server,
    names: attacked.names,
    otherNames: canary.names,
    docs: { chat: inAttacked[0].chat.doc, board: inAttacked[0].board.doc },
    peers: all.map(({ session }) => session.presence.clientId),
    chance: new Chance(chance.below(2 ** 32)),
  })
  for (let left = 1 + chance.below(strikesMax); left > 0; left--) {
    const delivery = exchange(inCanary, left, tally)
    await attacker.strike()
    tally.strikes += 1
    for (const page of inAttacked) if (chance.isLikely(0.6)) page.act()
    tally.honest += 2
    await delivery
  }
  await attacker[Symbol.asyncDispose]()

  for (const page of all) page.setOnline(true)
  await settled(all)
  await hasSockets(server, all.length)
  await agree(inAttacked)
  await agree(inCanary)
  checkPages(all, roomBefore, inAttacked)
  checkSeats(inAttacked[0], attacked.people)
  checkSeats(inCanary[0], canary.people)
  checkWatch(watch, mallory)
  tally.worstGapMs = Math.max(tally.worstGapMs, watch.worstGapMs())
  for (const [what, count] of attacker.counts) add(tally, what, count)
  add(tally, admittedOf, structsOf(inAttacked[0], mallory.seat))
  for (const { reason } of watch.refusals) add(tally, `refused: ${reason}`, 1)

  const shown = [inAttacked[0], inCanary[0]].map(shownTo)
  pages.dispose()
  await server.stop()
  await using again = await startTestServer({ dataDir: server.dataDir, log: watch.log })
  for (const [index, { names }] of [attacked, canary].entries())
    assert.deepEqual(await readFresh(again, alice, names), shown[index], 'the disk has what the pages show')
  checkWatch(watch, mallory)
}

/** A room of the same two people, as they are seated there. */
async function anotherRoom(
  alice: Seated,
  bob: Seated,
): Promise<Readonly<{ people: readonly [Seated, Seated]; names: Names }>> {
  const answer = await alice.client.createRoom('Aviary')
  const { id } = answer.room
  const { token } = await alice.client.invite(id)
  const joined = await bob.client.accept(token)
  return {
    people: [
      { ...alice, seat: answer.seat, answer },
      { ...bob, seat: joined.seat, answer: joined },
    ],
    names: { room: `room/${id}`, chat: `chat/${id}/0`, board: `board/${id}/main` },
  }
}

function namesBySeat(people: readonly Seated[]): ReadonlyMap<number, string> {
  return new Map(people.map(({ seat }, index) => [seat, ['Alice', 'Bob', 'Mallory'][index] ?? '']))
}

async function settled(pages: readonly LivePage[]): Promise<void> {
  await until(() => pages.every(({ isSettled }) => isSettled), 'everything honest to be saved')
}

/** One says something and the other sees it. */
async function exchange(
  [one, two]: readonly [LivePage, LivePage],
  id: number,
  tally: LiveTally,
): Promise<void> {
  const saidAtMs = performance.now()
  const key = one.say(`Do you hear me? ${String(id)}`)
  await until(() => two.chat.doc.getMap('m').has(key), 'a message in the room that is not attacked')
  tally.worstDelayMs = Math.max(tally.worstDelayMs, performance.now() - saidAtMs)
}

/** Whoever is gone has left nothing open. */
async function hasSockets(server: TestServer, count: number): Promise<void> {
  await until(async () => {
    const text = await (await fetch(`http://127.0.0.1:${String(server.port)}/metrics`)).text()
    return text.includes(`stoa_sockets_open ${String(count)}\n`)
  }, 'the attacker’s sockets to be gone')
}

async function agree([one, two]: readonly [LivePage, LivePage]): Promise<void> {
  await until(() => {
    assert.deepEqual(shownTo(one), shownTo(two))
    const others = [one, two].map(({ session }) => [...session.presence.others().keys()])
    assert.deepEqual(others, [[two.session.presence.clientId], [one.session.presence.clientId]])
    return true
  }, 'both to see the same, and each other')
}

/** Whoever is not in the room, and the server on a board, has written nothing. */
function checkSeats({ chat, board }: LivePage, people: readonly Seated[]): void {
  const seats = new Set<number | null>(people.map(({ seat }) => seat))
  const strangers = (doc: Y.Doc) => [...doc.store.clients.keys()].filter((id) => !seats.has(seatOf(id)))
  assert.deepEqual(strangers(board.doc), [])
  assert.deepEqual(
    strangers(chat.doc).filter((id) => seatOf(id) !== serverSeat),
    [],
  )
}

/** How much of what this seat sent has entered the documents. */
function structsOf({ chat, board }: LivePage, seat: Seat): number {
  return [chat.doc, board.doc]
    .flatMap((doc) => [...doc.store.clients])
    .reduce((sum, [client, structs]) => (seatOf(client) === seat ? sum + structs.length : sum), 0)
}

function roomShown({ session }: LivePage): unknown {
  return rootsByKind.room.map((root) => session.room.doc.getMap(root).toJSON())
}

function shownTo({ chat, board }: LivePage): unknown {
  return shownOf(chat.doc, board.doc)
}

function shownOf(chat: Y.Doc, board: Y.Doc): unknown {
  return {
    chat: shownIn(chat, 'chat'),
    board: shownIn(board, 'board'),
    clocks: [chat, board].map((doc) => [...Y.decodeStateVector(Y.encodeStateVector(doc))].sort(byClient)),
  }
}

function byClient([a]: readonly [number, number], [b]: readonly [number, number]): number {
  return a - b
}

function checkPages(
  all: readonly LivePage[],
  roomBefore: unknown,
  [first]: readonly [LivePage, LivePage],
): void {
  for (const page of all) {
    assert.deepEqual(page.faults, [])
    const own = [...page.chat.doc.getMap('m')].filter(([key]) =>
      key.startsWith(`${page.chat.seat.toString(36)}.`),
    )
    assert.deepEqual(new Map(own.sort()), new Map([...page.said].sort()), 'their words, as they said them')
  }
  assert.deepEqual(roomShown(first), roomBefore, 'the room is as it was')
}

function checkWatch({ faults, refusals }: Watch, mallory: Seated): void {
  assert.deepEqual(faults, [])
  const honest = refusals.filter(({ person }) => person !== mallory.personId)
  assert.deepEqual(honest, [], 'no honest update was refused')
}

async function readFresh(server: TestServer, { client }: Seated, names: Names): Promise<unknown> {
  const reader = new TestClient(server)
  reader.cookie = client.cookie
  using socket = await SyncClient.open(reader, names.chat, names.board)
  const chat = await whole(socket, names.chat)
  return shownOf(chat, await whole(socket, names.board))
}

function add({ counts }: LiveTally, what: string, count: number): void {
  counts.set(what, (counts.get(what) ?? 0) + count)
}
