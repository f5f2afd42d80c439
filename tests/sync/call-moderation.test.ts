/** Moderating a call, against a real server: who has a part in it, what is asked, and the order of hands. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { ModerateCallRequest } from '#shared/call/http.ts'
import { callPaths } from '#shared/call/paths.ts'
import type { CallStanding } from '#shared/call/standing.ts'
import { clientIdOf, type ClientId } from '#shared/ids.ts'
import { callReactionsBurstMax } from '#shared/limits.ts'
import type { PresenceState } from '#shared/presence/presence.ts'
import { encodePresence } from '#web/sync/frames.ts'
import { assertRefused } from '../support/answers.ts'
import { TestClient } from '../support/client.ts'
import { testClock } from '../support/clock.ts'
import { inDatabase } from '../support/database.ts'
import { lastPresence } from '../support/frames.ts'
import { seatedRoom, type Names, type Seated } from '../support/seated.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'

const call = { session: 'abcdefgh', hasMicrophone: true, hasCamera: false, hasScreen: false }

/** One peer with the room open. */
class Peer implements Disposable {
  readonly person: Seated
  readonly clientId: ClientId
  readonly #socket: SyncClient
  readonly #address: string
  #clock = 0

  private constructor(person: Seated, socket: SyncClient, address: string, clientId: ClientId) {
    this.person = person
    this.#socket = socket
    this.#address = address
    this.clientId = clientId
  }

  static async open(person: Seated, names: Names, state: object = { call }, random = 1): Promise<Peer> {
    const socket = await SyncClient.open(person.client, names.room)
    const peer = new Peer(person, socket, names.room, clientIdOf(person.seat, random))
    peer.say(state)
    return peer
  }

  say(state: object): void {
    this.#clock += 1
    this.#socket.send(encodePresence(this.#address, { clientId: this.clientId, clock: this.#clock, state }))
  }

  /** What this peer was told last of another, or of itself. */
  told(of: Peer): PresenceState | null | undefined {
    return lastPresence(this.#socket, of.clientId)?.state as PresenceState | null | undefined
  }

  async comes(of: Peer, what: string, isSo: (state: PresenceState) => unknown): Promise<PresenceState> {
    return until(() => {
      const state = this.told(of)
      return state !== null && state !== undefined && Boolean(isSo(state)) ? state : undefined
    }, what)
  }

  get closed() {
    return this.#socket.closed
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]()
  }
}

async function roomOf(server: TestServer, ...persons: string[]) {
  const { people, names } = await seatedRoom(server, ...persons)
  const [host] = people
  assert.ok(host !== undefined)
  const roomId = host.answer.room.id
  const moderate = (by: Seated, body: ModerateCallRequest) =>
    by.client.send('POST', callPaths.moderate(roomId), { body })
  return { people: people as readonly [Seated, Seated, Seated], names, roomId, moderate }
}

const slotFor = (addressee: Peer) => ({
  [String(addressee.clientId)]: { s: 'abcdefgh', t: 'abcdefgh', g: 0, v: 1, o: [1, 'sdp'] },
})

test('[CA6] who is put out of a call has no part in it and no signals, whatever they say, until let in again', async () => {
  await using server = await startTestServer()
  const { people, names, roomId, moderate } = await roomOf(server, 'Alice', 'Bob', 'Carol')
  using alice = await Peer.open(people[0], names)
  using bob = await Peer.open(people[1], names)
  await alice.comes(bob, 'Bob in the call', (state) => state.call)
  await bob.comes(alice, 'Alice in the call', (state) => state.call)

  assert.equal((await moderate(people[0], { action: 'remove', seat: people[1].seat })).status, 204)
  const isOut = ({ standing, call: part }: PresenceState) =>
    standing?.barred === 'removed' && part === undefined
  await alice.comes(bob, 'Bob out at Alice’s', isOut)
  await bob.comes(bob, 'Bob told himself', ({ standing }) => standing?.barred === 'removed')
  bob.say({ call: { ...call, session: 'bobagain' }, signals: slotFor(alice), isTyping: true })
  alice.say({ call, signals: slotFor(bob), isTyping: true })
  const state = await alice.comes(bob, 'what Bob says', ({ isTyping }) => isTyping)
  assert.deepEqual([state.call, state.signals], [undefined, undefined])
  assert.equal((await bob.comes(alice, 'what Alice says', ({ isTyping }) => isTyping)).signals, undefined)
  assert.equal((await people[0].client.rooms()).mine[0]?.inCallCount, 1)
  assertRefused(await people[1].client.send('GET', callPaths.ice(roomId)), 'forbidden')

  using second = await Peer.open(people[1], names, { call }, 2)
  await alice.comes(second, 'Bob’s other tab', isOut)
  await moderate(people[0], { action: 'let-in', seat: people[1].seat })
  await alice.comes(bob, 'Bob in again', (now) => now.call?.session === 'bobagain' && now.signals)
  await bob.comes(bob, 'nothing more said of him', ({ standing }) => standing === undefined)
})

