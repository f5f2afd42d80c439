/** Rubbing out parts of strokes. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { ShapeId } from '#shared/board/shape.ts'
import type { BoardShape } from '#web/board/engine/board-doc.ts'
import { Drawer, exchange, FakeLive, FakeWorld } from '../support/fake-board.ts'

const room = () => ({ world: new FakeWorld(), live: new FakeLive() })

/** From where to where each shape goes, bottom to top. */
const spans = (shapes: readonly BoardShape[]): number[][] =>
  shapes
    .map(({ place: { x, width } }) => [Math.round(x), Math.round(x + width)])
    .sort(([a = 0], [b = 0]) => a - b)

test('[BO16] the ink eraser takes out of a stroke what it goes over, in one action that one undo takes back', () => {
  using alice = new Drawer(1, room())
  alice.editor.setStyle({ width: 10, ink: 3 })
  alice.draw(0, 0, 200, 0).draw(0, 20, 200, 20)
  alice.editor.selection.set(alice.board.pile().map(({ id }) => id))
  alice.run('group')
  const before = alice.board.pile().map(({ id }) => id)
  const writes = alice.document.writes()
  alice.tool('ink-eraser').down(100, -40).move(100, 0)
  const [hidden, left] = [...alice.editor.hints.left][0]!
  assert.deepEqual([hidden, left.length, alice.document.writes()], [before[0], 2, writes])
  alice.up()
  assert.deepEqual([alice.editor.hints.left.size, alice.document.writes()], [0, writes + 1])
  // 8 px of the eraser and 7 of the ink, each way.
  assert.deepEqual(spans(alice.board.pile()), [
    [0, 85],
    [0, 200],
    [115, 200],
  ])
  const pieces = alice.board.pile().filter(({ id }) => !before.includes(id))
  const whole = alice.now({ id: before[1]! })
  assert.deepEqual(
    pieces.map(({ style, groups }) => [style, groups]),
    [
      [whole.style, whole.groups],
      [whole.style, whole.groups],
    ],
  )
  assert.ok(
    pieces.every(({ rank }) => rank < whole.rank),
    'they lie where it lay',
  )
  alice.editor.undo()
  assert.deepEqual(
    alice.board.pile().map(({ id }) => id),
    before,
  )
  alice.editor.redo()
  assert.equal(alice.board.count, 3)
})

test('[BO16] it leaves shapes, locked strokes and what it did not reach, and can be given up', () => {
  using alice = new Drawer(1, room())
  alice.draw(0, 0, 200, 0).draw(0, 90, 200, 90)
  const free = alice.board.pile()[0]!
  alice.make('rectangle', -50, -50, 250, 50)
  alice.editor.selection.set([free.id])
  alice.run('lock')
  const writes = alice.document.writes()
  const gesture = (): Drawer => alice.tool('ink-eraser').down(100, -80).move(100, 60)
  gesture().up()
  assert.equal(alice.document.writes(), writes)
  alice.editor.selection.set([free.id])
  alice.run('lock')
  gesture().run('cancel').up()
  assert.deepEqual([alice.board.count, alice.editor.hints.left.size], [3, 0])
  gesture().up()
  assert.equal(alice.board.count, 4)
})

test('[BO16] a stroke that is stretched and turned is cut where it is seen; rubbed over whole, it is gone', () => {
  using alice = new Drawer(1, room())
  alice.draw(0, 0, 100, 0)
  const [stroke] = alice.board.pile()
  alice.editor.act([{ key: `${stroke!.id}:t`, before: null, after: [-50, 0, 200, 0, 90] }])
  alice.tool('ink-eraser').down(20, 0).move(80, 0).up()
  assert.deepEqual(
    alice.board
      .pile()
      .map(({ place }) => [place.x, place.width, place.height].map(Math.round))
      .sort(([, , a = 0], [, , b = 0]) => a - b),
    [
      [50, 0, 89],
      [50, 0, 89],
    ],
  )
  alice.tool('ink-eraser').down(50, -200).move(50, 200).up()
  assert.equal(alice.board.count, 0)
})

test('[BO16] what another has moved or deleted meanwhile is left to them', () => {
  using alice = new Drawer(1, room())
  using bob = new Drawer(2, room())
  alice.draw(0, 0, 200, 0).draw(0, 20, 200, 20)
  exchange(alice.document.doc, bob.document.doc)
  const [first, second] = alice.board.pile().map(({ id }) => id) as [ShapeId, ShapeId]
  alice.tool('ink-eraser').down(100, -40).move(100, 60)
  assert.equal(alice.editor.hints.left.size, 2)
  bob.editor.selection.set([first])
  bob.run('delete')
  bob.editor.selection.set([second])
  bob.run('down-far')
  exchange(alice.document.doc, bob.document.doc)
  alice.up()
  exchange(alice.document.doc, bob.document.doc)
  for (const { board } of [alice, bob]) assert.deepEqual(spans(board.pile()), [[0, 200]])
})
