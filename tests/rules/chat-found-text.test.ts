/** What is shown of a message that was found. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { foundParts } from '#web/chat/found-text.ts'

/** The marked words in brackets. */
const shown = (text: string, query: string): string =>
  foundParts(text, query)
    .map(({ text, isMarked }) => (isMarked ? `[${text}]` : text))
    .join('')

test('whole words are marked, and the beginning that the last one may be', () => {
  assert.equal(
    shown('On Tuesday we draw, and on Wednesday too', 'on tues'),
    '[On] [Tues]day we draw, and [on] Wednesday too',
  )
  assert.equal(shown('Once upon', 'on upon'), 'Once [upon]', 'not the last: a whole word')
})

test('capitals and accents make no difference, whichever way they are composed', () => {
  assert.equal(shown('Das CAFÉ Über', 'cafe uber'), 'Das [CAFÉ] [Über]')
  assert.equal(shown('Cafe\u0301s', 'café'), '[Cafe\u0301]s')
  assert.equal(shown('naïveté', 'naiv'), '[naïv]eté')
})

test('a long message is cut around the first word, at spaces, and its lines are one', () => {
  const parts = shown(`${'before '.repeat(60)}\n\nneedle ${'after '.repeat(80)}`, 'needle')
  assert.match(parts, /^…before (before )*\[needle\] after /)
  assert.match(parts, /…$/)
  assert.ok(parts.length < 260)
  assert.equal(shown('one\n\ntwo needle', 'needle'), 'one two [needle]')
})

test('what is not in the text is not marked, and no query marks nothing', () => {
  assert.equal(shown('Nothing <b>here</b>', 'zebra'), 'Nothing <b>here</b>')
  assert.equal(shown('Nothing here', ''), 'Nothing here')
  assert.equal(shown('Nothing here', '!? --'), 'Nothing here')
})
