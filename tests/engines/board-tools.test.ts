/** What each tool makes. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { outlineOf } from '#shared/board/outline.ts'
import type { ShapeId } from '#shared/board/shape.ts'
import { textKey } from '#web/board/engine/board-doc.ts'
import { Drawer, exchange, FakeLive, FakeWorld } from '../support/fake-board.ts'

const room = () => ({ world: new FakeWorld(), live: new FakeLive() })

test('[BO3] a box goes from corner to corner; Shift makes it square, Alt begins at its middle', () => {
  using alice = new Drawer(1, room())
  const { place, kind } = alice.make('ellipse', 200, 160, 100, 100)
  assert.deepEqual([kind, place.x, place.y, place.width, place.height], ['ellipse', 100, 100, 100, 60])
  alice.tool('diamond').down(0, 0).move(50, 20, { shift: true, alt: true }).up()
  const made = alice.editor.selection.shapes[0]!.place
  assert.deepEqual([made.x, made.y, made.width, made.height], [-50, -50, 100, 100])
})

test('a tap makes a shape of usual size, and one that is given up makes none', () => {
  using alice = new Drawer(1, room())
  alice.tool('rectangle').press(0, 0)
  assert.equal(alice.board.count, 1)
  alice.tool('rectangle').down(0, 0).move(50, 50).run('cancel').up()
  assert.deepEqual([alice.board.count, alice.editor.hints.drawn], [1, null])
})

test('after a shape the tool is put down, unless it is kept', () => {
  using alice = new Drawer(1, room())
  alice.make('rectangle', 0, 0, 50, 50)
  assert.equal(alice.editor.state.tool, 'select')
  alice.run('keep-tool').tool('rectangle').down(100, 0).move(150, 50).up()
  assert.equal(alice.editor.state.tool, 'rectangle')
})

test('[BO6] an arrow holds on to shapes, ends at their edges, and follows them without being written', () => {
  using alice = new Drawer(1, room())
  alice.editor.setStyle({ fill: 'solid' })
  const left = alice.make('rectangle', 0, 0, 100, 100)
  const right = alice.make('ellipse', 300, 0, 400, 100)
  const arrow = alice.make('arrow', 50, 50, 350, 50)
  const ends = (): number[] => {
    const { from, to } = alice.now(arrow).line!.curve
    return [from.x, from.y, to.x, to.y].map(Math.round)
  }
  assert.deepEqual([ends(), arrow.style.heads], [[106, 50, 294, 50], 'end'])
  const before = [...alice.document.doc.getMap('shapes').keys()]
  alice.editor.selection.set([right.id])
  alice.run('right-far', 'right-far')
  assert.deepEqual(ends(), [106, 50, 314, 50])
  assert.deepEqual(
    [...alice.document.doc.getMap('shapes').keys()].filter((key) => !before.includes(key)),
    [`${right.id}:t`],
  )
  alice.editor.selection.set([left.id])
  alice.run('delete')
  assert.deepEqual(ends(), [50, 50, 314, 50], 'without it the end is where it last was')
})

test('an arrow that is moved lets go; moved with what it holds on to, it keeps it', () => {
  using alice = new Drawer(1, room())
  const box = alice.make('rectangle', 300, 0, 400, 100)
  const arrow = alice.make('arrow', 0, 50, 350, 50)
  alice.run('choose-all', 'down-far')
  assert.equal(alice.now(arrow).line?.ends.endsAt?.id, box.id)
  alice.editor.selection.set([arrow.id])
  alice.run('down-far')
  assert.equal(alice.now(arrow).line?.ends.endsAt, null)
})

test('a line bends by its middle, and its ends are moved by themselves', () => {
  using alice = new Drawer(1, room())
  const line = alice.make('line', 0, 0, 200, 0)
  alice.down(100, 0).move(100, -40).up()
  assert.equal(alice.now(line).line?.ends.bend, 40)
  alice.down(200, 0).move(200, 100).up()
  assert.deepEqual(alice.now(line).line?.ends.end, { x: 200, y: 100 })
  alice.editor.undo()
  alice.editor.undo()
  assert.deepEqual(alice.now(line).line?.ends.bend, 0)
})

test('[BO7] a text is a shape once it has words, as large as they are, and one action to take back', () => {
  using alice = new Drawer(1, room())
  alice.tool('text').press(100, 100)
  assert.equal(alice.board.count, 0)
  for (const text of ['H', 'Hi', 'Hi!']) alice.editor.typing.write(text)
  const [text] = alice.board.pile()
  assert.deepEqual([text?.kind, text?.text, text?.place.width, text?.place.height], ['text', 'Hi!', 30, 26])
  alice.run('cancel')
  alice.editor.undo()
  assert.equal(alice.board.count, 0)
  alice.editor.redo()
  assert.equal(alice.board.pile()[0]?.text, 'Hi!')
})

test('[BO7] a text that is left without words is gone, and one that was never written never was', () => {
  using alice = new Drawer(1, room())
  alice.type(100, 100, 'Hi').run('cancel').type(105, 100, '').run('cancel')
  assert.equal(alice.board.count, 0)
  alice.tool('text').press(0, 0).run('cancel')
  assert.deepEqual([alice.board.count, alice.document.doc.getMap('shapes').size], [0, 0])
  alice.editor.undo()
  assert.equal(alice.board.pile()[0]?.text, 'Hi')
})

test('[BO7] [BO4] two people write in the same note: nothing is lost, and each takes back only their own', () => {
  const shared = room()
  using alice = new Drawer(1, shared)
  using bob = new Drawer(2, shared)
  const note = alice.tool('note').press(0, 0).board.pile()[0]!
  alice.editor.typing.write('Bread')
  exchange(alice.document.doc, bob.document.doc)
  bob.type(0, 0, 'Bread, milk')
  alice.editor.typing.write('Dark Bread')
  exchange(alice.document.doc, bob.document.doc)
  assert.equal(alice.now(note).text, 'Dark Bread, milk')
  assert.equal(bob.now(note).text, 'Dark Bread, milk')
  bob.run('cancel').editor.undo()
  exchange(alice.document.doc, bob.document.doc)
  assert.match(bob.now(note).text, /^Dark Bread/u)
  alice.run('cancel').editor.undo()
  alice.editor.undo()
  assert.equal(alice.board.count, 1, 'Bob has written in it')
})

test('a note grows with its words, and a text that is made wider keeps that width', () => {
  using alice = new Drawer(1, room())
  const note = alice.tool('note').press(0, 0).board.pile()[0]!
  alice.editor.typing.write('word '.repeat(80))
  assert.ok(alice.now(note).place.height > 200)
  alice.run('cancel', 'delete').type(0, 0, 'two words').run('cancel')
  const text = alice.board.pile()[0]!
  assert.equal(text.place.width, 90)
  alice.down(90, 0).move(60, 0).up()
  assert.deepEqual([alice.now(text).place.width, alice.now(text).place.height], [60, 52])
})

test('a highlighter’s stroke is broad, and a stroke that is held becomes straight', () => {
  const shared = room()
  using alice = new Drawer(1, shared)
  alice.tool('highlighter').draw(0, 0)
  assert.deepEqual([alice.board.pile()[0]?.kind, alice.board.pile()[0]?.style.width], ['highlight', 16])
  alice.tool('pen').down(0, 100).move(50, 140).move(100, 100)
  shared.world.pass(700)
  alice.up()
  assert.deepEqual(Array.from(outlineOf(alice.board.pile()[1]!)), [0, 100, 0.5, 100, 100, 0.5])
})

test('[W4] the laser is seen by everybody, and leaves nothing', () => {
  const shared = room()
  using alice = new Drawer(1, shared)
  using bob = new Drawer(2, shared)
  alice.tool('laser').down(0, 0).move(50, 0)
  shared.world.pass(40)
  assert.equal(bob.live.strokes()[0]?.kind, 'laser')
  alice.up()
  shared.world.pass(1_000)
  assert.deepEqual([bob.live.strokes().length, alice.editor.ink.running, alice.board.count], [0, null, 0])
})

test('a frame takes with it what lies in it', () => {
  using alice = new Drawer(1, room())
  const inside = alice.make('rectangle', 20, 20, 60, 60)
  const outside = alice.make('rectangle', 500, 20, 560, 60)
  const frame = alice.make('frame', 0, 0, 200, 200)
  assert.ok(frame.order < inside.order)
  alice.run('right-far')
  assert.deepEqual([alice.now(inside).place.x, alice.now(outside).place.x], [30, 500])
})

test('words are found where they are painted, also where they need more room than is written of them', () => {
  using alice = new Drawer(1, room())
  // Two have written in one text, its letters were made larger, or it came from a file: its place is too small.
  const row = { k: 'text', z: 'V', c: 0, w: 4, t: [0, 0, 20, 26] } as const
  const id = '1.abc' as ShapeId
  alice.editor.act([
    { key: id, before: null, after: row },
    { key: textKey(id), before: null, after: 'wide words\nin two' },
  ])
  // Ten letters, each half of 20 px wide; two lines, each 1.3 times as high.
  const { place } = alice.now({ id })
  assert.deepEqual([place.x, place.y, place.width, place.height], [0, 0, 100, 52])
  assert.deepEqual(
    alice.board.shapesIn({ minX: 90, minY: 40, maxX: 95, maxY: 45 }).map((shape) => shape.id),
    [id],
  )
  alice.editor.selection.set([id])
  alice.editor.setStyle({ textSize: 40, align: 'end' })
  const larger = alice.now({ id }).place
  assert.deepEqual([larger.x + larger.width, larger.width, larger.height], [100, 200, 104])

  alice.editor.setStyle({ textSize: 20 })
  const note = alice.make('note', 500, 0, 600, 100)
  alice.editor.act([{ key: textKey(note.id), before: null, after: 'a\n'.repeat(9) }])
  assert.equal(alice.board.shapesIn({ minX: 540, minY: -60, maxX: 560, maxY: -50 }).length, 1)
})
