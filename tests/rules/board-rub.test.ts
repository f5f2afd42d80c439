/** What an eraser leaves of ink. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Point } from '#shared/board/geometry.ts'
import { rubbedOut } from '#shared/board/rub.ts'

const place = fc.record({
  x: fc.double({ min: -200, max: 200, noNaN: true }),
  y: fc.double({ min: -200, max: 200, noNaN: true }),
})
const line = fc.array(place, { minLength: 2, maxLength: 12 })
const radius = fc.double({ min: 0.5, max: 60, noNaN: true })
const flat = (points: readonly Point[]): number[] => points.flatMap(({ x, y }) => [x, y, 0.5])

/** Points along a line, close to each other. */
function along(values: readonly number[]): Point[] {
  const found: Point[] = []
  for (let i = 3; i < values.length; i += 3) {
    const [x, y, , toX, toY] = values.slice(i - 3)
    for (let part = 0; part <= 20; part++)
      found.push({ x: x! + ((toX! - x!) * part) / 20, y: y! + ((toY! - y!) * part) / 20 })
  }
  return found
}

function distance(at: Point, a: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  const square = dx * dx + dy * dy
  const part = square === 0 ? 0 : ((at.x - a.x) * dx + (at.y - a.y) * dy) / square
  const t = Math.max(0, Math.min(1, part))
  return Math.hypot(at.x - a.x - t * dx, at.y - a.y - t * dy)
}

function distanceToLine(at: Point, values: readonly number[]): number {
  let least = Infinity
  for (let i = 3; i < values.length; i += 3) {
    const [x, y, , toX, toY] = values.slice(i - 3)
    least = Math.min(least, distance(at, { x: x!, y: y! }, { x: toX!, y: toY! }))
  }
  return least
}

test('[BO16] nothing is left within reach of the eraser, and all that is out of it', () => {
  fc.assert(
    fc.property(line, place, place, radius, (points, a, b, reach) => {
      const whole = flat(points)
      const pieces = rubbedOut(whole, a, b, reach)
      for (const at of along(whole)) {
        const isOut = distance(at, a, b) > reach
        if (pieces === null) assert.ok(isOut || distance(at, a, b) > reach - 1e-6)
        // What is left out of its reach may be a crumb.
        else if (isOut)
          assert.ok(
            pieces.some((piece) => distanceToLine(at, piece) < 1e-6) || distance(at, a, b) < reach * 1.2,
          )
      }
      for (const piece of pieces ?? [])
        for (const at of along([...piece])) {
          assert.ok(distance(at, a, b) >= reach - 1e-6)
          assert.ok(distanceToLine(at, whole) < 1e-6)
        }
    }),
  )
})

test('[BO16] a line rubbed through in its middle is two, and its pressure goes on in both', () => {
  const values = [0, 0, 0.2, 100, 0, 0.6]
  assert.deepEqual(
    rubbedOut(values, { x: 50, y: -20 }, { x: 50, y: 20 }, 10)?.map((piece) =>
      piece.map((each) => Math.round(each * 100) / 100),
    ),
    [
      [0, 0, 0.2, 40, 0, 0.36],
      [60, 0, 0.44, 100, 0, 0.6],
    ],
  )
})

test('[BO16] a dot goes whole, and what was not reached is left alone', () => {
  assert.deepEqual(rubbedOut([5, 5, 0.5], { x: 0, y: 0 }, { x: 10, y: 10 }, 1), [])
  assert.equal(rubbedOut([5, 5, 0.5], { x: 0, y: 0 }, { x: 0, y: 10 }, 1), null)
  assert.equal(rubbedOut([0, 0, 0.5, 9, 0, 0.5], { x: 0, y: 5 }, { x: 9, y: 5 }, 1), null)
  assert.deepEqual(rubbedOut([0, 0, 0.5, 9, 0, 0.5], { x: 0, y: 0 }, { x: 9, y: 0 }, 1), [])
})
