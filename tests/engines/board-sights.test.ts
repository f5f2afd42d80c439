/** Looking along with somebody: what each tells of their view, and what follows from it. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { encodeLive } from '#shared/board/live.ts'
import { viewBox, zoomMax, zoomMin } from '#web/board/engine/camera.ts'
import { Sights } from '#web/board/engine/sights.ts'
import { Drawer, FakeLive, FakeWorld } from '../support/fake-board.ts'

function two() {
  const shared = { world: new FakeWorld(), live: new FakeLive() }
  const people = [1, 2].map((seat) => {
    const drawer = new Drawer(seat, shared)
    const { view } = drawer.editor
    view.setSize(seat === 1 ? { width: 1_000, height: 600 } : { width: 390, height: 700 })
    const sights = new Sights({ view, live: drawer.live, world: shared.world })
    const looks: boolean[] = []
    const ends: number[] = []
    return {
      ...{ view, sights, looks, ends },
      follow: (clientId: number | null) =>
        sights.follow(() => clientId, {
          onLook: (isThere) => looks.push(isThere),
          onEnd: () => ends.push(1),
        }),
      [Symbol.dispose]: () => {
        sights[Symbol.dispose]()
        drawer[Symbol.dispose]()
      },
    }
  })
  const [alice, bob] = people
  assert.ok(alice !== undefined && bob !== undefined)
  return {
    ...{ ...shared, alice, bob },
    [Symbol.dispose]: () => {
      for (const person of people) person[Symbol.dispose]()
    },
  }
}

test('[BO13] who looks along sees all of what the other sees, in the middle, whatever their screens', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          dx: fc.integer({ min: -900, max: 900 }),
          zoom: fc.double({ min: 0.3, max: 3, noNaN: true }),
        }),
        { minLength: 1, maxLength: 5 },
      ),
      (moves) => {
        using room = two()
        const { alice, bob, world } = room
        bob.follow(1)
        for (const { dx, zoom } of moves) {
          alice.view.panBy(dx, -dx / 2)
          alice.view.zoomTo(zoom)
          world.pass(40)
          const [theirs, own] = [
            viewBox(alice.view.camera, alice.view.size),
            viewBox(bob.view.camera, bob.view.size),
          ]
          assert.ok(bob.view.camera.zoom >= zoomMin && bob.view.camera.zoom <= zoomMax)
          const isIn = (inner: number, outer: number): boolean => inner >= outer - 0.2
          assert.ok(isIn(theirs.minX, own.minX) && isIn(theirs.minY, own.minY))
          assert.ok(isIn(own.maxX, theirs.maxX) && isIn(own.maxY, theirs.maxY))
          assert.ok(Math.abs(theirs.minX + theirs.maxX - own.minX - own.maxX) < 0.4)
        }
        assert.deepEqual(bob.ends, [])
      },
    ),
    { numRuns: 50 },
  )
})

test('[BO13] moving the board oneself ends it, and from then on the own view is told again', () => {
  using room = two()
  const { alice, bob, world } = room
  alice.view.panBy(100, 0)
  world.pass(40)
  const stop = bob.follow(1)
  assert.deepEqual([bob.looks.at(-1), alice.sights.boxOf(2)], [true, null])
  bob.view.panBy(5, 5)
  assert.deepEqual(bob.ends, [1])
  stop()
  world.pass(40)
  assert.ok(alice.sights.boxOf(2) !== null)
  const before = bob.view.camera
  alice.view.panBy(100, 0)
  world.pass(40)
  assert.equal(bob.view.camera, before)
})

test('[BO13] another size shows all of it again, and is no moving', () => {
  using room = two()
  const { alice, bob, world } = room
  bob.follow(1)
  alice.view.panBy(100, 0)
  world.pass(40)
  bob.view.setSize({ width: 500, height: 300 })
  assert.deepEqual(viewBox(bob.view.camera, bob.view.size), viewBox(alice.view.camera, alice.view.size))
  assert.deepEqual(bob.ends, [])
})

test('[BO13] two who look along with each other come to rest', () => {
  using room = two()
  const { alice, bob, world, live } = room
  alice.view.panBy(100, 0)
  bob.view.panBy(-100, 0)
  world.pass(40)
  alice.follow(2)
  bob.follow(1)
  world.pass(1_000)
  const count = live.frames.length
  const cameras = [alice.view.camera, bob.view.camera]
  world.pass(10_000)
  assert.deepEqual([live.frames.length, alice.view.camera, bob.view.camera], [count, ...cameras])
})

test('[BO13] whoever comes is told, and of whoever goes nothing is known', () => {
  using room = two()
  const { alice, bob, world, live } = room
  live.isConnected = false
  alice.view.panBy(100, 0)
  world.pass(40)
  live.isConnected = true
  bob.follow(1)
  assert.equal(bob.looks.at(-1), false)
  live.isConnected = false
  world.pass(40)
  live.isConnected = true
  alice.sights.keepOnly(new Set([2]))
  world.pass(40)
  assert.equal(bob.looks.at(-1), true)
  bob.sights.keepOnly(new Set([1]))
  assert.ok(bob.sights.boxOf(1) !== null)
  bob.sights.keepOnly(new Set())
  assert.deepEqual([bob.sights.boxOf(1), bob.looks.at(-1)], [null, false])
})

test('[BO13] who begins to look along asks, and is answered', () => {
  using room = two()
  const { alice, bob, world, live } = room
  live.isConnected = false
  alice.view.panBy(100, 0)
  world.pass(40)
  live.isConnected = true
  bob.follow(1)
  world.pass(80)
  assert.equal(bob.looks.at(-1), true)
})

test('[BO13] however often one asks, or comes and goes, everybody answers once a second', () => {
  using room = two()
  const { alice, world, live } = room
  world.pass(2_000)
  const before = live.frames.length
  const stranger = live.port(3)
  for (let asked = 0; asked < 100; asked += 1) {
    stranger.send(encodeLive([{ kind: 'look' }]))
    alice.sights.keepOnly(new Set(asked % 2 === 0 ? [3] : []))
    world.pass(40)
  }
  const answers = live.frames.length - before - 100
  // Two people, four seconds; the first answer of each comes at once.
  assert.ok(answers >= 2 && answers <= 10, `${answers} answers`)
})
