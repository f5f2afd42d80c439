/**
 * `npm run simulate -- --seeds N --seed S`: histories of one room, each with failures of its own (D-12).
 *
 * A history that fails prints its seed: `--seeds 1 --seed S` repeats it.
 */
import { parseArgs } from 'node:util'
import { emptyTally, playHistory } from './round.ts'

const { values } = parseArgs({ options: { seeds: { type: 'string' }, seed: { type: 'string' } } })
const [seeds, first] = [Number(values.seeds ?? 2_000), Number(values.seed ?? 1)]
if (!(seeds > 0 && first >= 0)) {
  console.error('usage: npm run simulate -- [--seeds N] [--seed S]')
  process.exit(64)
}

const tally = emptyTally()
const startedAtMs = performance.now()
for (let seed = first; seed < first + seeds; seed += 1) {
  try {
    await playHistory(seed, tally)
  } catch (error) {
    console.error(error)
    console.error(`\nFailed with seed ${String(seed)}. To repeat it:`)
    console.error(`  npm run simulate -- --seeds 1 --seed ${String(seed)}`)
    process.exit(1)
  }
}
console.log(`${String(seeds)} histories in ${((performance.now() - startedAtMs) / 1_000).toFixed(0)} s:`)
for (const [what, count] of Object.entries(tally)) console.log(`  ${String(count).padStart(8)}  ${what}`)
console.log('All agreed, each message was counted once, nothing was lost, nothing deleted came back.')
process.exit(0)
