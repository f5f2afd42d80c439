/** What people see of each other’s strokes before the document has them. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { Drawer, exchange, FakeLive, FakeWorld } from '../support/fake-board.ts'

function two() {
  const shared = { world: new FakeWorld(), live: new FakeLive() }
  const [alice, bob] = [new Drawer(1, shared), new Drawer(2, shared)]
  return {
    ...shared,
    alice,
    bob,
    [Symbol.dispose]: () => {
      alice[Symbol.dispose]()
      bob[Symbol.dispose]()
    },
  }
}

test('[W4] [BO3] a stroke is seen while it is drawn, and is in nobody’s document', () => {
  using room = two()
  const { alice, bob, world } = room
  alice.editor.setStyle({ ink: 3, width: 9 })
  alice.down(0, 0)
  world.pass(40)
  alice.move(30, 0).move(60, 7)
  world.pass(40)
  const [seen] = bob.live.strokes()
  assert.ok(seen !== undefined)
  assert.deepEqual([seen.style, seen.kind], [{ ink: 3, width: 9 }, 'stroke'])
  assert.deepEqual(seen.values, [0, 0, 0.5, 30, 0, 0.5, 60, 7, 0.5])
  for (const { document } of [alice, bob]) assert.equal(document.doc.getMap('shapes').size, 0)
})

test('[W4] a stroke that is finished stays until the document brings it, so that it never blinks', () => {
  using room = two()
  const { alice, bob, world } = room
  alice.down(0, 0).move(30, 0)
  world.pass(40)
  alice.move(90, 0).up()
  assert.deepEqual(bob.live.strokes()[0]?.values.slice(-3), [90, 0, 0.5], 'its end comes at once')
  world.pass(4_000)
  assert.equal(bob.live.strokes().length, 1)
  exchange(alice.document.doc, bob.document.doc)
  assert.deepEqual([bob.live.strokes().length, bob.board.count], [0, 1])
})

test('[W4] a document that is quicker than the frame leaves no ghost', () => {
  using room = two()
  const { alice, bob, world } = room
  alice.down(0, 0).move(30, 0)
  world.pass(40)
  alice.document.doc.on('update', () => {
    exchange(alice.document.doc, bob.document.doc)
  })
  alice.up()
  assert.deepEqual([bob.live.strokes().length, bob.board.count], [0, 1])
})

test('[W4] a finished stroke whose document never comes goes after five seconds', () => {
  using room = two()
  const { alice, bob, world } = room
  alice.down(0, 0).move(30, 0)
  world.pass(40)
  alice.up()
  world.pass(4_400)
  assert.equal(bob.live.strokes().length, 1)
  world.pass(1_200)
  assert.equal(bob.live.strokes().length, 0)
})

test('[W4] a stroke whose sender fell silent goes after half a minute, and one given up at once', () => {
  using room = two()
  const { alice, bob, world } = room
  alice.down(0, 0).move(30, 0)
  world.pass(29_000)
  assert.equal(bob.live.strokes().length, 1)
  world.pass(2_000)
  assert.equal(bob.live.strokes().length, 0)
  alice.up().down(0, 50).move(30, 50)
  world.pass(40)
  assert.equal(bob.live.strokes().length, 1)
  alice.editor.cancel()
  assert.equal(bob.live.strokes().length, 0)
})

test('[W4] [BO3] a shape is seen while it is drawn, stays until the document brings it, and is gone when given up', () => {
  using room = two()
  const { alice, bob, world } = room
  alice.editor.setStyle({ ink: 3 })
  alice.tool('ellipse').down(0, 0).move(60, 40)
  world.pass(40)
  alice.move(90, 50)
  world.pass(40)
  const [seen] = bob.live.drawn()
  assert.ok(seen !== undefined)
  assert.deepEqual([seen.kind, seen.place.width, seen.style.ink], ['ellipse', 90, 3])
  assert.equal(bob.document.doc.getMap('shapes').size, 0)
  alice.up()
  world.pass(4_000)
  assert.equal(bob.live.drawn().length, 1)
  exchange(alice.document.doc, bob.document.doc)
  assert.deepEqual([bob.live.drawn().length, bob.board.count], [0, 1])

  alice.tool('arrow').down(200, 200).move(300, 200)
  world.pass(40)
  assert.equal(bob.live.drawn()[0]?.kind, 'arrow')
  alice.run('cancel')
  assert.equal(bob.live.drawn().length, 0)
  alice.up()
})

test('[W4] a shape whose drawer fell silent goes after half a minute, one the document never brings after five seconds', () => {
  using room = two()
  const { alice, bob, world } = room
  alice.tool('rectangle').down(0, 0).move(60, 40)
  world.pass(29_000)
  assert.equal(bob.live.drawn().length, 1)
  world.pass(2_000)
  assert.equal(bob.live.drawn().length, 0)
  alice.move(70, 50)
  world.pass(40)
  alice.up()
  world.pass(4_400)
  assert.equal(bob.live.drawn().length, 1)
  world.pass(1_200)
  assert.equal(bob.live.drawn().length, 0)
})

test('[W4] who missed a part of a stroke does not see it wrong: the document brings it', () => {
  using room = two()
  const { alice, bob, world, live } = room
  alice.down(0, 0)
  world.pass(40)
  live.isConnected = false
  alice.move(30, 0)
  world.pass(40)
  live.isConnected = true
  alice.move(60, 0)
  world.pass(40)
  assert.equal(bob.live.strokes().length, 0)
  alice.up()
  exchange(alice.document.doc, bob.document.doc)
  assert.equal(bob.board.count, 1)
})

test('[W4] at most thirty frames a second are sent, however fast the pointer', () => {
  using room = two()
  const { alice, bob, world, live } = room
  alice.down(0, 0)
  for (let ms = 0; ms < 1_000; ms++) {
    alice.move(ms, ms % 7).live.moveCursor({ x: ms, y: 0 })
    world.pass(1)
  }
  assert.ok(live.frames.length > 20 && live.frames.length <= 31, String(live.frames.length))
  world.pass(40)
  assert.equal(bob.live.strokes()[0]?.values.length, alice.editor.ink.running?.values.length)
})

test('a cursor is seen while it moves, goes when it leaves, rests too long or its peer is gone', () => {
  using room = two()
  const { alice, bob, world } = room
  const pointing = (): void => {
    alice.live.moveCursor({ x: 5, y: 6 })
    world.pass(40)
  }
  pointing()
  assert.deepEqual(
    bob.live.cursors().map(({ clientId, at }) => ({ clientId, at })),
    [{ clientId: 1, at: { x: 5, y: 6 } }],
  )
  alice.live.hideCursor()
  world.pass(40)
  assert.deepEqual(bob.live.cursors(), [])
  pointing()
  world.pass(10_600)
  assert.deepEqual(bob.live.cursors(), [])
  pointing()
  bob.live.keepOnly(() => false)
  assert.deepEqual(bob.live.cursors(), [])
})

test('[BO5] of somebody who may only look nothing is sent', () => {
  using room = two()
  const { alice, bob, world, live } = room
  alice.document.set({ canWrite: false })
  alice.live.moveCursor({ x: 5, y: 6 })
  world.pass(40)
  assert.deepEqual([live.frames.length, bob.live.cursors()], [0, []])
})

test('[W4] bytes that are no frame, and more strokes than anyone draws, do nothing', () => {
  using room = two()
  const { bob, live } = room
  const mallory = live.port(9)
  mallory.send(Uint8Array.of(1, 2, 3))
  mallory.send(new Uint8Array(9_000))
  assert.equal(bob.live.strokes().length, 0)
  for (let stroke = 0; stroke < 50; stroke++) mallory.send(Uint8Array.of(1, 2, stroke, 0, 4))
  assert.equal(bob.live.strokes().length, 8)
})
