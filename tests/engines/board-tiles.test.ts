/** A full board in tiles, and ink that grows: what is painted, how often, and that it is the same picture. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { BoardShape } from '#web/board/engine/board-doc.ts'
import { viewBox } from '#web/board/engine/camera.ts'
import type { Absent, Surface, View } from '#web/board/engine/render/painter.ts'
import type { PathPen } from '#web/board/engine/render/ink-path.ts'
import { RunningInk, tailMax } from '#web/board/engine/render/running-ink.ts'
import { Tiles, tileSide, type TileSurface } from '#web/board/engine/render/tiles.ts'
import { Drawer, FakeLive, FakeWorld } from '../support/fake-board.ts'

const nothing: Absent = { faded: new Set(), lifted: new Map(), writingIn: null }
const viewAt = (x: number, y: number, zoom = 1): View => ({
  camera: { x, y, zoom },
  size: { width: 4 * tileSide, height: 2 * tileSide },
  pixelRatio: 1,
})

/** What a tile's canvas has been given. */
type Painted = { shapes: Set<string>; isFreed: boolean }
type Shown = Readonly<{ from: Painted; left: number; top: number; width: number; height: number }>

/** Tiles of somebody's board whose canvases remember which shapes are on them, and whose time passes per tile. */
function tilesOf(drawer: Drawer, msPerTile = 0) {
  const onSurface = new Map<unknown, Painted>()
  const paintings: View[] = []
  const shown: Shown[] = []
  let nowMs = 1_000
  const tiles = new Tiles({
    board: drawer.board,
    newCanvas() {
      const canvas: Painted = { shapes: new Set(), isFreed: false }
      const surface = {} as Surface
      onSurface.set(surface, canvas)
      return { canvas: canvas as unknown as CanvasImageSource, surface, free: () => (canvas.isFreed = true) }
    },
    paint(surface, view, absent) {
      const shapes = drawer.board.shapesIn(viewBox(view.camera, view.size))
      const canvas = onSurface.get(surface)!
      canvas.shapes = new Set(shapes.filter(({ id }) => !absent.lifted.has(id)).map(({ id }) => id))
      paintings.push(view)
      nowMs += msPerTile
    },
    paintOver(surface, _view, { id }) {
      onSurface.get(surface)!.shapes.add(id)
    },
    nowMs: () => nowMs,
  })
  const surface: TileSurface = {
    setTransform: () => undefined,
    clearRect: () => undefined,
    drawImage(...call: readonly unknown[]) {
      const [from, , , , , left, top, width, height] = call as [Painted, ...number[]]
      shown.push({ from, left: left!, top: top!, width: width!, height: height! })
    },
  }
  return {
    tiles,
    paintings,
    shown,
    show(view: View, absent = nothing): boolean {
      shown.length = 0
      return tiles.show(surface, view, absent)
    },
    /** Until it wants no more frames. */
    finish(view: View, absent = nothing): void {
      for (let frame = 0; this.show(view, absent); frame++) {
        nowMs += 16
        assert.ok(frame < 500, 'it comes to an end')
      }
      paintings.length = 0
    },
    pass: (ms: number) => (nowMs += ms),
    /** Whether the picture has this shape. */
    shows: ({ id }: Pick<BoardShape, 'id'>) => shown.some(({ from }) => from.shapes.has(id)),
  }
}

function drawn(count: number): Drawer {
  const drawer = new Drawer(1, { world: new FakeWorld(), live: new FakeLive() })
  for (let index = 0; index < count; index++) drawer.draw((index % 20) * 60, Math.floor(index / 20) * 60)
  return drawer
}

test('a tile is painted once, however often the board moves, and the picture has no gap', () => {
  using alice = drawn(100)
  const board = tilesOf(alice)
  board.finish(viewAt(0, 0))
  for (let x = 0; x <= 100; x += 10) {
    assert.equal(board.show(viewAt(x, 0)), false)
    const area = board.shown.reduce((sum, { width, height }) => sum + width * height, 0)
    const lefts = new Set(board.shown.map(({ left }) => left))
    assert.equal(area, lefts.size * tileSide * 2 * tileSide)
    assert.ok(Math.min(...lefts) <= 0 && Math.max(...lefts) + tileSide >= 4 * tileSide)
  }
  assert.equal(board.paintings.length, 2, 'the two that came into sight')
})