test('[CA7] a locked call takes nobody new; those in it come and go, also over a restart', async () => {
  await using first = await startTestServer()
  const { people, names, moderate } = await roomOf(first, 'Alice', 'Bob', 'Carol')
  {
    using alice = await Peer.open(people[0], names)
    using bob = await Peer.open(people[1], names)
    await alice.comes(bob, 'Bob in the call', (state) => state.call)
    await moderate(people[0], { action: 'lock' })
    using carol = await Peer.open(people[2], names)
    await alice.comes(
      carol,
      'Carol before the door',
      ({ standing, call: part }) => standing?.barred === 'locked' && !part,
    )
    await carol.comes(carol, 'Carol told', ({ standing }) => standing?.barred === 'locked')
    carol.say({})
    await alice.comes(carol, 'Carol, who wants nothing', ({ standing }) => standing === undefined)
  }
  await first.stop()
  await using server = await startTestServer({ dataDir: first.dataDir, port: first.port })
  using alice = await Peer.open(people[0], names)
  using bob = await Peer.open(people[1], names)
  using carol = await Peer.open(people[2], names)
  await alice.comes(bob, 'Bob back in the call', (state) => state.call)
  await alice.comes(carol, 'Carol still before the door', ({ standing }) => standing?.barred === 'locked')
  await moderate(people[0], { action: 'let-in', seat: people[2].seat })
  await alice.comes(carol, 'Carol let in', (state) => state.call)
  await moderate(people[0], { action: 'unlock' })
  const standings = inDatabase(server.dataDir, (db) =>
    db.prepare('SELECT call_standing FROM seat').pluck().all(),
  )
  assert.deepEqual(standings, [null, null, null])
})

test('[CA6] members and guests moderate nothing, nobody puts the owner out, and moderators not each other', async () => {
  await using server = await startTestServer()
  const { people, roomId, moderate } = await roomOf(server, 'Alice', 'Bob', 'Carol')
  const [alice, bob, carol] = people
  const { token } = await alice.client.invite(roomId)
  const gus = await TestClient.guest(server, token, 'Gus')
  const mallory = await TestClient.register(server, 'Mallory')
  const bodies: ModerateCallRequest[] = [
    ...(['mute', 'unmute', 'remove', 'let-in'] as const).map((action) => ({ action, seat: carol.seat })),
    { action: 'lock' },
    { action: 'unlock' },
  ]
  for (const body of bodies) {
    assertRefused(await moderate(bob, body), 'forbidden')
    assertRefused(await gus.send('POST', callPaths.moderate(roomId), { body }), 'forbidden')
    assertRefused(await mallory.send('POST', callPaths.moderate(roomId), { body }), 'not-found')
    assert.equal((await moderate(alice, body)).status, 204)
  }
  inDatabase(server.dataDir, (db) =>
    db.prepare("UPDATE seat SET role = 'moderator' WHERE seat IN (?, ?)").run(bob.seat, carol.seat),
  )
  assertRefused(await moderate(bob, { action: 'remove', seat: alice.seat }), 'forbidden')
  assertRefused(await moderate(bob, { action: 'remove', seat: carol.seat }), 'forbidden')
  assertRefused(await moderate(bob, { action: 'remove', seat: 999 }), 'not-found')
  assert.equal((await moderate(alice, { action: 'remove', seat: carol.seat })).status, 204)
})

