/** Choosing shapes, and what can be done with them. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { BoardShape } from '#web/board/engine/board-doc.ts'
import { Drawer, exchange, FakeLive, FakeWorld } from '../support/fake-board.ts'

const room = () => ({ world: new FakeWorld(), live: new FakeLive() })

/** Where a shape is. */
const at = ({ place }: BoardShape): number[] => [place.x, place.y, place.width, place.height]
const chosen = (drawer: Drawer): number => drawer.editor.selection.ids.size

function withBox(): Readonly<{ alice: Drawer; box: BoardShape }> {
  const alice = new Drawer(1, room())
  alice.editor.setStyle({ fill: 'solid' })
  return { alice, box: alice.make('rectangle', 100, 100, 200, 160) }
}

test('[BO6] a press chooses, Shift adds and takes away, and a press on nothing lets go', () => {
  const { alice } = withBox()
  alice.make('ellipse', 300, 100, 400, 160)
  alice.press(150, 130)
  assert.equal(chosen(alice), 1)
  alice.press(350, 130, { shift: true })
  assert.equal(chosen(alice), 2)
  alice.press(350, 130, { shift: true })
  assert.equal(chosen(alice), 1)
  alice.press(600, 600)
  assert.equal(chosen(alice), 0)
  alice.down(50, 50).move(250, 200).up()
  assert.equal(chosen(alice), 1, 'and what is caught')
})

test('a shape without a filling is chosen by its edge, and not through it', () => {
  using alice = new Drawer(1, room())
  alice.make('rectangle', 100, 100, 200, 160)
  alice.press(150, 130)
  assert.equal(chosen(alice), 0)
  alice.press(100, 130)
  assert.equal(chosen(alice), 1)
})

test('[BO3] [BO6] a shape that is moved is written once, beside its row, when it is put down', () => {
  const { alice, box } = withBox()
  const before = alice.document.writes()
  alice.press(150, 130).down(150, 130).move(160, 130).move(190, 150)
  assert.deepEqual([at(alice.now(box)), alice.document.writes()], [[100, 100, 100, 60], before])
  alice.up()
  assert.deepEqual([at(alice.now(box)), alice.document.writes()], [[140, 120, 100, 60], before + 1])
  assert.equal(alice.now(box).row, box.row, 'the row is what it was')
  alice.editor.undo()
  assert.deepEqual(at(alice.now(box)), [100, 100, 100, 60])
  alice.editor.redo()
  assert.deepEqual(at(alice.now(box)), [140, 120, 100, 60])
})

test('[BO3] a move that is given up has moved nothing', () => {
  const { alice, box } = withBox()
  alice.press(150, 130).down(150, 130).move(190, 150).run('cancel').up()
  assert.deepEqual([at(alice.now(box)), alice.editor.lift.figures.size], [[100, 100, 100, 60], 0])
})

test('Shift keeps a move to one direction, Alt leaves a copy', () => {
  const { alice, box } = withBox()
  alice.press(150, 130).down(150, 130).move(190, 140, { shift: true }).up()
  assert.deepEqual(at(alice.now(box)), [140, 100, 100, 60])
  alice.down(190, 130).move(190, 330, { alt: true }).up()
  assert.deepEqual([alice.board.count, at(alice.now(box))], [2, [140, 100, 100, 60]])
  assert.deepEqual(at(alice.editor.selection.shapes[0]!), [140, 300, 100, 60])
})

test('handles stretch: a side, a corner in proportion, from the middle, and over to the other side', () => {
  const { alice, box } = withBox()
  alice.down(200, 130).move(260, 130).up()
  assert.deepEqual(at(alice.now(box)), [100, 100, 160, 60])
  alice.editor.undo()
  alice.down(200, 160).move(300, 160, { shift: true }).up()
  assert.deepEqual(at(alice.now(box)), [100, 100, 200, 120])
  alice.editor.undo()
  alice.down(200, 130).move(220, 130, { alt: true }).up()
  assert.deepEqual(at(alice.now(box)), [80, 100, 140, 60])
  alice.editor.undo()
  alice.down(200, 130).move(50, 130).up()
  assert.deepEqual([...at(alice.now(box)), alice.now(box).place.isFlippedX], [50, 100, 50, 60, true])
})

