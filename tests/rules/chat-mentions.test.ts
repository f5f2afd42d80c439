/** Completing names behind an `@`. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { candidatesFor, complete, namingAt } from '#web/chat/mention-candidates.ts'

const person = (name: string, isSelf = false) => ({ name, personId: name, isSelf, isHere: true })
const people = [person('Ada', true), person('Ben Ames'), person('Élodie'), person('Amy')]

test('[CH10] a name is begun behind an @ that stands by itself, and may go on behind a space', () => {
  const at = (text: string) => namingAt(text, text.length)
  assert.deepEqual(at('@'), { at: 0, start: '' })
  assert.deepEqual(at('hi (@be'), { at: 4, start: 'be' })
  assert.deepEqual(at('hi @Ben Am'), { at: 3, start: 'Ben Am' })
  for (const none of ['mail a@b', 'x', '@ada and then some', '@@', '@a\nb'])
    assert.equal(at(none), null, none)
  assert.deepEqual(namingAt('@be and', 3), { at: 0, start: 'be' })
})

test('[CH10] whoever’s name or surname begins so is offered, then everybody, but nobody to themselves', () => {
  const names = (start: string) => candidatesFor(start, people).map(({ name }) => name)
  assert.deepEqual(names('am'), ['Ben Ames', 'Amy'])
  assert.deepEqual(names('elo'), ['Élodie'])
  assert.deepEqual(names(''), ['Ben Ames', 'Élodie', 'Amy', 'all'])
  assert.deepEqual(names('ada'), [])
  assert.deepEqual(names('a'), ['Ben Ames', 'Amy', 'all'])
  assert.deepEqual(candidatesFor('', people.slice(0, 2)).length, 1, 'two people need no everybody')
})

test('[CH10] the whole name takes the place of its beginning, with one space behind it', () => {
  assert.deepEqual(complete('hi @be there', 6, 3, 'Ben Ames'), { text: 'hi @Ben Ames there', caret: 13 })
  assert.deepEqual(complete('@', 1, 0, 'all'), { text: '@all ', caret: 5 })
})
