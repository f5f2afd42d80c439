/**
 * `npm run fuzz -- --minutes N --seed S`: hostile and honest updates against the guard, and hostile people against a
 * real server; each has half of the time.
 *
 * Every round has a seed of its own, counted up from S. The seed of a round that fails is printed with the command
 * that repeats it; as a named test of tests/sync/guard-fuzz.test.ts or live-fuzz.test.ts it is kept.
 */
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { emptyLiveTally, playLiveRound } from './live-round.ts'
import { emptyTally, playRound } from './round.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    rounds: { type: 'string' },
    seed: { type: 'string' },
    /** One half alone. */
    only: { type: 'string' },
  },
})

/** A whole option, or what it is without. */
function numberOf(text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text)
  return value >= 0 ? value : usage()
}

function usage(): never {
  console.error('usage: npm run fuzz -- [--minutes N] [--rounds N] [--seed S] [--only guard|live]')
  process.exit(64)
}

const firstSeed = numberOf(values.seed, Date.now() % 2 ** 32)
const rounds = numberOf(values.rounds, Infinity)
const minutes = numberOf(values.minutes, values.rounds === undefined ? 1 : Infinity)
const { only } = values
if (only !== undefined && only !== 'guard' && only !== 'live') usage()

/** Plays rounds for its share of the time. Returns how many. */
async function play(half: 'guard' | 'live', round: (seed: number) => void | Promise<void>): Promise<number> {
  const endsAtMs = performance.now() + (only === undefined ? minutes / 2 : minutes) * 60_000
  console.log(`Fuzzing ${half === 'guard' ? 'the guard' : 'a server'} from seed ${firstSeed}.`)
  let count = 0
  for (; count < rounds && performance.now() < endsAtMs; count++) {
    const seed = firstSeed + count
    try {
      await round(seed)
    } catch (error) {
      console.error(error)
      console.error(`\nFailed with seed ${seed}. To repeat it:`)
      console.error(`  npm run fuzz -- --only ${half} --rounds 1 --seed ${seed}`)
      process.exit(1)
    }
  }
  return count
}

function print(counts: ReadonlyMap<string, number>): void {
  for (const [what, count] of [...counts].sort(([, a], [, b]) => b - a))
    console.log(`  ${String(count).padStart(8)}  ${what}`)
}

if (only !== 'live') {
  const tally = emptyTally()
  const count = await play('guard', (seed) => {
    playRound(seed, tally)
  })
  console.log(
    `${count} rounds: ${tally.attacks} hostile updates, ${tally.honest} things that honest people did.`,
  )
  print(tally.reasons)
  console.log('Nothing forged, nothing lost, no honest update refused.')
}
if (only !== 'guard') {
  const tally = emptyLiveTally()
  const count = await play('live', (seed) => playLiveRound(seed, tally))
  console.log(`${count} rounds: ${tally.strikes} attacks, ${tally.honest} things that honest people did.`)
  print(tally.counts)
  console.log(
    `At worst the event loop of server and clients was held for ${tally.worstGapMs.toFixed()} ms, ` +
      `and a message of the other room took ${tally.worstDelayMs.toFixed()} ms.`,
  )
  console.log('The server went on, and so did both rooms; nothing forged, nothing lost.')
}
