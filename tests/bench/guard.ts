/**
 * What the guard costs for an honest chat message: ours to look at it, against Yjs' own work to apply it.
 *
 * Both for the same messages and the same document in one run, in turn, so that whatever else the machine does falls on
 * both. Each message is new to a page that has its fill of others.
 */
import { performance } from 'node:perf_hooks'
import * as Y from 'yjs'
import { inspectUpdate } from '#server/sync/guard.ts'
import { serverSeat, type Seat } from '#shared/ids.ts'
import { policies } from '#shared/sync/policy.ts'
import { replicaOf, sayIn } from '../support/seated.ts'

const rounds = 40
const messages = 512
/** Rounds until both are compiled. */
const warmUpRounds = 10
const alice = 1 as Seat
const text = 'A message of a usual length, as people write them to each other all day.'

type Round = Readonly<{ judgedMs: number; appliedMs: number }>

export function benchGuard(): Promise<void> {
  for (let round = 0; round < warmUpRounds; round++) playRound()
  const played = Array.from({ length: rounds }, playRound)
  const inUs = (ms: number): string => ((ms * 1_000) / messages).toFixed(1)
  console.log(`One chat message, median of ${rounds} rounds of ${messages}:`)
  console.log(`  the guard       ${inUs(median(played.map(({ judgedMs }) => judgedMs)))} µs`)
  console.log(`  Y.applyUpdate   ${inUs(median(played.map(({ appliedMs }) => appliedMs)))} µs`)
  console.log(`  ratio           ${median(played.map((each) => each.judgedMs / each.appliedMs)).toFixed(2)}`)
  return Promise.resolve()
}

/** Milliseconds of each, over all messages of a page. */
function playRound(): Round {
  const page = replicaOf(alice)
  const doc = replicaOf(serverSeat)
  const writer = { seat: alice, role: 'member', canDraw: true, canPost: true } as const
  const options = { doc, policy: policies.chat, writer, isHandshake: false }
  const updates = Array.from({ length: messages }, () => sayIn(page, alice, text).update)
  let judgedMs = 0
  let appliedMs = 0
  for (const update of updates) {
    const startedAtMs = performance.now()
    const verdict = inspectUpdate(update, options)
    const judgedAtMs = performance.now()
    if (verdict.outcome !== 'admit') throw new Error(`An honest message: ${JSON.stringify(verdict)}`)
    Y.applyUpdate(doc, verdict.update)
    judgedMs += judgedAtMs - startedAtMs
    appliedMs += performance.now() - judgedAtMs
  }
  return { judgedMs, appliedMs }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