test('the handle above turns around the middle; with Shift in steps of 15 degrees', () => {
  const { alice, box } = withBox()
  alice.down(150, 76).move(250, 130).up()
  assert.equal(alice.now(box).place.turn, 90)
  assert.deepEqual(at(alice.now(box)), [100, 100, 100, 60])
  alice.editor.undo()
  alice.down(150, 76).move(180, 72, { shift: true }).up()
  assert.equal(alice.now(box).place.turn, 30)
})

test('a turned shape is stretched along its own sides', () => {
  const { alice, box } = withBox()
  alice.down(150, 76).move(250, 130).up()
  // Its right side is below now.
  alice.down(150, 180).move(150, 220).up()
  const { width, height, turn } = alice.now(box).place
  assert.deepEqual([width, height, turn], [140, 60, 90])
})

test('arrow keys move by a px, with Shift by ten; without anything chosen they move the board', () => {
  const { alice, box } = withBox()
  alice.run('right', 'down-far')
  assert.deepEqual(at(alice.now(box)), [101, 110, 100, 60])
  const { x } = alice.editor.camera
  alice.run('cancel', 'right')
  assert.deepEqual([alice.editor.camera.x, at(alice.now(box))[0]], [x + 64, 101])
})

test('copies come on top with all they have, and cut takes away', () => {
  const { alice, box } = withBox()
  alice.type(150, 130, 'House').run('cancel', 'copy', 'paste')
  const [copy] = alice.editor.selection.shapes
  assert.deepEqual([copy?.text, copy?.style.fill, alice.board.count], ['House', 'solid', 2])
  assert.ok(copy!.order > box.order)
  alice.run('duplicate')
  assert.equal(alice.board.count, 3)
  alice.run('cut')
  assert.equal(alice.board.count, 2)
  alice.run('paste', 'delete')
  assert.equal(alice.board.count, 2)
  alice.editor.undo()
  assert.equal(alice.board.count, 3)
})

test('[BO6] what is deleted leaves nothing beside it, and comes back with all of it', () => {
  const { alice, box } = withBox()
  alice.type(150, 130, 'House').run('cancel', 'right', 'lock', 'lock', 'delete')
  assert.deepEqual([...alice.document.doc.getMap('shapes').keys()], [])
  alice.editor.undo()
  assert.deepEqual([alice.now(box).text, at(alice.now(box))[0]], ['House', 101])
})

test('[BO6] order: to the front, to the back, one up, one down', () => {
  using alice = new Drawer(1, room())
  const shapes = [0, 1, 2].map((i) => alice.make('rectangle', 300 * i, 0, 300 * i + 100, 100))
  const names = (): string =>
    alice.board
      .pile()
      .map(({ id }) => shapes.findIndex((shape) => shape.id === id))
      .join('')
  alice.editor.selection.set([shapes[0]!.id])
  for (const [command, order] of [
    ['forward', '102'],
    ['front', '120'],
    ['backward', '102'],
    ['back', '012'],
  ] as const) {
    alice.run(command)
    assert.equal(names(), order, command)
  }
})

test('one shape of a group can be chosen alone, and another’s group is whole again after it', () => {
  const { alice, box } = withBox()
  const other = alice.make('ellipse', 300, 100, 400, 160)
  alice.run('choose-all', 'group', 'cancel')
  alice.editor.selection.setAlone(alice.now(box))
  alice.run('right')
  assert.deepEqual([at(alice.now(box))[0], at(alice.now(other))[0], chosen(alice)], [101, 300, 1])
  alice.run('cancel').press(150, 130)
  assert.equal(chosen(alice), 2)
})

test('a group is chosen whole, gone into by a double press, copied as another, and dissolved', () => {
  const { alice } = withBox()
  alice.make('ellipse', 300, 100, 400, 160)
  alice.run('choose-all', 'group', 'cancel').press(150, 130)
  assert.equal(chosen(alice), 2)
  alice.editor.doubleClick(alice.input(150, 130))
  assert.equal(chosen(alice), 1)
  alice.press(600, 600).press(150, 130).run('duplicate')
  assert.equal(new Set(alice.board.pile().flatMap(({ groups }) => groups)).size, 2)
  alice.run('ungroup')
  assert.equal(new Set(alice.board.pile().flatMap(({ groups }) => groups)).size, 1)
})

