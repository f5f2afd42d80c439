/** Which rooms a few letters mean, in which order. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { stepFrom } from '#web/switcher/choices.ts'
import { distanceOf, rankRooms } from '#web/switcher/rank-rooms.ts'

/** Titles in the order in which they were last active, the latest first. */
const ranked = (query: string, ...titles: readonly string[]): readonly string[] =>
  rankRooms(
    titles.map((title, at) => ({ title, lastActiveAtMs: 1_000 - at })),
    query,
  ).map(({ title }) => title)

test('without words every room is there, the latest active first', () => {
  const rooms = [3, 9, 5].map((lastActiveAtMs) => ({ title: String(lastActiveAtMs), lastActiveAtMs }))
  assert.deepEqual(
    rankRooms(rooms, ' ').map(({ title }) => title),
    ['9', '5', '3'],
  )
  assert.deepEqual(ranked('…', 'The porch'), ['The porch'], 'marks alone are no words')
})

test('each word may be the beginning of a word of the name, in any order', () => {
  assert.deepEqual(ranked('cl bo', 'Book club', 'Climbing', 'Board'), ['Book club'])
  assert.deepEqual(ranked('zebra', 'Book club'), [])
  assert.deepEqual(ranked('book zebra', 'Book club'), [])
})

test('the better a name fits the further up it is, whoever was active last', () => {
  assert.deepEqual(
    ranked('book club', 'Club of the book', 'Facebook clubs', 'Our book club', 'Book clubs', 'Book club'),
    ['Book club', 'Book clubs', 'Our book club', 'Club of the book', 'Facebook clubs'],
  )
})

test('of names that fit alike the latest active comes first', () => {
  assert.deepEqual(ranked('team', 'Team red', 'Team blue'), ['Team red', 'Team blue'])
  assert.deepEqual(ranked('team', 'Team blue', 'Team red'), ['Team blue', 'Team red'])
})

test('capitals, accents and marks make no difference', () => {
  assert.deepEqual(ranked('cafe', 'CAFÉ Über'), ['CAFÉ Über'])
  assert.deepEqual(ranked('ÜBER', 'Cafe\u0301 uber'), ['Cafe\u0301 uber'])
  assert.deepEqual(ranked('q3', 'Plans (Q3)'), ['Plans (Q3)'])
})

test('names without letters or spaces are found by what they have', () => {
  assert.deepEqual(ranked('🎉', 'Party 🎉', 'Work'), ['Party 🎉'])
  assert.deepEqual(ranked('会議', '東京会議室', '大阪'), ['東京会議室'])
})

test('what does not fit has no distance', () => {
  assert.equal(distanceOf('New room', 'roo ne'), 3)
  assert.equal(distanceOf('New room', 'old'), null)
})

test('the arrows go round the ends, and begin at the first', () => {
  const choices = ['a', 'b', 'c'].map((id) => ({
    id,
    kind: 'action' as const,
    label: id,
    icon: {},
    run: () => undefined,
  }))
  assert.equal(stepFrom(choices, 'a', 1), 'b')
  assert.equal(stepFrom(choices, 'c', 1), 'a')
  assert.equal(stepFrom(choices, 'a', -1), 'c')
  assert.equal(stepFrom(choices, 'gone', 1), 'b', 'the first was chosen')
  assert.equal(stepFrom([], undefined, 1), undefined)
})
