/** Where strokes lie, and where the camera looks. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { boxOfPoints, isOverlapping, isTouching, unionBox, type Point } from '#shared/board/geometry.ts'
import {
  centredCamera,
  fittedTo,
  movedBy,
  showing,
  toBoard,
  toViewport,
  viewBox,
  zoomedAt,
  zoomMax,
  zoomMin,
} from '#web/board/engine/camera.ts'

const coordinate = fc.integer({ min: -1_000, max: 1_000 })
const point: fc.Arbitrary<Point> = fc.record({ x: coordinate, y: coordinate })
const stroke = fc.array(point, { minLength: 1, maxLength: 8 })
const zoom = fc.double({ min: zoomMin, max: zoomMax, noNaN: true })

const flat = (points: readonly Point[]): number[] => points.flatMap(({ x, y }) => [x, y, 0.5])

test('a box holds all points and its margin, and no more', () => {
  assert.deepEqual(
    boxOfPoints(
      flat([
        { x: 1, y: 9 },
        { x: -3, y: 5 },
      ]),
      2,
    ),
    { minX: -5, minY: 3, maxX: 3, maxY: 11 },
  )
  const [a, b] = [boxOfPoints([0, 0, 0.5], 1), boxOfPoints([5, 5, 0.5], 1)]
  assert.deepEqual(unionBox(a, b), { minX: -1, minY: -1, maxX: 6, maxY: 6 })
  assert.equal(isOverlapping(a, b), false)
  assert.equal(isOverlapping(a, boxOfPoints([2, 2, 0.5], 1)), true, 'an edge in common counts')
})

test('an eraser touches a line it crosses, one it comes near, and a dot; not what lies beyond', () => {
  const line = flat([
    { x: 0, y: 0 },
    { x: 100, y: 0 },
  ])
  assert.equal(isTouching(line, { x: 50, y: -20 }, { x: 50, y: 20 }, 0), true, 'crossing in one jump')
  assert.equal(isTouching(line, { x: 50, y: 8 }, { x: 50, y: 8 }, 8), true)
  assert.equal(isTouching(line, { x: 50, y: 9 }, { x: 50, y: 9 }, 8), false)
  assert.equal(isTouching(line, { x: 109, y: 0 }, { x: 200, y: 0 }, 8), false)
  const dot = flat([{ x: 0, y: 0 }])
  assert.equal(isTouching(dot, { x: -50, y: 3 }, { x: 50, y: 3 }, 3), true)
  assert.equal(isTouching(dot, { x: -50, y: 4 }, { x: 50, y: 4 }, 3), false)
})

test('an eraser that touches a stroke comes within the box that finds it', () => {
  fc.assert(
    fc.property(stroke, point, point, fc.nat(50), (points, a, b, distance) => {
      const values = flat(points)
      const isHit = isTouching(values, a, b, distance)
      assert.equal(isTouching(values, b, a, distance), isHit, 'whichever way it goes')
      if (isHit) assert.ok(isOverlapping(boxOfPoints(values, distance + 1e-6), boxOfPoints(flat([a, b]), 0)))
      for (const at of points) assert.equal(isTouching(values, at, at, 1e-6), true)
    }),
  )
})

test('what the camera shows at a place is what lies under it', () => {
  fc.assert(
    fc.property(point, zoom, point, (camera, size, at) => {
      const view = { ...camera, zoom: size }
      const back = toViewport(view, toBoard(view, at))
      assert.ok(Math.hypot(back.x - at.x, back.y - at.y) < 1e-6)
    }),
  )
})

test('zooming keeps what is under the pointer there, and ends at its limits', () => {
  fc.assert(
    fc.property(
      point,
      zoom,
      point,
      fc.double({ min: 0.001, max: 100, noNaN: true }),
      (place, from, at, to) => {
        const camera = { ...place, zoom: from }
        const next = zoomedAt(camera, at, to)
        assert.ok(next.zoom >= zoomMin && next.zoom <= zoomMax)
        const [before, after] = [toBoard(camera, at), toBoard(next, at)]
        assert.ok(Math.hypot(before.x - after.x, before.y - after.y) < 1e-6)
      },
    ),
  )
})

test('the board follows the hand, and never leaves what points can hold', () => {
  const camera = { x: 0, y: 0, zoom: 2 }
  assert.deepEqual(movedBy(camera, 10, -20), { x: -5, y: 10, zoom: 2 })
  const far = movedBy(camera, 1e12, -1e12)
  assert.deepEqual([far.x, far.y], [-(2 ** 19), 2 ** 19])
})

test('fitting shows all of a box in the middle, never larger than life', () => {
  const size = { width: 800, height: 600 }
  fc.assert(
    fc.property(stroke, (points) => {
      const box = boxOfPoints(flat(points), 1)
      const camera = fittedTo(box, size)
      const view = viewBox(camera, size)
      assert.ok(camera.zoom <= 1)
      assert.ok(
        view.minX <= box.minX && view.maxX >= box.maxX && view.minY <= box.minY && view.maxY >= box.maxY,
      )
      assert.ok(Math.abs(view.minX + view.maxX - box.minX - box.maxX) < 1e-6)
    }),
  )
  assert.deepEqual(centredCamera(size), { x: -400, y: -300, zoom: 1 })
})

test('showing a box leaves the camera where the box is seen, and else moves it, or zooms out where it must', () => {
  const size = { width: 800, height: 600 }
  const camera = centredCamera(size)
  const near = { minX: -50, minY: -50, maxX: 50, maxY: 50 }
  assert.equal(showing(near, camera, size), camera)
  const far = { minX: 5_000, minY: -50, maxX: 5_100, maxY: 50 }
  assert.deepEqual(showing(far, camera, size), { x: 4_650, y: -300, zoom: 1 })
  const huge = { minX: -5_000, minY: -50, maxX: 5_000, maxY: 50 }
  assert.deepEqual(showing(huge, camera, size), fittedTo(huge, size))
})