test('what is locked is neither pressed, moved, erased nor deleted, until it is free again', () => {
  const { alice, box } = withBox()
  alice.run('lock', 'delete', 'right')
  assert.deepEqual(at(alice.now(box)), [100, 100, 100, 60])
  alice.run('cancel').press(150, 130)
  assert.equal(chosen(alice), 0)
  alice.tool('eraser').down(50, 130).move(250, 130).up()
  assert.equal(alice.board.count, 1)
  alice.tool('select').editor.selection.set([box.id])
  alice.run('lock', 'right')
  assert.equal(at(alice.now(box))[0], 101)
})

test('shapes are mirrored, brought into line, and spread evenly', () => {
  using alice = new Drawer(1, room())
  const [a, b, c] = [
    alice.make('rectangle', 0, 0, 40, 40),
    alice.make('rectangle', 50, 100, 90, 140),
    alice.make('rectangle', 300, 300, 340, 340),
  ] as const
  alice.run('choose-all', 'distribute-x')
  assert.deepEqual(
    [a, b, c].map((shape) => alice.now(shape).place.x),
    [0, 150, 300],
  )
  alice.run('align-top')
  assert.deepEqual(
    [a, b, c].map((shape) => alice.now(shape).place.y),
    [0, 0, 0],
  )
  alice.run('flip-x')
  assert.deepEqual(
    [a, b, c].map((shape) => alice.now(shape).place.x),
    [300, 150, 0],
  )
})

test('[BO4] what Bob has moved since is his: undo by Alice neither moves it back nor takes it away', () => {
  const shared = room()
  using alice = new Drawer(1, shared)
  using bob = new Drawer(2, shared)
  alice.editor.setStyle({ fill: 'solid' })
  const box = alice.make('rectangle', 100, 100, 200, 160)
  alice.press(150, 130).run('right')
  exchange(alice.document.doc, bob.document.doc)
  bob.tool('select').press(150, 130).run('down-far')
  exchange(alice.document.doc, bob.document.doc)
  alice.editor.undo()
  alice.editor.undo()
  assert.deepEqual(at(alice.now(box)), [101, 110, 100, 60])
  bob.editor.undo()
  exchange(alice.document.doc, bob.document.doc)
  assert.deepEqual(at(alice.now(box)), [101, 100, 100, 60])
})

test('[W4] what Alice moves is seen by Bob as she moves it, and stays until the document says the same', () => {
  const shared = room()
  using alice = new Drawer(1, shared)
  using bob = new Drawer(2, shared)
  alice.editor.setStyle({ fill: 'solid' })
  const box = alice.make('rectangle', 100, 100, 200, 160)
  exchange(alice.document.doc, bob.document.doc)
  alice.press(150, 130).down(150, 130).move(170, 130)
  shared.world.pass(40)
  alice.move(190, 150)
  shared.world.pass(40)
  const [lift] = bob.live.lifts()
  assert.deepEqual([[...lift!.ids], lift!.matrix], [[box.id], [1, 0, 0, 1, 40, 20]])
  alice.up()
  shared.world.pass(40)
  assert.equal(bob.live.lifts().length, 1)
  exchange(alice.document.doc, bob.document.doc)
  assert.deepEqual([bob.live.lifts().length, at(bob.now(box))], [0, [140, 120, 100, 60]])
})

test('with Ctrl a shape falls into line with others, and with the grid on it keeps to that', () => {
  const { alice, box } = withBox()
  alice.make('rectangle', 400, 300, 500, 400)
  alice.press(150, 130).down(150, 130).move(449, 200, { ctrl: true })
  assert.equal(alice.editor.hints.guides.length, 1)
  alice.up()
  assert.equal(alice.now(box).place.x, 400)
  alice.editor.setGrid(true)
  alice.down(450, 200).move(461, 205).up()
  assert.deepEqual(at(alice.now(box)).slice(0, 2), [408, 168])
})
