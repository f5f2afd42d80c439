/** Presence against a real server: whose it is, what the others are told, and what nobody may say. */
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { clientIdOf, type ClientId } from '#shared/ids.ts'
import { encodeClose, encodePresence, type PresenceEntry } from '#web/sync/frames.ts'
import { lastPresence, presenceFrame } from '../support/frames.ts'
import { seatedRoom, type Names, type Seated } from '../support/seated.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'

let server: TestServer
let people: readonly Seated[]
let names: Names
let nextRandom = 1

before(async () => {
  server = await startTestServer()
  const room = await seatedRoom(server, 'Alice', 'Bob', 'Carol')
  ;({ people, names } = room)
})
after(() => server[Symbol.asyncDispose]())

type Peer = Disposable & Readonly<{ socket: SyncClient; clientId: ClientId; person: Seated }>

/** A peer of this person, with the room open, that has said nothing yet. */
async function peerOf(index: number): Promise<Peer> {
  const person = people[index] ?? assert.fail()
  const socket = await SyncClient.open(person.client, names.room)
  const clientId = clientIdOf(person.seat, (nextRandom += 1))
  return { socket, clientId, person, [Symbol.dispose]: () => socket[Symbol.dispose]() }
}

function say({ socket, clientId }: Peer, state: unknown, clock = 1): void {
  socket.send(encodePresence(names.room, { clientId, clock, state }))
}

/** What `of` is told last of a peer, once it is as wanted. */
async function told(
  of: Peer,
  about: Peer,
  isWanted: (entry: PresenceEntry) => boolean,
  what: string,
): Promise<PresenceEntry> {
  return until(() => {
    const entry = lastPresence(of.socket, about.clientId)
    return entry !== undefined && isWanted(entry) ? entry : undefined
  }, what)
}

const isThere = ({ state }: PresenceEntry): boolean => state !== null
const isGone = ({ state }: PresenceEntry): boolean => state === null

test('[P1] [A-01] a frame of no entry or of several ends the socket as malformed', async () => {
  for (const count of [0, 2, 10_000]) {
    using alice = await peerOf(0)
    const entries = Array.from({ length: count }, () => ({ clientId: alice.clientId, clock: 1, state: {} }))
    alice.socket.send(presenceFrame(names.room, entries))
    assert.equal((await alice.socket.closed).code, 4400, String(count))
  }
})

test('[P1] [A-02] an entry under another’s clientID ends the socket as forbidden, and changes nothing', async () => {
  using alice = await peerOf(0)
  using bob = await peerOf(1)
  using carol = await peerOf(2)
  say(bob, { isTyping: true })
  await told(carol, bob, isThere, 'Bob at Carol’s')
  alice.socket.send(encodePresence(names.room, { clientId: bob.clientId, clock: 99, state: {} }))
  assert.equal((await alice.socket.closed).code, 4403)
  say(carol, {})
  await told(bob, carol, isThere, 'Carol at Bob’s')
  assert.deepEqual(lastPresence(carol.socket, bob.clientId)?.clock, 1)
})

test('[P1] [A-05] nobody can take another away', async () => {
  using alice = await peerOf(0)
  using bob = await peerOf(1)
  using carol = await peerOf(2)
  say(bob, {})
  await told(carol, bob, isThere, 'Bob at Carol’s')
  alice.socket.send(encodePresence(names.room, { clientId: bob.clientId, clock: 99, state: null }))
  assert.equal((await alice.socket.closed).code, 4403)
  say(bob, { isTyping: true }, 2)
  const { state } = await told(carol, bob, ({ clock }) => clock === 2, 'what Bob says next')
  assert.equal((state as { isTyping: boolean }).isTyping, true)
  assert.ok(
    carol.socket.received.every(
      (frame) =>
        frame.kind !== 'presence' || frame.entries.every((e) => e.clientId !== bob.clientId || isThere(e)),
    ),
  )
})

