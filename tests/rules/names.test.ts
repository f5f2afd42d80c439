/** Names of people and rooms. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { nameLengthMax, roomTitleLengthMax } from '#shared/limits.ts'
import { cleanName, nameKey, refuseName, refuseRoomTitle } from '#shared/names.ts'

test('[N1] spaces, composition, width and capitals do not make another name', () => {
  for (const other of ['  Zoé  Q ', 'zoe\u0301 q', 'ＺＯÉ q', 'ZOÉ\tQ']) {
    assert.equal(nameKey(other), nameKey('Zoé Q'), JSON.stringify(other))
  }
  assert.notEqual(nameKey('Zoe Q'), nameKey('Zoé Q'))
})

test('[N1] cleaning twice changes nothing more', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (raw) => {
      assert.equal(cleanName(cleanName(raw)), cleanName(raw))
      assert.equal(nameKey(nameKey(raw)), nameKey(raw))
    }),
  )
})

test('[N2] the longest name is accepted and one more character is refused', () => {
  assert.equal(refuseName('🦩'.repeat(nameLengthMax)), null)
  assert.equal(refuseName('🦩'.repeat(nameLengthMax + 1)), 'name-too-long')
  assert.equal(refuseRoomTitle('x'.repeat(roomTitleLengthMax)), null)
  assert.equal(refuseRoomTitle('x'.repeat(roomTitleLengthMax + 1)), 'title-too-long')
})

test('[N2] a name that nobody could see is empty', () => {
  for (const name of ['', ' ', '\u200b', '\u00ad\u2060', '\u0301']) {
    assert.equal(refuseName(name), 'name-empty', JSON.stringify(name))
    assert.equal(refuseRoomTitle(name), 'title-empty', JSON.stringify(name))
  }
})

test('[N2] characters that control, reverse or break the line are refused', () => {
  for (const bad of ['a\0b', 'a\u202Eb', 'a\u2066b', 'a\u2028b', 'a\ud800b', 'a\u0007']) {
    assert.equal(refuseName(bad), 'name-malformed', JSON.stringify(bad))
  }
})
