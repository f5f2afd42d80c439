/** What a person is told of their microphone. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { isSilent, listen, meterOf, unheard } from '#web/call/microphone-level.ts'

test('a microphone without a sound is told after six seconds; one that was heard once, never', () => {
  const hear = (levels: readonly (number | null)[]) =>
    levels.reduce((hearing, level) => listen(hearing, level, 1_000), unheard)
  assert.equal(isSilent(hear([0, 0, 0.005, 0, 0])), false)
  assert.equal(isSilent(hear([0, 0, 0.005, 0, 0, 0])), true)
  assert.equal(isSilent(hear([0, 0.02, ...Array<number>(20).fill(0)])), false)
  assert.equal(isSilent(hear(Array<null>(20).fill(null))), false, 'not measured is not silent')
})

test('the meter is empty in silence, moves with a quiet voice, and is full before it distorts', () => {
  assert.equal(meterOf(0), 0)
  assert.equal(meterOf(0.001), 0)
  assert.ok(meterOf(0.02) > 0.3 && meterOf(0.02) < 0.5)
  assert.equal(meterOf(0.5), 1)
})
