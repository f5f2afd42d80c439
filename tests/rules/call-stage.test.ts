/** The call's stage: where tiles stand, who is large, and whose turn it is to speak. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { nobodysTurn, takeTurns, type Turn } from '#web/call/active-speaker.ts'
import type { ParticipantSnapshot } from '#web/call/engine/call.ts'
import { layoutStage, layoutStrip, type StageLayout } from '#web/call/stage-layout.ts'
import { orderStage, screensInOrder, shownOf, type StageMode } from '#web/call/stage-order.ts'
import { goodQuality } from '#web/call/engine/quality.ts'
import { aspectMax, aspectMin, tileGrid, type Box, type Size } from '#web/call/tile-grid.ts'

const gap = 10
const anySize = fc.record({
  width: fc.integer({ min: 320, max: 3840 }),
  height: fc.integer({ min: 320, max: 2160 }),
})

function boxesOf({ main, tiles, more }: StageLayout): Box[] {
  return [main, ...tiles, more].filter((box) => box !== null)
}

function assertWithin(boxes: readonly Box[], { width, height }: Size): void {
  for (const box of boxes) {
    assert.ok(box.start >= 0 && box.top >= 0, 'it begins on the stage')
    assert.ok(box.start + box.width <= width && box.top + box.height <= height, 'it ends on the stage')
    assert.ok(box.width > 0 && box.height > 0, 'it can be seen')
  }
}

function assertApart(boxes: readonly Box[]): void {
  for (const [i, a] of boxes.entries()) {
    for (const b of boxes.slice(i + 1)) {
      const isBeside = a.start + a.width <= b.start || b.start + b.width <= a.start
      const isAbove = a.top + a.height <= b.top || b.top + b.height <= a.top
      assert.ok(isBeside || isAbove, 'no two lie over each other')
    }
  }
}

/** Whole pixels: a quotient may be off by one of them. */
function assertShape({ width, height }: Box): void {
  assert.ok(width <= (height + 1) * aspectMax, `${String(width)} × ${String(height)} is too wide`)
  assert.ok(height <= (width + 1) / aspectMin, `${String(width)} × ${String(height)} is too tall`)
}

test('two people stand beside each other on a desk, and one above the other on a phone', () => {
  assert.deepEqual(tileGrid(2, { width: 1280, height: 700 }, gap), { width: 635, height: 700 })
  assert.deepEqual(tileGrid(2, { width: 390, height: 700 }, gap), { width: 390, height: 345 })
})

test('at any size every tile is on the stage, apart from the others, and not too wide or tall for a face', () => {
  fc.assert(
    fc.property(
      anySize,
      fc.integer({ min: 0, max: 16 }),
      fc.constantFrom('face' as const, 'screen' as const, null),
      (size, count, mainKind) => {
        const layout = layoutStage(mainKind, count, size, gap)
        const boxes = boxesOf(layout)
        assertWithin(boxes, size)
        assertApart(boxes)
        for (const box of layout.tiles) assertShape(box)
        if (layout.main !== null && mainKind === 'face') assertShape(layout.main)
        assert.equal(layout.main !== null, mainKind !== null)
        assert.equal(layout.more !== null, layout.tiles.length < count, 'whoever has no tile is told of')
      },
    ),
    { numRuns: 2_000 },
  )
})

test('the strip over the board holds as many as fit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 320, max: 3840 }), fc.integer({ min: 1, max: 16 }), (width, count) => {
      const size = { width, height: 112 }
      const layout = layoutStrip(count, size, gap)
      assertWithin(boxesOf(layout), size)
      assertApart(boxesOf(layout))
      assert.equal(layout.more !== null, layout.tiles.length < count)
    }),
  )
})

test('eight people fit a desk and a phone; on a stage too small for them the last tile tells of the rest', () => {
  assert.equal(layoutStage(null, 8, { width: 920, height: 640 }, gap).tiles.length, 8)
  assert.equal(layoutStage(null, 8, { width: 374, height: 560 }, gap).tiles.length, 8)
  const small = layoutStage(null, 8, { width: 320, height: 320 }, gap)
  assert.equal(small.tiles.length, 5)
  assert.ok(small.more !== null)
})

test('beside a screen on a phone three faces share the strip, and become narrower for it', () => {
  const { tiles, more } = layoutStage('screen', 3, { width: 374, height: 640 }, gap)
  assert.equal(tiles.length, 3)
  assert.equal(more, null)
  assert.ok(tiles.every(({ width, height }) => width < height))
})

test('a stage of no size is no fault', () => {
  for (const kind of ['face', 'screen', null] as const) layoutStage(kind, 3, { width: 0, height: 0 }, gap)
  assert.deepEqual(tileGrid(3, { width: 0, height: 0 }, gap), { width: 0, height: 0 })
})

// ── Who is large ──────────────────────────────────────────────────────────────────────────────
const picture = {} as MediaStream

function person(clientId: number, given: Partial<ParticipantSnapshot> = {}): ParticipantSnapshot {
  return {
    clientId,
    personId: null,
    name: `person ${String(clientId)}`,
    isSelf: clientId === 1,
    state: 'connected',
    hasMicrophone: true,
    hasCamera: true,
    hasScreen: given.screen !== undefined,
    isRecording: false,
    isSpeaking: false,
    quality: goodQuality,
    voice: null,
    camera: picture,
    screen: null,
    ...given,
  }
}

