/** Where to wait for the disk: a slow one makes nobody wait more than once in a while. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { besideMax, besideMin, FlushPlace } from '#server/store/flush-place.ts'

const quick = 0.2
const slow = 10

/** Flushes beside the loop until one is on the spot again. */
function countBeside(place: FlushPlace): number {
  let count = 0
  while (place.next() === 'beside the loop') count += 1
  return count
}

test('[W5] a disk that answers at once is waited for on the spot', () => {
  const place = new FlushPlace()
  for (let round = 0; round < 10; round++) {
    assert.equal(place.next(), 'on the spot')
    place.took(quick)
  }
})

test('[W5] the longer a disk is slow, the more seldom anybody waits for it', () => {
  const place = new FlushPlace()
  assert.equal(countBeside(place), 0)
  const counts = Array.from({ length: 10 }, () => {
    place.took(slow)
    return countBeside(place)
  })
  assert.deepEqual(counts.slice(0, 3), [besideMin, 2 * besideMin, 4 * besideMin])
  assert.equal(counts.at(-1), besideMax)
})

test('[W5] a disk that is quick again is trusted again, and one slow flush then counts as the first', () => {
  const place = new FlushPlace()
  for (let round = 0; round < 5; round++) {
    place.took(slow)
    countBeside(place)
  }
  place.took(quick)
  assert.equal(countBeside(place), 0)
  place.took(slow)
  assert.equal(countBeside(place), besideMin)
})
