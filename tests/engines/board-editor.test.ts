/** Gestures, and what becomes of them in the document. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { outlineOf } from '#shared/board/outline.ts'
import type { Notice } from '#web/board/engine/editor-state.ts'
import { commandOf, type EditorCommand, type KeyInput } from '#web/board/engine/keys.ts'
import type { PointerInput } from '#web/board/engine/tools/node.ts'
import { Touches } from '#web/board/engine/touches.ts'
import { Drawer, exchange, FakeLive, fakeDocument, fakeStorage, FakeWorld } from '../support/fake-board.ts'

const room = () => ({ world: new FakeWorld(), live: new FakeLive() })

test('[BO3] nothing enters the document until the pointer goes up, and then in one transaction', () => {
  using alice = new Drawer(1, room())
  alice.down(0, 0)
  for (let x = 1; x <= 100; x++) alice.move(x, 0)
  assert.equal(alice.document.writes(), 0)
  assert.equal(alice.editor.state.isBusy, true)
  alice.up()
  assert.equal(alice.document.writes(), 1)
  const [shape] = alice.board.pile()
  assert.deepEqual(Array.from(outlineOf(shape!)).slice(-3), [100, 0, 0.5])
  assert.deepEqual([alice.editor.state.shapeCount, alice.editor.state.isBusy], [1, false])
})

test('[BO3] a tap is a dot', () => {
  using alice = new Drawer(1, room())
  alice.down(5, 6).up()
  assert.equal(outlineOf(alice.board.pile()[0]!).length, 3)
})

test('[BO3] giving a stroke up leaves nothing; being interrupted keeps what was drawn', () => {
  using alice = new Drawer(1, room())
  alice.down(0, 0).move(50, 0).editor.run('cancel')
  assert.deepEqual([alice.document.writes(), alice.editor.state.canUndo], [0, false])
  alice.move(80, 0).up()
  assert.equal(alice.document.writes(), 0, 'the pointer is still down, but draws no more')
  alice.down(0, 0).move(50, 0).editor.setTool('hand')
  assert.deepEqual([alice.document.writes(), alice.board.count], [1, 1])
})

test('[BO3] a second touch within 80 ms makes a pinch of a stroke, of which nothing stays', () => {
  const { world, live } = room()
  using alice = new Drawer(1, { world, live })
  const touches = new Touches()
  const touch = (id: number, x: number): PointerInput => alice.input(x, 0, { id, kind: 'touch' })
  touches.down(touch(1, 0), false)
  alice.down(0, 0, { kind: 'touch' })
  world.pass(60)
  touches.move(touch(1, 40))
  alice.move(40, 0)
  const step = touches.down(touch(2, 100), false)
  assert.ok(step.kind === 'pinch' && step.before === 'cancel')
  alice.editor.cancel()
  alice.editor.startPinch(step.first, touch(2, 100))
  alice.editor.pinch({ x: 10, y: 0 }, { x: 130, y: 0 })
  assert.equal(alice.editor.camera.zoom, 2)
  alice.up()
  assert.deepEqual([alice.document.writes(), alice.board.count, alice.editor.look], [0, 0, 'crosshair'])
})

test('[BO3] the eraser fades what it touches, and takes all of it in one transaction', () => {
  using alice = new Drawer(1, room())
  alice.draw(0, 0).draw(0, 20).draw(0, 500)
  const before = alice.document.writes()
  alice.editor.setTool('eraser')
  alice.down(25, -30).move(25, 40)
  assert.equal(alice.editor.faded.size, 2)
  assert.deepEqual([alice.board.count, alice.document.writes()], [3, before])
  alice.up()
  assert.deepEqual([alice.board.count, alice.document.writes()], [1, before + 1])
  assert.equal(alice.editor.faded.size, 0)
  alice.editor.undo()
  assert.deepEqual([alice.board.count, alice.document.writes()], [3, before + 2])
})

test('[BO3] an eraser that is given up has erased nothing', () => {
  using alice = new Drawer(1, room())
  alice.draw(0, 0).editor.setTool('eraser')
  alice.down(25, -30).move(25, 40).editor.cancel()
  assert.deepEqual([alice.board.count, alice.editor.faded.size], [1, 0])
})

test('people who may only look move the board with every tool, and neither draw, erase nor undo', () => {
  using alice = new Drawer(1, room())
  alice.draw(0, 0)
  alice.document.set({ canWrite: false })
  assert.equal(alice.editor.state.canDraw, false)
  alice.down(0, 100).move(50, 100)
  assert.equal(alice.editor.ink.running, null)
  alice.up().editor.setTool('eraser')
  alice.down(25, -30).move(25, 40)
  assert.equal(alice.editor.faded.size, 0, 'nothing looks as if it could go')
  alice.up()
  alice.editor.undo()
  assert.deepEqual([alice.board.count, alice.document.writes()], [1, 1])
  assert.equal(alice.editor.camera.x, -50)
  alice.editor.setTool('hand')
  alice.down(0, 0).move(30, 0).up()
  assert.equal(alice.editor.camera.x, -80)
})

test('[BO4] undo takes back one’s own strokes, never another’s', () => {
  const shared = room()
  using alice = new Drawer(1, shared)
  using bob = new Drawer(2, shared)
  alice.draw(0, 0)
  exchange(alice.document.doc, bob.document.doc)
  bob.draw(0, 100)
  exchange(alice.document.doc, bob.document.doc)
  alice.editor.undo()
  assert.deepEqual(
    alice.board.pile().map(({ id }) => id[0]),
    ['2'],
  )
  alice.editor.redo()
  assert.equal(alice.board.count, 2)
})

test('[BO4] a sheet that was left and is shown again: what was done before can be taken back, as far as it still is so', () => {
  const shared = room()
  const before = new Drawer(1, shared)
  using bob = new Drawer(2, shared)
  before.draw(0, 0).draw(0, 100).draw(0, 200)
  before.editor.undo()
  const { history } = before.editor.author
  exchange(before.document.doc, bob.document.doc)
  before[Symbol.dispose]()
  bob.editor.setTool('eraser')
  bob.down(25, 80).move(25, 120).up()

  const document = fakeDocument(1)
  exchange(document.doc, bob.document.doc)
  using alice = new Drawer(1, { ...shared, history }, document)
  assert.deepEqual(
    [alice.board.count, alice.editor.state.canUndo, alice.editor.state.canRedo],
    [1, true, true],
  )
  alice.editor.redo()
  assert.equal(alice.board.count, 2)
  alice.editor.undo()
  alice.editor.undo()
  assert.equal(alice.board.count, 1, 'the second is erased already')
  alice.editor.undo()
  assert.deepEqual([alice.board.count, alice.editor.state.canUndo], [0, false])
})

test('[BO4] where others have erased everything, undo says so, and takes back nothing more', () => {
  const shared = room()
  using alice = new Drawer(1, shared)
  using bob = new Drawer(2, shared)
  const notices: Notice[] = []
  alice.editor.onNotice((notice) => notices.push(notice))
  alice.draw(0, 0).draw(0, 100)
  exchange(alice.document.doc, bob.document.doc)
  bob.editor.setTool('eraser')
  bob.down(25, 80).move(25, 120).up()
  exchange(alice.document.doc, bob.document.doc)
  alice.editor.undo()
  assert.deepEqual([notices, alice.board.count], [['nothing-left-to-undo'], 1])
  alice.editor.undo()
  assert.deepEqual([notices.length, alice.board.count, alice.editor.state.canUndo], [1, 0, false])
})

test('[BO4] [BO1] another’s stroke that one had erased comes back as it was, and can go again', () => {
  const shared = room()
  using alice = new Drawer(1, shared)
  using bob = new Drawer(2, shared)
  bob.draw(0, 0)
  const his = bob.board.pile()[0]!
  exchange(alice.document.doc, bob.document.doc)
  alice.editor.setTool('eraser')
  alice.down(25, -30).move(25, 30).up()
  assert.equal(alice.board.count, 0)
  alice.editor.undo()
  const back = alice.board.pile()[0]!
  assert.deepEqual([back.id, back.row], [his.id, his.row])
  alice.editor.redo()
  assert.equal(alice.board.count, 0)
  alice.editor.undo()
  assert.equal(alice.board.count, 1)
})

test('[BO4] undo in the middle of a stroke takes back that stroke alone', () => {
  using alice = new Drawer(1, room())
  alice.draw(0, 0).down(0, 100).move(50, 100).editor.undo()
  assert.deepEqual([alice.board.count, alice.editor.state.canRedo], [1, true])
})

test('a page that dies while drawing brings the stroke back, once, and only to who drew it', () => {
  const { world, live } = room()
  const kept = new Map<string, string>()
  const storage = fakeStorage(kept)
  const dying = new Drawer(1, { world, live, storage })
  dying.down(0, 0).move(50, 0)
  world.pass(600)
  assert.equal(kept.size, 1)
  const left = new Map(kept)
  using bob = new Drawer(2, {
    world: new FakeWorld(),
    live: new FakeLive(),
    storage: fakeStorage(new Map(left)),
  })
  assert.equal(bob.board.count, 0)
  const document = fakeDocument(1)
  document.set({ isLoaded: false })
  using alice = new Drawer(
    1,
    { world: new FakeWorld(), live: new FakeLive(), storage: fakeStorage(left) },
    document,
  )
  assert.equal(alice.board.count, 0, 'not before it is known what the document holds')
  document.set({ isLoaded: true })
  document.set({ isSynced: true })
  assert.deepEqual([alice.board.count, alice.document.writes(), left.size], [1, 1, 0])
})

test('a page that dies as the stroke ends brings it back, but not what was taken back or is stored', () => {
  for (const [then, count] of [
    [() => undefined, 1],
    [(alice: Drawer) => alice.editor.undo(), 0],
    [(_: Drawer, world: FakeWorld) => world.pass(2_000), 0],
  ] as const) {
    const storage = fakeStorage()
    const world = new FakeWorld()
    const alice = new Drawer(1, { world, live: new FakeLive(), storage })
    alice.draw(0, 0)
    then(alice, world)
    // The page goes before its copy of the document is written: the next one begins with an empty board.
    using next = new Drawer(1, { ...room(), storage })
    assert.equal(next.board.count, count)
    alice[Symbol.dispose]()
  }
})

test('a stroke that may not be written when it ends is kept, and enters when it may be', () => {
  const storage = fakeStorage()
  const document = fakeDocument(1)
  using alice = new Drawer(1, { ...room(), storage }, document)
  alice.down(0, 0).move(50, 0)
  document.set({ canWrite: false })
  alice.up()
  assert.deepEqual([document.writes(), alice.editor.state.canUndo], [0, false])
  document.set({ canWrite: true })
  assert.deepEqual([document.writes(), alice.board.count], [1, 1])
  document.set({ hasUnsent: true })
  assert.equal(alice.board.count, 1, 'and only once')
})

test('a gesture ends when the right to draw goes; from then on every pointer is a hand, until it is back', () => {
  const document = fakeDocument(1)
  using alice = new Drawer(1, room(), document)
  alice.down(0, 0).move(50, 0)
  document.set({ canWrite: false })
  assert.equal(alice.editor.ink.running, null)
  assert.deepEqual([alice.editor.look, alice.editor.state.isBusy], ['grab', false])
  alice.up().down(0, 0).move(30, 0).up()
  assert.deepEqual([alice.editor.camera.x, alice.document.writes()], [-30, 0])
  document.set({ canWrite: true })
  assert.deepEqual([alice.editor.look, alice.editor.state.tool], ['crosshair', 'pen'])
})

test('a storage that is full or forbidden stops nobody from drawing', () => {
  const refuse = (): never => {
    throw new DOMException('full', 'QuotaExceededError')
  }
  const { world, live } = room()
  using alice = new Drawer(1, {
    world,
    live,
    storage: { getItem: refuse, setItem: refuse, removeItem: refuse },
  })
  alice.down(0, 0).move(50, 0)
  world.pass(2_000)
  alice.up()
  assert.equal(alice.board.count, 1)
})

test('the origin stays in the middle while the page finds its size, and in its place once the board is touched', () => {
  using alice = new Drawer(1, room())
  alice.editor.view.setSize({ width: 800, height: 900 })
  alice.editor.view.setSize({ width: 800, height: 600 })
  assert.deepEqual([alice.editor.camera.x, alice.editor.camera.y], [-400, -300])
  alice.draw(400, 300)
  alice.editor.view.setSize({ width: 600, height: 500 })
  assert.deepEqual([alice.editor.camera.x, alice.editor.camera.y], [-400, -300])
  alice.editor.view.panBy(10, 0)
  alice.editor.view.setSize({ width: 800, height: 600 })
  assert.deepEqual([alice.editor.camera.x, alice.editor.camera.y], [-410, -300])
})

test('fitting finds what is out of sight', () => {
  using alice = new Drawer(1, room())
  alice.editor.view.setSize({ width: 800, height: 600 })
  alice.draw(400, 300)
  assert.equal(alice.editor.state.isLost, false)
  alice.editor.view.panBy(5_000, 0)
  assert.equal(alice.editor.state.isLost, true)
  alice.editor.run('fit')
  assert.equal(alice.editor.state.isLost, false)
})

test('keys choose tools, undo, move and zoom; those of the browser stay its own', () => {
  const press = (key: string, over: Partial<KeyInput> = {}) =>
    commandOf({ key, code: '', ctrl: false, shift: false, alt: false, ...over })
  assert.deepEqual(
    ['p', 'd', 'E', 'h', 'Escape', 'ArrowLeft'].map((key) => press(key)),
    ['pen', 'pen', 'eraser', 'hand', 'cancel', 'left'],
  )
  assert.equal(press('z', { ctrl: true }), 'undo')
  assert.equal(press('Z', { ctrl: true, shift: true }), 'redo')
  assert.equal(press('y', { ctrl: true }), 'redo')
  assert.equal(press('0', { ctrl: true }), 'zoom-reset')
  assert.equal(press('!', { code: 'Digit1', shift: true }), 'fit')
  assert.equal(press('9'), 'picture')
  for (const key of ['z', 'm', 'Tab']) assert.equal(press(key), null, key)
  for (const key of ['p', 'r', 't', 'w', 'n']) assert.equal(press(key, { ctrl: true }), null, key)
  assert.equal(press('e', { alt: true }), null)
  using alice = new Drawer(1, room())
  alice.editor.view.setSize({ width: 800, height: 600 })
  const { x } = alice.editor.camera
  for (const key of ['e', 'ArrowRight']) alice.editor.run(press(key) as EditorCommand)
  assert.deepEqual([alice.editor.state.tool, alice.editor.camera.x], ['eraser', x + 64])
})
