/** What a page says of its threads. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Seat } from '#shared/ids.ts'
import { messageKey, parsePlace, placeOf } from '#shared/chat/message.ts'
import { isSameCount, isThread, type Thread } from '#shared/chat/thread.ts'
import { threadPagesMax, threadSeatsMax } from '#shared/limits.ts'

const thread: Thread = { n: 3, t: 1_000, u: 900, w: [2, 1] as Seat[], on: [0, 4] }

test('[CH16] a place is read back as it was written', () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(fc.nat(999_999_999), fc.integer({ min: 1, max: 9_999 }), chance, (page, seat, random) => {
      const place = { page, key: messageKey(seat as Seat, Date.UTC(2026, 6, 1), random) }
      assert.deepEqual(parsePlace(placeOf(place)), place)
    }),
  )
})

test('[CH16] what is no thread is not shown as one', () => {
  assert.equal(isThread(thread), true)
  assert.equal(isThread({ ...thread, on: Array<number>(threadPagesMax).fill(1) }), true)
  for (const fault of [
    { n: '3' },
    { t: null },
    { u: 0.5 },
    { w: 1 },
    { w: Array<number>(threadSeatsMax + 1).fill(1) },
    { on: ['0'] },
    { on: Array<number>(threadPagesMax + 1).fill(1) },
  ])
    assert.equal(isThread({ ...thread, ...fault }), false, JSON.stringify(fault))
  for (const nothing of [undefined, null, 512, 'n', [thread]]) assert.equal(isThread(nothing), false)
})

test('[CH16] two count the same whatever they were counted up to', () => {
  assert.equal(isSameCount(thread, { ...thread, u: 901 } as Thread), true)
  for (const change of [{ n: 2 }, { t: 1_001 }, { on: [0, 5] }])
    assert.equal(isSameCount(thread, { ...thread, ...change }), false, JSON.stringify(change))
})
