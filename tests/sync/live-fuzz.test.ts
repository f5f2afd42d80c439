/** The half of `npm run fuzz` that attacks a real server, for a few seconds, from fixed seeds. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { admittedOf, emptyLiveTally, playLiveRound } from '../fuzz/live-round.ts'

const seeds = [7, 8]

test('[W-01] [W-15] [Y-22] [Y-23] [A-05] whatever one member sends, both rooms go on and nothing in them is forged or lost', async () => {
  const tally = emptyLiveTally()
  for (const seed of seeds) await playLiveRound(seed, tally)
  // Otherwise it has shown nothing.
  assert.ok(tally.strikes > 30, 'there were attacks')
  assert.ok((tally.counts.get(admittedOf) ?? 0) > 0, 'some came as far as a document')
  assert.ok(tally.counts.size > 10, 'of many kinds')
})
