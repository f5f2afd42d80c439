/**
 * `npm run crash -- --rounds N --seed S`: ends the server, its disk and its database in every way we know, and looks
 * for what was acknowledged. One line for each scenario; exit code 1, with the seed, if anything was lost.
 *
 * The seed repeats what is done. When a process is killed is up to the machine, too.
 */
import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { Chance } from '../support/chance.ts'
import { failsEveryCall } from './calls.ts'
import { killsCompaction } from './compaction.ts'
import { cuts } from './cut.ts'
import { losesNothing } from './ended.ts'
import { fillsTheDisk } from './full.ts'
import { rots } from './rot.ts'

type Scenario = Readonly<{
  name: string
  checks: string
  /** Of the rounds asked for. */
  share: number
  /** Throws where something does not hold. */
  play: (rounds: number, chance: Chance) => Promise<Readonly<Record<string, number>> | null>
}>

const scenarios: readonly Scenario[] = [
  {
    name: 'D-01 kill -9',
    checks: 'all acknowledged and all shown is there',
    share: 1,
    play: (rounds, chance) => losesNothing({ signal: 'SIGKILL', rounds, chance }),
  },
  {
    name: 'D-02 SIGTERM',
    checks: 'the same; 1001; gone within 10 s',
    share: 0.5,
    async play(rounds, chance) {
      let slowestMs = 0
      const figures = await losesNothing({
        signal: 'SIGTERM',
        rounds,
        chance,
        onEnd({ closed, ended, tookMs }) {
          assert.deepEqual([closed.code, ended.code], [1001, 0])
          assert.ok(tookMs < 10_000)
          slowestMs = Math.max(slowestMs, Math.round(tookMs))
        },
      })
      return { ...figures, slowestMs }
    },
  },
  {
    name: 'D-03 failing call',
    checks: 'nothing lost, no exit, nobody left waiting, heals; each n, three manners',
    share: 1,
    play: (rounds, chance) => failsEveryCall(chance, Math.min(1, rounds / 100)),
  },
  {
    name: 'D-04 full disk',
    checks: 'nothing acknowledged that is not saved, readable, heals',
    share: 0.1,
    play: fillsTheDisk,
  },
  {
    name: 'D-05 rot',
    checks: 'nothing wrong shown, nothing missing untold',
    share: 5,
    play: rots,
  },
  {
    name: 'D-06 cut log',
    checks: 'what is left is a beginning',
    share: 1,
    play: cuts,
  },
  {
    name: 'D-13 compaction',
    checks: 'killed in it: as before, made up for, forgotten',
    share: 0.5,
    play: killsCompaction,
  },
]

const { values } = parseArgs({ options: { rounds: { type: 'string' }, seed: { type: 'string' } } })

/** A whole option, or what it is without. */
function numberOf(text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text)
  if (Number.isInteger(value) && value >= 0) return value
  console.error('usage: npm run crash -- [--rounds N] [--seed S]')
  process.exit(64)
}

const rounds = numberOf(values.rounds, 20)
const seed = numberOf(values.seed, Date.now() % 2 ** 32)
let hasFailed = false

console.log(`Ending the server in every way, ${String(rounds)} rounds from seed ${String(seed)}.`)
for (const { name, checks, share, play } of scenarios) {
  const count = Math.ceil(rounds * share)
  const startedAtMs = performance.now()
  const head = `${name.padEnd(18)} ${String(count).padStart(4)} rounds  `
  try {
    const figures = await play(count, new Chance(seed))
    const words = Object.entries(figures ?? {}).map(([word, figure]) => `${word} ${String(figure)}`)
    const took = `${((performance.now() - startedAtMs) / 1_000).toFixed(0)} s`
    console.log(
      figures === null
        ? `${head}skipped: this user may not mount a file system`
        : `${head}${checks}: ${words.join(', ')} (${took})`,
    )
  } catch (error) {
    hasFailed = true
    console.error(`${head}FAILED`, error)
  }
}
if (hasFailed) {
  console.error(`\nTo repeat it:\n  npm run crash -- --rounds ${String(rounds)} --seed ${String(seed)}`)
  process.exit(1)
}
console.log('Nothing that was acknowledged or shown was lost.')
