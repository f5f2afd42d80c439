/**
 * `npm run fuzz -- --minutes N --seed S`: hostile and honest updates against the guard, for as long as wanted.
 *
 * Every round has a seed of its own, counted up from S. The seed of a round that fails is printed: `--rounds 1 --seed S`
 * repeats it, and as a named test of tests/sync/guard-fuzz.test.ts it is kept.
 */
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { emptyTally, playRound } from './round.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, rounds: { type: 'string' }, seed: { type: 'string' } },
})

/** A whole option, or what it is without. */
function numberOf(text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text)
  if (value >= 0) return value
  console.error('usage: npm run fuzz -- [--minutes N] [--rounds N] [--seed S]')
  process.exit(64)
}

const firstSeed = numberOf(values.seed, Date.now() % 2 ** 32)
const rounds = numberOf(values.rounds, Infinity)
const minutes = numberOf(values.minutes, values.rounds === undefined ? 1 : Infinity)
const endsAtMs = performance.now() + minutes * 60_000
const tally = emptyTally()

console.log(`Fuzzing the guard from seed ${firstSeed}.`)
let round = 0
for (; round < rounds && performance.now() < endsAtMs; round++) {
  try {
    playRound(firstSeed + round, tally)
  } catch (error) {
    console.error(error)
    console.error(`\nFailed with seed ${firstSeed + round}. To repeat it:`)
    console.error(`  npm run fuzz -- --rounds 1 --seed ${firstSeed + round}`)
    process.exit(1)
  }
}

console.log(
  `${round} rounds: ${tally.attacks} hostile updates, ${tally.honest} things that honest people did.`,
)
for (const [reason, count] of [...tally.reasons].sort(([, a], [, b]) => b - a)) {
  console.log(`  ${String(count).padStart(8)}  ${reason}`)
}
console.log('Nothing forged, nothing lost, no honest update refused.')
