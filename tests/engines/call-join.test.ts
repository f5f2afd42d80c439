/** Joining: two, three and late ones come together whatever presence does to their signals. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { callParticipantsMax } from '#shared/limits.ts'
import { FakeRoom, isWhole, type Caller } from '../support/fake-call.ts'

const everything = { microphone: true, camera: true }

/** Signals that are in presence now, over everyone. */
function signalsOf(room: FakeRoom): number {
  return room.bus.states().reduce((count, { signals }) => count + Object.keys(signals ?? {}).length, 0)
}

test('[CA1] two people see and hear each other after one offer, and no signal stays behind', async () => {
  using room = new FakeRoom()
  const [alice, bob] = [room.enter('alice', 1), room.enter('bob', 2)]
  for (const { call } of [alice, bob]) call.openPreview(everything)
  await room.clock.run(100)
  for (const { call } of [alice, bob]) call.join()
  await room.clock.until(() => isWhole([alice, bob], room.net), 'the call', 2_000)
  await room.clock.run(500)
  assert.equal(signalsOf(room), 0)
  assert.deepEqual(
    [...room.net.open('alice'), ...room.net.open('bob')].map(({ offersCount }) => offersCount),
    [0, 1],
    'the higher clientID made the only offer (CA3)',
  )
  const seen = alice.sees('bob')
  assert.ok(seen?.voice != null && seen.camera !== null && seen.screen === null)
  assert.equal(seen.personId, 'person-bob')
  assert.deepEqual(
    room.net
      .open('bob')[0]
      ?.getTransceivers()
      .map(({ sender }) => sender.track),
    bob.media.live(),
    'the tracks of the preview are sent, and no others were opened',
  )
})

test('[CA1] whatever order, delay and loss of states between presence has, everyone comes together', async () => {
  const act = fc.record({
    who: fc.nat(2),
    what: fc.constantFrom('join', 'leave', 'camera', 'microphone', 'share', 'roam'),
    afterMs: fc.nat(400),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.infiniteStream(fc.nat(300)),
      fc.shuffledSubarray([1, 2, 3], { minLength: 3 }),
      fc.array(act, { maxLength: 12 }),
      async (delays, ids, acts) => {
        using room = new FakeRoom(() => delays.next().value as number)
        const callers = ['alice', 'bob', 'carol'].map((name, i) => room.enter(name, ids[i] ?? 0))
        for (const { who, what, afterMs } of acts) {
          perform(room, callers[who]!, what)
          await room.clock.run(afterMs)
        }
        for (const { call } of callers) call.join()
        // By then a path that died at the end is noticed.
        await room.clock.run(10_000)
        await room.clock.until(() => isWhole(callers, room.net), 'everyone to come together', 90_000)
        await room.clock.run(3_000)
        assert.ok(isWhole(callers, room.net), 'and stay together')
        assert.equal(signalsOf(room), 0)
        for (const one of callers) for (const other of callers) if (one !== other) agree(one, other)
      },
    ),
    { numRuns: 60 },
  )
})

function perform(room: FakeRoom, { call, name }: Caller, what: string): void {
  const { microphone, camera, screen } = call.snapshot()
  if (what === 'join') call.join()
  if (what === 'leave') call.leave()
  if (what === 'camera') call.setCamera(camera.state === 'off')
  if (what === 'microphone') call.setMicrophone(microphone.state === 'off')
  if (what === 'share' && screen.state === 'off') call.startScreen()
  else if (what === 'share') call.stopScreen()
  if (what === 'roam') room.net.roam(name)
}

/** One sees of the other what the other is. */
function agree(one: Caller, other: Caller): void {
  const seen = one.sees(other.name)
  const { microphone, camera, screen } = other.call.snapshot()
  assert.equal(seen?.hasMicrophone, microphone.state === 'on')
  assert.equal(seen.camera !== null, camera.state === 'on')
  assert.equal(seen.screen !== null, screen.state === 'on')
}

