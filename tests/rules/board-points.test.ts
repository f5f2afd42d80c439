/** The packed form of a stroke. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { strokePointsMax } from '#shared/limits.ts'
import { coordinateMax, flatPressure, packPoints, pointStride, unpackPoints } from '#shared/board/points.ts'

const coordinate = fc.double({ min: -coordinateMax, max: coordinateMax, noNaN: true })
const pressure = fc.double({ min: 0, max: 1, noNaN: true })
const points = fc
  .array(fc.tuple(coordinate, coordinate, pressure), { minLength: 1, maxLength: 60 })
  .map((all) => all.flat())

test('[BO2] what comes out is within 1/32 px of what went in, and pressure within 1/255', () => {
  fc.assert(
    fc.property(points, fc.boolean(), (values, hasPressure) => {
      const unpacked = unpackPoints(packPoints(values, hasPressure))
      assert.ok(unpacked !== null)
      assert.equal(unpacked.hasPressure, hasPressure)
      assert.equal(unpacked.values.length, values.length)
      values.forEach((value, index) => {
        const isPressure = index % pointStride === 2
        const expected = isPressure && !hasPressure ? flatPressure : value
        const distance = Math.abs((unpacked.values[index] ?? NaN) - expected)
        assert.ok(distance <= (isPressure ? 1 / 255 : 1 / 32), `${String(index)}: ${String(distance)}`)
      })
    }),
  )
})

test('[BO2] packing again changes no byte: what was read can be written', () => {
  fc.assert(
    fc.property(points, fc.boolean(), (values, hasPressure) => {
      const packed = packPoints(values, hasPressure)
      assert.deepEqual(packPoints(unpackPoints(packed)?.values ?? [], hasPressure), packed)
    }),
  )
})

test('[BO2] steady drawing takes two to three bytes a point, and pressure is kept only for pens', () => {
  const values = Array.from({ length: 1_000 }, (_, i) => [
    200 * Math.cos(i / 60),
    200 * Math.sin(i / 60),
    0.5 + 0.3 * Math.sin(i / 40),
  ]).flat()
  const flat = packPoints(values, false).length / 1_000
  assert.ok(flat >= 2 && flat < 3, String(flat))
  const pen = packPoints(values, true).length / 1_000
  assert.ok(pen > flat + 0.9 && pen < 4, String(pen))
})

test('[BO2] what no board can hold is moved to its edge, and no number becomes none', () => {
  const packed = packPoints([Infinity, -1e12, 7, NaN, 1, -3], true)
  assert.deepEqual([...(unpackPoints(packed)?.values ?? [])], [coordinateMax, -coordinateMax, 1, 0, 1, 0])
})

test('[BO2] a stroke has one point at least and as many as its limit at most', () => {
  const many = new Float32Array(strokePointsMax * pointStride)
  assert.equal(unpackPoints(packPoints(many, false))?.values.length, many.length)
  for (const length of [0, 1, 2, 4, many.length + pointStride]) {
    assert.throws(() => packPoints(new Float32Array(length), false), RangeError)
  }
})

test('[BO2] bytes that are cut, longer, of another version or beyond the edge are no stroke', () => {
  const packed = packPoints([1, 2, 0.5, 3, 4, 0.6, 900, -900, 1], true)
  for (let length = 0; length < packed.length; length++) {
    assert.equal(unpackPoints(packed.slice(0, length)), null, `cut at ${String(length)}`)
  }
  assert.equal(unpackPoints(Uint8Array.of(...packed, 0)), null)
  assert.equal(unpackPoints(packed.with(0, 0x21)), null)
  assert.equal(unpackPoints(packed.with(0, 0x12)), null)
  const farOut = [255, 255, 255, 127]
  assert.equal(unpackPoints(Uint8Array.of(0x10, 1, ...farOut, 0)), null, 'too far out')
  assert.equal(unpackPoints(Uint8Array.of(0x10, 1, 128, 128, 128, 128, 0, 0)), null, 'a number too long')
  assert.equal(unpackPoints(Uint8Array.of(0x11, 1, 0, 0, 255, 7)), null, 'pressure beyond what there is')
  assert.equal(unpackPoints(Uint8Array.of(0x10, 0)), null, 'no point')
  assert.equal(unpackPoints(Uint8Array.of(0x10, 255, 255, 127, 0, 0)), null, 'more points than bytes')
})

test('[BO2] whatever the bytes, they are a stroke that lies on the board or nothing, and nothing is thrown', () => {
  const header = fc.constantFrom([0x10], [0x11], [])
  const bytes = fc
    .tuple(header, fc.uint8Array({ maxLength: 80 }))
    .map(([head, rest]) => Uint8Array.of(...head, ...rest))
  const counted = fc
    .tuple(fc.constantFrom(0x10, 0x11), fc.array(fc.nat(127), { minLength: 1, maxLength: 30 }))
    .map(([head, rest]) => Uint8Array.of(head, Math.floor(rest.length / (head === 0x11 ? 3 : 2)), ...rest))
  fc.assert(
    fc.property(fc.oneof(bytes, counted), (some) => {
      const unpacked = unpackPoints(some)
      if (unpacked === null) return
      assert.ok(unpacked.values.length >= pointStride)
      unpacked.values.forEach((value, index) => {
        assert.ok(index % pointStride === 2 ? value >= 0 && value <= 1 : Math.abs(value) <= coordinateMax)
      })
    }),
    { numRuns: 3_000 },
  )
})
