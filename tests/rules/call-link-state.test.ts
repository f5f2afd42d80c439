/** How a link heals, step by step. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  participantState,
  startLink,
  stepLink,
  type LinkEffect,
  type LinkEvent,
  type LinkState,
} from '#web/call/engine/link-state.ts'

/** Runs events at their times, and returns the last state and every effect with its time. */
function run(
  events: readonly (readonly [atMs: number, event: LinkEvent])[],
  { isPolite = false, from = startLink(0, 0) }: { isPolite?: boolean; from?: LinkState } = {},
): Readonly<{ state: LinkState; effects: readonly (readonly [number, LinkEffect])[] }> {
  let state = from
  const effects: [number, LinkEffect][] = []
  for (const [atMs, event] of events) {
    const step = stepLink(state, event, atMs, isPolite)
    state = step.state
    if (step.effect !== null) effects.push([atMs, step.effect])
  }
  return { state, effects }
}

const becomes = (state: RTCPeerConnectionState): LinkEvent => ({ kind: 'connection', state })
/** A tick each 100 ms of this span. */
const ticks = (fromMs: number, toMs: number): (readonly [number, LinkEvent])[] =>
  Array.from({ length: Math.floor((toMs - fromMs) / 100) }, (_, i) => [
    fromMs + (i + 1) * 100,
    { kind: 'tick' },
  ])

test('[CA3] a lost path is restarted after 1.2 s by the impolite side, and 2.4 s later by the polite one', () => {
  const events = [
    [0, becomes('connected')] as const,
    [1_000, becomes('disconnected')] as const,
    ...ticks(1_000, 5_000),
  ]
  assert.deepEqual(run(events).effects, [[2_200, 'restart']])
  assert.deepEqual(run(events, { isPolite: true }).effects, [[4_600, 'restart']])
})

test('[CA5] a path that heals by itself in time is left alone', () => {
  const { state, effects } = run([
    [0, becomes('connected')],
    [1_000, becomes('disconnected')],
    ...ticks(1_000, 2_000),
    [2_050, becomes('connected')],
    ...ticks(2_050, 20_000),
  ])
  assert.equal(state.kind, 'connected')
  assert.deepEqual(effects, [])
})

test('[CA5] a network that comes back restarts at once, and what is heard then ends the interruption', () => {
  const { state, effects } = run([
    [0, becomes('connected')],
    [9_000, { kind: 'online' }],
    [9_100, { kind: 'heard' }],
    ...ticks(9_100, 30_000),
  ])
  assert.deepEqual(effects, [[9_000, 'restart']])
  assert.equal(state.kind, 'connected')
})

test('[CA2] a failure builds anew at once, then after longer and longer', () => {
  const { state, effects } = run([
    [0, becomes('connected')],
    [1_000, becomes('failed')],
    ...ticks(1_000, 1_100),
    [2_000, becomes('failed')],
    ...ticks(2_000, 4_000),
    [4_000, becomes('failed')],
    ...ticks(4_000, 8_000),
  ])
  assert.deepEqual(effects, [
    [1_100, 'rebuild'],
    [3_000, 'rebuild'],
    [6_000, 'rebuild'],
  ])
  assert.equal(state.generation, 3)
})

test('[CA2] a larger generation of the other side is adopted, a smaller one is not', () => {
  const { state, effects } = run([
    [0, becomes('connected')],
    [10, { kind: 'adopt', generation: 4 }],
    [20, { kind: 'adopt', generation: 4 }],
    [30, { kind: 'adopt', generation: 3 }],
  ])
  assert.deepEqual(effects, [[10, 'rebuild']])
  assert.equal(state.generation, 4)
})

test('what a person is told: the first rebuild is silent, a link that worked is interrupted, not new', () => {
  const worked = run([[0, becomes('connected')], [1_000, becomes('failed')], ...ticks(1_000, 1_100)]).state
  assert.equal(participantState(worked), 'interrupted')
  assert.equal(participantState(startLink(0, 0)), 'connecting')
  const never = run([[0, becomes('failed')], ...ticks(0, 100)]).state
  assert.equal(participantState(never), 'connecting')
  const again = run([[200, becomes('failed')], ...ticks(200, 2_000)], { from: never }).state
  assert.equal(participantState(again), 'failed')
})