test('[P2] [A-03] whoever somebody claims to be, the others are told who they are', async () => {
  using alice = await peerOf(0)
  using bob = await peerOf(1)
  const user = { personId: alice.person.personId, seat: alice.person.seat, name: 'Alice', role: 'owner' }
  say(bob, { user, isTyping: true, more: 'x' })
  const { state } = await told(alice, bob, isThere, 'Bob at Alice’s')
  assert.deepEqual(state, {
    user: { personId: bob.person.personId, seat: bob.person.seat, name: 'Bob', role: bob.person.answer.role },
    isTyping: true,
  })
})

test('[A-04] a state that is no object, or too large, ends the socket as malformed', async () => {
  const deep = '['.repeat(2_000) + ']'.repeat(2_000)
  for (const state of ['[]', '5', '"x"', '{', deep, JSON.stringify({ isTyping: 'x'.repeat(9_000) })]) {
    using alice = await peerOf(0)
    alice.socket.send(presenceFrame(names.room, [{ clientId: alice.clientId, clock: 1, state }]))
    assert.equal((await alice.socket.closed).code, 4400, state.slice(0, 20))
  }
})

test('[P3] [A-06] leaving reaches the others as null with a higher clock', async () => {
  using alice = await peerOf(0)
  using bob = await peerOf(1)
  say(bob, {}, 5)
  const there = await told(alice, bob, isThere, 'Bob at Alice’s')
  say(bob, null, 6)
  const gone = await told(alice, bob, isGone, 'Bob gone at Alice’s')
  assert.ok(gone.clock > there.clock)
  say(bob, {}, 1)
  const back = await told(alice, bob, isThere, 'Bob back at Alice’s')
  assert.ok(back.clock > gone.clock)
})

test('[P3] [A-07] a peer goes with its socket, and with its document', async () => {
  using alice = await peerOf(0)
  for (const end of [
    (bob: Peer) => {
      bob.socket[Symbol.dispose]()
    },
    (bob: Peer) => {
      bob.socket.send(encodeClose(names.room))
    },
  ]) {
    using bob = await peerOf(1)
    say(bob, {})
    await told(alice, bob, isThere, 'Bob at Alice’s')
    end(bob)
    await told(alice, bob, isGone, 'Bob gone at Alice’s')
  }
})

test('[A-09] two tabs of one person are two peers', async () => {
  using alice = await peerOf(0)
  using one = await peerOf(1)
  using two = await peerOf(1)
  say(one, {})
  say(two, {})
  await told(alice, one, isThere, 'the first tab')
  await told(alice, two, isThere, 'the second tab')
  one.socket[Symbol.dispose]()
  await told(alice, one, isGone, 'the first tab gone')
  assert.notEqual(lastPresence(alice.socket, two.clientId)?.state, null)
})

test('[W1] the same peer on a second socket ends the first with 4409', async () => {
  using one = await peerOf(1)
  say(one, {})
  using alice = await peerOf(0)
  await told(alice, one, isThere, 'Bob at Alice’s')
  using socket = await SyncClient.open(one.person.client, names.room)
  socket.send(encodePresence(names.room, { clientId: one.clientId, clock: 1, state: {} }))
  assert.equal((await one.socket.closed).code, 4409)
  await told(alice, one, ({ state, clock }) => state !== null && clock > 1, 'Bob still at Alice’s')
})

test('[P4] a signal reaches its addressee alone', async () => {
  using alice = await peerOf(0)
  using bob = await peerOf(1)
  using carol = await peerOf(2)
  for (const peer of [bob, carol]) say(peer, {})
  const slot = { s: 'aaaaaaaa', t: 'bbbbbbbb', g: 1, v: 1 }
  say(alice, { signals: { [bob.clientId]: slot } })
  const atBobs = await told(bob, alice, isThere, 'Alice at Bob’s')
  const atCarols = await told(carol, alice, isThere, 'Alice at Carol’s')
  assert.deepEqual((atBobs.state as { signals?: unknown }).signals, { [bob.clientId]: slot })
  assert.equal((atCarols.state as { signals?: unknown }).signals, undefined)
})
