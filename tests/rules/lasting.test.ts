/** When the browser is asked to promise that it keeps what is stored. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mayAsk } from '#web/offline/lasting.ts'

const asked = { atMs: 1_000, isInstalled: false, isRefused: false }
const halfYearMs = 182 * 24 * 3_600_000

test('[OF10] who was not asked may be, and then not for half a year', () => {
  assert.equal(mayAsk(null, false, 0), true)
  assert.equal(mayAsk(asked, false, 1_000), false)
  assert.equal(mayAsk(asked, false, 1_000 + halfYearMs - 1), false)
  assert.equal(mayAsk(asked, false, 1_000 + halfYearMs), true)
})

test('[OF10] once it is installed the browser is asked again', () => {
  assert.equal(mayAsk(asked, true, 1_001), true)
  assert.equal(mayAsk({ ...asked, isInstalled: true }, true, 1_001), false)
})

test('[OF10] who has refused is never asked again', () => {
  for (const isInstalled of [false, true])
    assert.equal(mayAsk({ ...asked, isRefused: true }, isInstalled, 1_000 + 10 * halfYearMs), false)
})
