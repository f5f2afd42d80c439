/** What was acknowledged is there, whatever ends the server: a little of `npm run crash`. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { failsEveryCall } from '../crash/calls.ts'
import { killsCompaction } from '../crash/compaction.ts'
import { cuts } from '../crash/cut.ts'
import { losesNothing } from '../crash/ended.ts'
import { fillsTheDisk } from '../crash/full.ts'
import { rots } from '../crash/rot.ts'
import { Chance } from '../support/chance.ts'

const seed = 20_260_701

test('[W5] [D-01] whatever was acknowledged or shown is there after kill -9', async () => {
  await losesNothing({ signal: 'SIGKILL', rounds: 3, chance: new Chance(seed) })
})

test('[W5] [D-03] a call of the database that fails is acknowledged to nobody and ends nothing, whichever it is', async () => {
  const { sessions } = await failsEveryCall(new Chance(seed), 0.015)
  assert.ok(sessions > 1)
})

test('[W5] [D-04] on a file system that is full nothing is acknowledged that was not saved, and it heals', async (t) => {
  if ((await fillsTheDisk(1, new Chance(seed))) === null) t.skip('this user may not mount a file system')
})

test('[D-05] bytes that have changed anywhere in the database are not shown, and what they hide is told', async () => {
  const { harmless, ...found } = await rots(40, new Chance(seed))
  assert.ok(harmless < 40 && found.told > 0)
})

test('[L1] [D-06] of a write-ahead log that was cut anywhere the beginning is there, and nothing else', async () => {
  const { kept, of } = await cuts(5, new Chance(seed))
  assert.ok(kept < of)
})

test('[L3] [L4] [D-13] a server killed while it makes a log shorter loses nothing, and makes up for it', async () => {
  await killsCompaction(2, new Chance(seed))
})
