/** Signals that come late, twice, out of order, from before, or not at all: every link ends connected or gone. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { PresenceState } from '#shared/presence/presence.ts'
import { FakeRoom, isWhole, type Caller } from '../support/fake-call.ts'

const names = ['alice', 'bob', 'carol']
/** Longer than the longest wait for another try. */
const settledMsMax = 120_000

test('[CA1, CA2] whatever old signals come again, and whatever is cut meanwhile, all come together', async () => {
  const act = fc.record({
    what: fc.constantFrom(
      'replay',
      'part',
      'kick',
      'cut',
      'stop',
      'rejoin',
      'share',
      'renegotiate',
      'fail',
      'wake',
    ),
    who: fc.nat(2),
    whom: fc.nat(1),
    old: fc.nat(1_000),
    afterMs: fc.oneof(fc.nat(50), fc.nat(6_000)),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.infiniteStream(fc.nat(200)),
      fc.shuffledSubarray([1, 2, 3], { minLength: 3 }),
      fc.array(act, { maxLength: 14 }),
      async (delays, ids, acts) => {
        using room = new FakeRoom(() => delays.next().value as number)
        const callers = names.map((name, i) => room.enter(name, ids[i] ?? 0))
        const said: (readonly [clientId: number, signals: PresenceState['signals']])[] = []
        for (const { call } of callers) call.join()
        for (const { what, who, whom, old, afterMs } of acts) {
          const one = callers[who]!
          const other = callers.filter((caller) => caller !== one)[whom]!
          perform(room, what, one, other)
          const replayed = said[old % Math.max(1, said.length)]
          if (what === 'replay' && replayed !== undefined) room.bus.say(replayed[0], 'signals', replayed[1])
          await room.clock.run(afterMs)
          for (const caller of callers) {
            const { signals } = room.bus.stateOf(caller.clientId) ?? {}
            if (signals !== undefined) said.push([caller.clientId, signals])
          }
        }
        heal(room, callers)
        await room.clock.run(10_000)
        await room.clock.until(() => isWhole(callers, room.net), 'all to come together', settledMsMax)
        await room.clock.run(5_000)
        assert.ok(isWhole(callers, room.net), 'and stay together')
        callers[0]!.call.leave()
        const rest = callers.slice(1)
        await room.clock.until(() => isWhole(rest, room.net), 'the one to be gone', 3_000)
      },
    ),
    { numRuns: 50 },
  )
})

function perform(room: FakeRoom, what: string, one: Caller, other: Caller): void {
  if (what === 'part') room.net.part(one.name, other.name)
  if (what === 'kick') room.net.kick(one.name, other.name)
  if (what === 'cut') room.bus.cut(one.clientId)
  if (what === 'stop') room.bus.stop()
  if (what === 'share') one.call.startScreen()
  if (what === 'wake') one.wake()
  if (what === 'fail') room.net.open(one.name)[0]?.become('failed')
  if (what === 'renegotiate') for (const connection of room.net.open(one.name)) connection.restartIce()
  if (what === 'rejoin') {
    one.call.leave()
    one.call.join()
  }
}

function heal(room: FakeRoom, callers: readonly Caller[]): void {
  room.bus.start()
  for (const one of callers) {
    room.bus.mend(one.clientId)
    for (const other of callers) if (one !== other) room.net.join(one.name, other.name)
    if (one.call.snapshot().status === 'idle') one.call.join()
  }
}

test('[S-03] fifty renegotiations of everybody with everybody, on paths that break meanwhile, end in agreements', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(2), fc.nat(60)), { minLength: 50, maxLength: 50 }),
      async (steps) => {
        using room = new FakeRoom()
        const callers = names.map((name, i) => room.enter(name, i + 1))
        for (const { call } of callers) call.join()
        await room.clock.until(() => isWhole(callers, room.net), 'the call', 5_000)
        for (const { call } of callers) call.startScreen()
        for (const [i, [who, afterMs]] of steps.entries()) {
          const one = callers[who]!
          for (const connection of room.net.open(one.name)) connection.restartIce()
          if (i === 20) room.net.kick('alice', 'bob')
          await room.clock.run(afterMs)
        }
        await room.clock.until(() => isWhole(callers, room.net), 'agreements', 30_000)
        await room.clock.run(1_000)
        for (const one of callers)
          for (const other of names) if (other !== one.name) assert.ok(one.sees(other)?.screen != null)
      },
    ),
    { numRuns: 15 },
  )
})

test('[CA5] who leaves and joins fifty times keeps no connection, track, listener or timer', async () => {
  using room = new FakeRoom()
  const [alice, bob] = [room.enter('alice', 1), room.enter('bob', 2)]
  bob.call.join()
  await room.clock.run(500)
  const before = { timers: room.clock.timersCount, listeners: room.bus.listenersCount(1) }
  for (let i = 0; i < 50; i++) {
    alice.call.openPreview({ microphone: true, camera: true })
    alice.call.join()
    await room.clock.until(() => isWhole([alice, bob], room.net), 'the call', 5_000)
    alice.call.leave()
    await room.clock.until(() => bob.sees('alice') === undefined, 'alice to be gone', 1_000)
  }
  // What has been said on paths that ended is on its way for as long.
  await room.clock.run(60_000)
  assert.deepEqual({ timers: room.clock.timersCount, listeners: room.bus.listenersCount(1) }, before)
  assert.deepEqual([room.net.open('alice'), room.net.open('bob'), alice.media.live()], [[], [], []])
})