const wishes = { mode: 'grid' as StageMode, pinnedId: null, speakerId: null, screenIds: [] }
const three = [person(1), person(2), person(3)]

test('in the grid nobody is large; with the speaker large it is who speaks, never oneself', () => {
  assert.equal(orderStage(three, wishes).main, null)
  assert.equal(orderStage(three, { ...wishes, mode: 'speaker' }).main?.id, 'face:2')
  assert.equal(orderStage(three, { ...wishes, mode: 'speaker', speakerId: 3 }).main?.id, 'face:3')
  assert.equal(orderStage([person(1)], { ...wishes, mode: 'speaker' }).main, null)
})

test('the newest share takes the stage, an earlier one stays in the strip, and a pin comes before both', () => {
  const sharing = [person(1), person(2, { screen: picture }), person(3, { screen: picture })]
  const first = screensInOrder([], [person(1), person(2), person(3, { screen: picture })])
  const screenIds = screensInOrder(first, sharing)
  assert.deepEqual(screenIds, ['screen:3', 'screen:2'])
  const order = orderStage(sharing, { ...wishes, screenIds })
  assert.equal(order.main?.id, 'screen:2')
  assert.deepEqual(
    order.others.map(({ id }) => id),
    ['screen:3', 'face:1', 'face:2', 'face:3'],
  )
  assert.equal(orderStage(sharing, { ...wishes, screenIds, pinnedId: 'screen:3' }).main?.id, 'screen:3')
  assert.equal(orderStage(sharing, { ...wishes, screenIds, pinnedId: 'face:9' }).main?.id, 'screen:2')
  assert.equal(screensInOrder(screenIds, sharing), screenIds)
})

test('the own screen is shown small, but can be pinned, and is large where others look', () => {
  const sharing = [person(1, { screen: picture }), person(2)]
  const screenIds = screensInOrder([], sharing)
  assert.equal(orderStage(sharing, { ...wishes, screenIds }).main, null)
  assert.equal(orderStage(sharing, { ...wishes, screenIds, pinnedId: 'screen:1' }).main?.id, 'screen:1')
  assert.equal(orderStage(sharing, { ...wishes, screenIds, isForOthers: true }).main?.id, 'screen:1')
})

test('whoever speaks is among those shown, also where not all fit', () => {
  const { others } = orderStage(three, wishes)
  const ids = (speakerId: number | null) => shownOf(others, 2, speakerId).map(({ id }) => id)
  assert.deepEqual(ids(null), ['face:1', 'face:2'])
  assert.deepEqual(ids(3), ['face:1', 'face:3'])
  assert.deepEqual(shownOf(others, 0, 3), [])
})

// ── Whose turn it is ──────────────────────────────────────────────────────────────────────────
/** The turn after these were heard to speak, each for 200 ms. */
function after(heard: readonly (readonly number[])[], from: Turn = nobodysTurn, present = [2, 3]): Turn {
  return heard.reduce((turn, speaking, i) => takeTurns(turn, present, speaking, i * 200), from)
}

test('the first who speaks has the turn at once, and keeps it in silence', () => {
  assert.equal(after([[2]]).speakerId, 2)
  assert.equal(after([[2], [], [], [], [], []]).speakerId, 2)
})

test('a cough takes no turn, nor does who talks over the speaker; who goes on alone takes it', () => {
  const long = Array.from({ length: 12 }, () => [2])
  assert.equal(after([...long, [3], [], [3], []]).speakerId, 2)
  assert.equal(after([...long, [2, 3], [3, 2], [2, 3], [2, 3]]).speakerId, 2)
  assert.equal(after([...long, [3], [3], [3]]).speakerId, 3)
})

test('a turn lasts two seconds at least, whatever is said meanwhile', () => {
  const stretch = fc.record({
    speaking: fc.subarray([2, 3, 4], { maxLength: 2 }),
    looks: fc.integer({ min: 1, max: 12 }),
  })
  let changes = 0
  fc.assert(
    fc.property(fc.array(stretch, { minLength: 1, maxLength: 30 }), (stretches) => {
      const heard = stretches.flatMap(({ speaking, looks }) => Array.from({ length: looks }, () => speaking))
      let turn = nobodysTurn
      let sinceMs = 0
      for (const [i, speaking] of heard.entries()) {
        const next = takeTurns(turn, [2, 3, 4], speaking, i * 200)
        if (next.speakerId !== turn.speakerId) {
          if (turn.speakerId !== null) {
            changes += 1
            assert.ok(i * 200 - sinceMs >= 2_000)
          }
          sinceMs = i * 200
        }
        turn = next
      }
    }),
  )
  assert.ok(changes > 0, 'turns were taken')
})

test('whoever leaves has no turn any more', () => {
  const turn = after([[2]])
  assert.equal(takeTurns(turn, [3], [], 400).speakerId, null)
  assert.equal(takeTurns(turn, [3], [3], 400).speakerId, 3)
})