test('[S-03] fifty renegotiations from both sides at once end in one agreement', async () => {
  using room = new FakeRoom()
  const [alice, bob] = [room.enter('alice', 1), room.enter('bob', 2)]
  for (const { call } of [alice, bob]) call.join()
  await room.clock.until(() => isWhole([alice, bob], room.net), 'the call', 2_000)
  for (const { call } of [alice, bob]) call.startScreen()
  for (let i = 0; i < 50; i++) {
    for (const { name } of [alice, bob]) for (const connection of room.net.open(name)) connection.restartIce()
    await room.clock.run(i % 7)
  }
  await room.clock.until(() => isWhole([alice, bob], room.net), 'an agreement', 5_000)
  await room.clock.run(1_000)
  assert.ok(alice.sees('bob')?.screen != null && bob.sees('alice')?.screen != null)
  assert.equal(room.net.open('alice')[0]?.getTransceivers().length, 4)
})

test('[CA4] mute, camera and a second share never renegotiate', async () => {
  using room = new FakeRoom()
  const [alice, bob] = [room.enter('alice', 1), room.enter('bob', 2)]
  for (const { call } of [alice, bob]) call.join()
  await room.clock.until(() => isWhole([alice, bob], room.net), 'the call', 2_000)
  alice.call.startScreen()
  await room.clock.until(() => bob.sees('alice')?.screen != null, 'the share', 1_000)
  const offers = () =>
    [...room.net.open('alice'), ...room.net.open('bob')].map(({ offersCount }) => offersCount)
  const before = offers()
  alice.call.stopScreen()
  for (const { call } of [alice, bob]) {
    call.setCamera(true)
    call.setMicrophone(true)
  }
  await room.clock.run(200)
  alice.call.setMicrophone(false)
  alice.call.setCamera(false)
  bob.call.startScreen()
  await room.clock.run(500)
  agree(alice, bob)
  agree(bob, alice)
  assert.deepEqual(offers(), before)
})

test('a full call lets nobody in, and somebody as soon as one has left', async () => {
  using room = new FakeRoom()
  const inside = Array.from({ length: callParticipantsMax }, (_, i) => room.enter(`p${String(i)}`, i + 1))
  for (const { call } of inside) assert.equal(call.join(), null)
  const late = room.enter('late', 99)
  await room.clock.until(() => isWhole(inside, room.net), 'everyone', 10_000)
  assert.equal(late.call.snapshot().isFull, true)
  assert.equal(late.call.join(), 'full')
  assert.equal(late.call.snapshot().status, 'idle')
  inside[0]?.call.leave()
  await room.clock.until(() => !late.call.snapshot().isFull, 'a free place', 1_000)
  assert.equal(late.call.join(), null)
  await room.clock.until(() => isWhole([...inside.slice(1), late], room.net), 'the new call', 10_000)
})

test('[S-02] garbage in a slot costs only the link to who sent it', async () => {
  using room = new FakeRoom()
  const [alice, bob] = [room.enter('alice', 1), room.enter('bob', 2)]
  for (const { call } of [alice, bob]) call.join()
  await room.clock.until(() => isWhole([alice, bob], room.net), 'the call', 2_000)
  const mallory = room.enter('mallory', 3)
  mallory.call.join()
  await room.clock.until(() => alice.sees('mallory')?.state === 'connected', 'mallory', 2_000)
  const sessionOf = (name: string) =>
    room.bus.states().find(({ user }) => user?.name === name)?.call?.session ?? ''
  const session = sessionOf('mallory')
  for (let g = 1; g < 60; g++) {
    const slot = { s: session, g, v: g, o: [g, `nonsense ${String(g)}`] as const }
    const candidate = { candidate: 'x', sdpMid: null, sdpMLineIndex: null, usernameFragment: null }
    room.bus.say(3, 'signals', {
      '1': { ...slot, t: sessionOf('alice'), c: [candidate] },
      '2': { ...slot, t: sessionOf('bob') },
    })
    await room.clock.run(40)
  }
  assert.equal(alice.sees('bob')?.state, 'connected')
  assert.equal(bob.sees('alice')?.state, 'connected')
  const seen = alice.call.snapshot().participants.map(({ name }) => name)
  assert.deepEqual(seen.slice(0, 2), ['alice', 'bob'])
  assert.ok(room.net.open('alice').length <= 2, 'one connection for each')
})
