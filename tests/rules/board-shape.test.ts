/** The rows of a sheet: whose they are, and what they may hold. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { seatMax, type Seat } from '#shared/ids.ts'
import { shapeSizeMax } from '#shared/limits.ts'
import { inkCount, strokeWidthMax } from '#shared/board/style.ts'
import { isSameValue, isShapeRow, newShapeId, parseShapeKey, type StrokeRow } from '#shared/board/shape.ts'

const row: StrokeRow = { k: 'stroke', c: 0, w: 4, z: 'V00001', p: Uint8Array.of(16, 1, 0, 0) }

test('[BO1] an id names the seat of who made the shape', () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: seatMax }), chance, (seat, random) => {
      const id = newShapeId(seat as Seat, random)
      assert.deepEqual(parseShapeKey(id), { id, seat, register: null })
      assert.deepEqual(parseShapeKey(`${id}:z`), { id, seat, register: 'z' })
    }),
  )
})

test('[BO1] an id has 1–32 letters, digits, _ and -, and a seat has one spelling', () => {
  for (const id of ['7.a', `7.${'x'.repeat(32)}`, '7.A-z_0']) assert.equal(parseShapeKey(id)?.id, id)
  const others = ['', '7', '7.', '.a', '0.a', '07.a', 'zzzzz.a', `7.${'x'.repeat(33)}`, '7.a b', '7.a\n']
  for (const key of [...others, '7.a:', '7.a:q', '7.a:tt', '7.é', '__proto__', 'constructor']) {
    assert.equal(parseShapeKey(key), null, JSON.stringify(key))
  }
})

test('[BO1] a stroke is taken at the limits of its ink, width and size, and not beyond', () => {
  const points = new Uint8Array(shapeSizeMax - 512)
  assert.equal(isShapeRow({ ...row, c: inkCount - 1, w: strokeWidthMax, p: points }), true)
  const faults: Readonly<Record<string, unknown>>[] = [
    { k: 'iframe' },
    { k: 'rectangle' },
    { c: -1 },
    { c: inkCount },
    { c: 0.5 },
    { w: 0 },
    { w: strokeWidthMax + 1 },
    { w: NaN },
    { z: '' },
    { z: 'a0' },
    { z: 'a b' },
    { z: 1 },
    { p: new Uint8Array() },
    { p: new Uint8Array(shapeSizeMax - 511) },
    { p: [16, 1, 0, 0] },
    { more: 1 },
  ]
  for (const fault of faults)
    assert.equal(isShapeRow({ ...row, ...fault }), false, JSON.stringify(fault).slice(0, 40))
})

test('[BO1] X-04 nothing else is a shape: no embed, no list, nothing inherited', () => {
  const others = [
    null,
    undefined,
    'stroke',
    [row],
    {},
    Object.create(row),
    { k: 'iframe', src: 'https://a.b' },
  ]
  for (const value of others) assert.equal(isShapeRow(value), false)
  fc.assert(
    fc.property(fc.anything(), (value) => {
      assert.equal(isShapeRow(value), false)
    }),
  )
})

test('[BO4] rows are the same when they say the same, byte for byte', () => {
  assert.equal(isSameValue(row, structuredClone(row)), true)
  const others = [
    { c: 1 },
    { w: 5 },
    { z: 'V00002' },
    { p: Uint8Array.of(16, 1, 0, 2) },
    { p: row.p.slice(0, 3) },
  ]
  for (const other of others) assert.equal(isSameValue(row, { ...row, ...other }), false)
})
