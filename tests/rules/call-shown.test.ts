/** What the call's screens compute: the size of tiles, and what a person is told of their microphone. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { isSilent, listen, meterOf, unheard } from '#web/call/microphone-level.ts'
import { tileGrid } from '#web/call/tile-grid.ts'

const gap = 10

test('two people stand beside each other on a desk, and one above the other on a phone', () => {
  const wide = tileGrid(2, 1280, 700, gap)
  assert.deepEqual(wide, { width: 635, height: 700 })
  const tall = tileGrid(2, 390, 700, gap)
  assert.deepEqual(tall, { width: 390, height: 345 })
})

test('tiles always fit the stage, and are neither too wide nor too tall', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 200, max: 3000 }),
      fc.integer({ min: 200, max: 2000 }),
      (count, stageWidth, stageHeight) => {
        const { width, height } = tileGrid(count, stageWidth, stageHeight, gap)
        const columns = Math.floor((stageWidth + gap) / (width + gap))
        const rows = Math.floor((stageHeight + gap) / (height + gap))
        assert.ok(columns * rows >= count, `${String(columns)} × ${String(rows)} hold ${String(count)}`)
        // Whole pixels: the quotient may be off by one of them.
        assert.ok(width <= (height + 1) * (16 / 9) && height <= (width + 1) * (4 / 3))
      },
    ),
  )
})

test('a stage of no size is no fault', () => {
  assert.deepEqual(tileGrid(3, 0, 0, gap), { width: 0, height: 0 })
})

test('a microphone without a sound is told after six seconds; one that was heard once, never', () => {
  const hear = (levels: readonly number[]) =>
    levels.reduce((hearing, level) => listen(hearing, level, 1_000), unheard)
  assert.equal(isSilent(hear([0, 0, 0.005, 0, 0])), false)
  assert.equal(isSilent(hear([0, 0, 0.005, 0, 0, 0])), true)
  assert.equal(isSilent(hear([0, 0.02, ...Array<number>(20).fill(0)])), false)
})

test('the meter is empty in silence, moves with a quiet voice, and is full before it distorts', () => {
  assert.equal(meterOf(0), 0)
  assert.equal(meterOf(0.001), 0)
  assert.ok(meterOf(0.02) > 0.3 && meterOf(0.02) < 0.5)
  assert.equal(meterOf(0.5), 1)
})