test('[CA8] who is asked to mute or unmute is told by whom; who is in no call is not asked', async () => {
  const clock = testClock()
  await using server = await startTestServer({ clock })
  const { people, names, moderate } = await roomOf(server, 'Alice', 'Bob')
  using bob = await Peer.open(people[1], names)
  using other = await Peer.open(people[1], names, {}, 2)
  await other.comes(bob, 'the tab in the call', (state) => state.call)
  await moderate(people[0], { action: 'mute', seat: people[1].seat })
  const asked = async (atMs: number) =>
    (await bob.comes(bob, 'the asking', ({ standing }) => standing?.asked?.atMs === atMs)).standing?.asked
  assert.deepEqual(await asked(clock()), { what: 'mute', atMs: clock(), by: 'Alice' })
  clock.advance(1_000)
  await moderate(people[0], { action: 'unmute', seat: people[1].seat })
  assert.deepEqual(await asked(clock()), { what: 'unmute', atMs: clock(), by: 'Alice' })
  assert.equal(other.told(other), undefined)
  bob.say({})
  await bob.comes(bob, 'no asking any more', ({ standing }) => standing === undefined)
})

test('[P5] hands have the order in which they were raised, over a reconnect and a restart; nobody claims an earlier one', async () => {
  const clock = testClock()
  await using first = await startTestServer({ clock })
  const { people, names } = await roomOf(first, 'Alice', 'Bob', 'Carol')
  const hand = (standing: CallStanding | undefined) => standing?.handAtMs
  let handsAtMs: number[] = []
  {
    using alice = await Peer.open(people[0], names)
    using bob = await Peer.open(people[1], names, { call, hand: 0 })
    const bobs = hand((await alice.comes(bob, 'Bob’s hand', ({ standing }) => hand(standing))).standing) ?? 0
    // A forged standing is overwritten, and a claimed time of this very process is not believed.
    alice.say({ call, hand: 5, standing: { handAtMs: 1, barred: 'removed' } })
    alice.say({ call, hand: clock() })
    const own = await alice.comes(alice, 'her own hand', ({ standing }) => hand(standing))
    const alices = hand(own.standing) ?? 0
    handsAtMs = [bobs, alices]
  }
  // The first claim was of a time before the server's start.
  assert.deepEqual(handsAtMs, [clock(), 5])
  await first.stop()
  clock.advance(60_000)
  await using server = await startTestServer({ clock, dataDir: first.dataDir, port: first.port })
  using carol = await Peer.open(people[2], names, { call, hand: 0 })
  await carol.comes(carol, 'Carol’s hand', ({ standing }) => hand(standing) === clock())
  {
    using bob = await Peer.open(people[1], names, { call, hand: handsAtMs[0] })
    await carol.comes(bob, 'Bob’s hand of before', ({ standing }) => hand(standing) === handsAtMs[0])
  }
  using back = await Peer.open(people[1], names, { call, hand: 0 })
  await carol.comes(back, 'Bob’s hand after a reconnect', ({ standing }) => hand(standing) === handsAtMs[0])
  back.say({ call })
  await carol.comes(back, 'Bob’s hand down', ({ standing }) => standing === undefined)
  assert.equal(server.port, first.port)
})

test('[CA9] a reaction is shown as it was said; too many, too long ones and those of nobody in the call are left out', async () => {
  await using server = await startTestServer()
  const { people, names } = await roomOf(server, 'Alice', 'Bob')
  using alice = await Peer.open(people[0], names)
  using bob = await Peer.open(people[1], names)
  const react = (n: number, emoji = '👍') => bob.say({ call, reaction: { emoji, n } })
  for (let n = 1; n <= callReactionsBurstMax; n += 1) react(n)
  const state = await alice.comes(bob, 'the fifth', ({ reaction }) => reaction?.n === callReactionsBurstMax)
  assert.deepEqual(state.reaction, { emoji: '👍', n: callReactionsBurstMax })
  for (const wrong of [{ emoji: 'x'.repeat(33), n: 9 }, { emoji: '', n: 9 }, { emoji: '👍', n: -1 }, 'hi']) {
    bob.say({ call, reaction: wrong })
  }
  react(1_000)
  await alice.comes(
    bob,
    'no reaction',
    ({ call: part, reaction }) => part !== undefined && reaction === undefined,
  )
  bob.say({ reaction: { emoji: '👍', n: 1_001 } })
  const gone = await alice.comes(bob, 'Bob out of the call', ({ call: part }) => part === undefined)
  assert.equal(gone.reaction, undefined)
})
