/**
 * `npm run simulate -- --seeds N --seed S`: so many histories of one room, each with a seed of its own, counted up from S.
 *
 * The seed of one that fails is printed: `--seeds 1 --seed S` repeats it, and as a named test of
 * tests/sync/simulator.test.ts it is kept.
 */
import { parseArgs } from 'node:util'
import { History } from './history.ts'
import { addTo, type Tally } from './tally.ts'

const { values } = parseArgs({ options: { seeds: { type: 'string' }, seed: { type: 'string' } } })

/** A whole option, or what it is without. */
function numberOf(text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text)
  if (Number.isSafeInteger(value) && value >= 0) return value
  console.error('usage: npm run simulate -- [--seeds N] [--seed S]')
  process.exit(64)
}

const seeds = numberOf(values.seeds, 2_000)
const firstSeed = numberOf(values.seed, 1)
const tally: Tally = new Map()
const tracesShown = 40

const startedAtMs = performance.now()
console.log(`Simulating ${seeds} histories of a room from seed ${firstSeed}.`)
for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
  using history = new History(seed)
  try {
    await history.play()
  } catch (error) {
    console.error(history.trace.slice(-tracesShown).join('\n'))
    console.error(error)
    console.error(`\nFailed with seed ${seed}. To repeat it:`)
    console.error(`  npm run simulate -- --seeds 1 --seed ${seed}`)
    process.exitCode = 1
    break
  }
  addTo(tally, history.tally)
}
const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1)

for (const [what, number] of [...tally].sort(([, a], [, b]) => b - a))
  console.log(`  ${String(number).padStart(9)}  ${what}`)
if (process.exitCode !== 1) console.log(`All of it held (I1–I25), in ${seconds} s.`)