test('[CA2] whatever happens, a link is never stuck: two minutes of ticks bring it up or try anew', () => {
  const event = fc.oneof(
    fc
      .constantFrom<RTCPeerConnectionState>(
        'new',
        'connecting',
        'connected',
        'disconnected',
        'failed',
        'closed',
      )
      .map(becomes),
    fc.constantFrom<LinkEvent>({ kind: 'heard' }, { kind: 'broken' }, { kind: 'online' }, { kind: 'tick' }),
    fc.nat(5).map((generation): LinkEvent => ({ kind: 'adopt', generation })),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3_000), event)), fc.boolean(), (steps, isPolite) => {
      let nowMs = 0
      const timed = steps.map(([waitMs, one]) => [(nowMs += waitMs), one] as const)
      const { state } = run(timed, { isPolite })
      const after = run(ticks(nowMs, nowMs + 120_000), { isPolite, from: state })
      assert.ok(after.state.generation >= state.generation)
      assert.ok(state.kind === 'connected' || after.state.generation > state.generation)
    }),
  )
})

test('[CA2] every state, at every event, goes on: never backwards, and anew only with a new generation', () => {
  const connecting = startLink(3, 1_000)
  const step = (state: LinkState, event: LinkEvent, atMs: number) => stepLink(state, event, atMs, false).state
  const connected = step(connecting, becomes('connected'), 1_100)
  const interrupted = step(connected, becomes('disconnected'), 2_000)
  const failed = step(interrupted, becomes('failed'), 3_000)
  const again = step(failed, { kind: 'tick' }, 3_000)
  const states = [connecting, connected, interrupted, failed, again, step(again, becomes('failed'), 4_000)]
  assert.deepEqual([...new Set(states.map(({ kind }) => kind))].sort(), [
    'connected',
    'connecting',
    'failed',
    'interrupted',
  ])
  const connections = ['new', 'connecting', 'connected', 'disconnected', 'failed', 'closed'] as const
  const events: readonly LinkEvent[] = [
    ...connections.map(becomes),
    { kind: 'heard' },
    { kind: 'broken' },
    { kind: 'adopt', generation: 2 },
    { kind: 'adopt', generation: 9 },
    { kind: 'online' },
    { kind: 'silent' },
    { kind: 'tick' },
  ]
  for (const state of states)
    for (const event of events)
      for (const isPolite of [false, true])
        for (const nowMs of [4_000, 90_000]) {
          const what = `${state.kind}, ${JSON.stringify(event)}, ${String(nowMs)}`
          const next = stepLink(state, event, nowMs, isPolite)
          assert.equal(next.effect === 'rebuild', next.state.generation > state.generation, what)
          assert.ok(next.state.generation >= state.generation, what)
          if (next.effect === 'restart')
            assert.ok(['connecting', 'interrupted'].includes(next.state.kind), what)
          // Two minutes of ticks bring every state but a working one to another try.
          const later = run(ticks(nowMs, nowMs + 120_000), { isPolite, from: next.state })
          assert.ok(next.state.kind === 'connected' || later.effects.length > 0, what)
        }
})

test('[CA5] a network that is back ends every waiting', () => {
  const failed = run([[0, becomes('failed')], ...ticks(0, 100), [200, becomes('failed')]]).state
  assert.equal(failed.kind, 'failed')
  assert.deepEqual(run([[300, { kind: 'online' }], ...ticks(300, 500)], { from: failed }).effects, [
    [400, 'rebuild'],
  ])
  assert.deepEqual(
    run([[10, { kind: 'online' }]]).effects,
    [[10, 'restart']],
    'what was found before is of no use',
  )
})

test('[CA3] a silent path is restarted at once by the impolite side, and 2.4 s later by the polite one', () => {
  const events = [
    [0, becomes('connected')] as const,
    [5_000, { kind: 'silent' }] as const,
    ...ticks(5_000, 8_500),
  ]
  assert.deepEqual(run(events).effects, [[5_100, 'restart']])
  assert.deepEqual(run(events, { isPolite: true }).effects, [[7_400, 'restart']])
})