test('what is drawn on top is painted into its tiles alone; what changes below paints only those anew', () => {
  using alice = drawn(100)
  const board = tilesOf(alice)
  alice.board.onChange((change) => {
    board.tiles.change(change)
  })
  board.finish(viewAt(0, 0))
  alice.draw(300, 10)
  const newest = alice.board.pile().at(-1)!
  assert.equal(board.show(viewAt(0, 0)), false)
  assert.deepEqual([board.paintings.length, board.shows(newest)], [0, true])
  alice.editor.undo()
  board.show(viewAt(0, 0))
  assert.equal(board.shows(newest), false)
  assert.ok(
    board.paintings.length > 0 && board.paintings.length <= 4,
    'at most two, there and in the overview',
  )
})

test('what somebody takes into their hand is gone from the picture in the same frame, and back with it', () => {
  using alice = drawn(100)
  const board = tilesOf(alice, 50)
  const shape = alice.board.pile()[3]!
  board.finish(viewAt(0, 0))
  board.show(viewAt(0, 0), { ...nothing, lifted: new Map([[shape.id, shape]]) })
  assert.equal(board.shows(shape), false)
  board.show(viewAt(0, 0))
  assert.equal(board.shows(shape), true)
})

test('a frame paints no longer than its share, and asks for another until nothing is missing', () => {
  using alice = drawn(100)
  const board = tilesOf(alice, 4)
  assert.equal(board.show(viewAt(0, 0)), true)
  assert.equal(board.paintings.length, 2, '4 ms and then 4 more are beyond 6')
  board.finish(viewAt(0, 0))
  assert.ok(alice.board.pile().slice(0, 10).every(board.shows))
})

test('while it is zoomed the old picture stands in, all of it; what rests is painted for its size', () => {
  using alice = drawn(100)
  const board = tilesOf(alice)
  board.finish(viewAt(0, 0))
  for (const zoom of [0.9, 0.8, 0.6, 0.5]) {
    board.pass(16)
    assert.equal(board.show(viewAt(0, 0, zoom)), true)
    assert.ok(alice.board.shapesIn(viewBox({ x: 0, y: 0, zoom }, viewAt(0, 0).size)).every(board.shows))
  }
  assert.equal(board.paintings.length, 0)
  board.pass(200)
  board.show(viewAt(0, 0, 0.5))
  assert.notDeepEqual(board.paintings, [])
  assert.ok(board.shown.some(({ width }) => width === tileSide))
})

test('tiles that were not seen for long are let go, and their memory with them', () => {
  using alice = drawn(100)
  const board = tilesOf(alice)
  for (let x = 0; x < 60 * tileSide; x += tileSide) board.finish(viewAt(x, 0))
  board.show(viewAt(0, 0))
  assert.ok(board.paintings.length > 0, 'the first were forgotten')
})

/** A path that counts what is traced, and where it goes. */
class CountingPath implements PathPen {
  static traced = 0
  readonly xs: number[] = []
  moveTo = (x: number): void => void this.xs.push(x)
  lineTo = (x: number): void => void this.xs.push(x)
  closePath = (): void => undefined
  quadraticCurveTo = (_cx: number, _cy: number, x: number): void => {
    CountingPath.traced += 1
    this.xs.push(x)
  }
}

test('a frame of a long stroke traces no more at its end than at its beginning, and leaves no gap', () => {
  const ink = new RunningInk(() => new CountingPath())
  const values: number[] = []
  const line = { values, width: 4, hasPressure: false }
  let tracedMax = 0
  for (let point = 0; point < 2_000; point++) {
    values.push(point * 3, 40 * Math.sin(point / 20), 0.5)
    CountingPath.traced = 0
    ink.paths(line, [])
    if (point < tailMax) tracedMax = Math.max(tracedMax, CountingPath.traced)
    else assert.ok(CountingPath.traced <= 2.5 * tracedMax, `${CountingPath.traced} at ${point}`)
  }
  const paths = ink.paths(line, [6_003, 0, 0.5])
  assert.ok(paths.length > 5)
  let reached = 0
  for (const { xs } of paths) {
    assert.ok(Math.min(...xs) <= reached + 3, 'each piece begins within the one before')
    reached = Math.max(...xs)
  }
  assert.ok(reached >= 5_997, 'and where the pen is expected is in it')
})

test('a long stroke that is made straight begins anew', () => {
  const ink = new RunningInk(() => new CountingPath())
  const values = Array.from({ length: 900 }, (_, index) => index)
  const line = { values, width: 4, hasPressure: false }
  assert.ok(ink.paths(line, []).length > 1)
  values.length = 6
  assert.equal(ink.paths(line, []).length, 1)
})
