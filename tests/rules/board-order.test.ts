/** The pile of shapes: there is always a place between two. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { compareOrder, isOrder, orderBetween } from '#shared/board/order.ts'

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const digit = fc.constantFrom(...Array.from('0123456789ABCXYZabcxyz'))
const order = fc
  .tuple(fc.array(digit, { maxLength: 9 }), fc.constantFrom(...Array.from('19AZaz')))
  .map(([digits, last]) => digits.join('') + last)

function assertBetween(below: string | null, middle: string, above: string | null): void {
  assert.ok(isOrder(middle), middle)
  assert.ok(below === null || below < middle, `${String(below)} < ${middle}`)
  assert.ok(above === null || middle < above, `${middle} < ${String(above)}`)
}

test('an index lies between its neighbours, wherever they lie', () => {
  fc.assert(
    fc.property(fc.option(order), fc.option(order), chance, (a, b, random) => {
      if (a !== null && a === b) return
      const [below, above] = a !== null && b !== null && a > b ? [b, a] : [a, b]
      assertBetween(below, orderBetween(below, above, random), above)
    }),
    { numRuns: 2_000 },
  )
})

test('two people who draw on top at once nearly always get different places', () => {
  const places = new Set(Array.from({ length: 100 }, (_, i) => orderBetween('V00001', null, i / 100)))
  assert.equal(places.size, 100)
})

test('a long day of drawing on top, or below, leaves every index short', () => {
  for (const isOnTop of [true, false]) {
    let last: string | null = null
    for (let i = 0; i < 20_000; i++) {
      const next: string = isOnTop ? orderBetween(last, null, 0.99) : orderBetween(null, last, 0.99)
      assertBetween(isOnTop ? last : null, next, isOnTop ? null : last)
      last = next
    }
    assert.ok((last?.length ?? 99) <= 7, String(last))
  }
})

test('a thousand insertions at one place fit, and after that the id decides', () => {
  const [below, above] = ['V', 'W']
  let last: string = above
  for (let i = 0; i < 1_000 / 2; i++) {
    const next = orderBetween(below, last, 0.5)
    assertBetween(below, next, last)
    last = next
  }
  const full = orderBetween('V', `V${'0'.repeat(190)}1`, 0.5)
  assert.equal(full, 'V')
})

test('a second spelling of a place, or one of other letters, is no index', () => {
  for (const value of ['1', '00001', 'z'.repeat(192)]) assert.equal(isOrder(value), true)
  for (const value of ['', '0', 'a0', 'z'.repeat(193), 'a-b', 'é', 'a\n', 1, null])
    assert.equal(isOrder(value), false)
})

test('shapes at one place are told apart by their ids, the same way for all', () => {
  const pile = [
    { order: 'V', id: '8.a' },
    { order: 'a', id: '7.a' },
    { order: 'V', id: '7.b' },
  ]
  const sorted = pile.toSorted(compareOrder)
  assert.deepEqual(
    sorted.map(({ id }) => id),
    ['7.b', '8.a', '7.a'],
  )
  assert.deepEqual(pile.toReversed().toSorted(compareOrder), sorted)
})
