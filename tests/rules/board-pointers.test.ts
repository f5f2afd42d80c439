/** Which pointer acts on the board, and what a wheel asks of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PointerInput } from '#web/board/engine/tools/node.ts'
import { Touches } from '#web/board/engine/touches.ts'
import { wishOf } from '#web/board/engine/wheel.ts'

const noKeys = { shift: false, alt: false, ctrl: false }

function pointer(id: number, over: Partial<PointerInput> = {}): PointerInput {
  return { id, x: 0, y: 0, kind: 'touch', pressure: 0.5, button: 'main', atMs: 0, ...noKeys, ...over }
}

test('a second finger within 80 ms turns a young stroke into a pinch', () => {
  const touches = new Touches()
  touches.down(pointer(1), false)
  touches.move(pointer(1, { x: 30, atMs: 40 }))
  const step = touches.down(pointer(2, { x: 90, atMs: 79 }), false)
  assert.deepEqual([step.kind, 'before' in step && step.before], ['pinch', 'cancel'])
  assert.deepEqual(
    touches.pinching?.map(({ x }) => x),
    [30, 90],
  )
})

test('a second finger beside an older stroke is a resting hand', () => {
  const touches = new Touches()
  touches.down(pointer(1), false)
  touches.move(pointer(1, { x: 30, atMs: 100 }))
  assert.equal(touches.down(pointer(2, { atMs: 120 }), false).kind, 'ignore')
  assert.equal(touches.activeId, 1)
  assert.equal(touches.move(pointer(2, { x: 5 })), false)
  assert.equal(touches.up(2), false)
})

test('a finger that has hardly moved still becomes a pinch: nobody puts two down at the same moment', () => {
  const touches = new Touches()
  touches.down(pointer(1), false)
  assert.equal(touches.down(pointer(2, { x: 90, atMs: 400 }), false).kind, 'pinch')
})

test('a pinch ends with its first finger, and the other does nothing until it is lifted', () => {
  const touches = new Touches()
  touches.down(pointer(1), false)
  touches.down(pointer(2), false)
  assert.equal(touches.up(2), true)
  assert.equal(touches.move(pointer(1, { x: 9 })), false)
  assert.equal(touches.up(1), false)
})

test('from the first pen on, fingers move the board and the pen draws', () => {
  const touches = new Touches()
  touches.down(pointer(1, { kind: 'pen' }), false)
  touches.up(1)
  assert.deepEqual(touches.down(pointer(2), false), { kind: 'begin', tool: 'hand', before: 'none' })
  assert.deepEqual(touches.down(pointer(3, { kind: 'pen', atMs: 900 }), false), {
    kind: 'begin',
    tool: null,
    before: 'interrupt',
  })
})

test('what a palm drew less than 500 ms before the pen is taken back', () => {
  const touches = new Touches()
  touches.down(pointer(1), false)
  const step = touches.down(pointer(2, { kind: 'pen', atMs: 500 }), false)
  assert.deepEqual(step, { kind: 'begin', tool: null, before: 'cancel' })
  assert.equal(touches.up(1), false, 'the palm is lifted later')
  assert.equal(touches.activeId, 2)
})

test('the eraser end of a pen erases, the middle button and a held Space move, other buttons do nothing', () => {
  const stepOf = (input: Partial<PointerInput>, isHand = false): unknown =>
    new Touches().down(pointer(1, input), isHand)
  assert.deepEqual(stepOf({ kind: 'pen', button: 'eraser' }), {
    kind: 'begin',
    tool: 'eraser',
    before: 'none',
  })
  assert.deepEqual(stepOf({ kind: 'mouse', button: 'middle' }), {
    kind: 'begin',
    tool: 'hand',
    before: 'none',
  })
  assert.deepEqual(stepOf({ kind: 'mouse' }, true), { kind: 'begin', tool: 'hand', before: 'none' })
  assert.deepEqual(stepOf({ kind: 'mouse', button: 'other' }), { kind: 'ignore' })
})

test('whatever comes down and goes up, no gesture outlives its pointers', () => {
  const event = fc.record({
    id: fc.integer({ min: 1, max: 3 }),
    kind: fc.constantFrom('touch', 'pen', 'mouse'),
    isDown: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      const touches = new Touches()
      const down = new Set<number>()
      events.forEach(({ id, kind, isDown }, index) => {
        if (isDown && !down.has(id)) {
          down.add(id)
          touches.down(pointer(id, { kind, atMs: index * 50, x: index * 10 }), false)
        } else if (!isDown && down.delete(id)) touches.up(id)
      })
      for (const id of down) touches.up(id)
      assert.equal(touches.activeId, null)
      assert.equal(touches.pinching, null)
    }),
  )
})

test('a wheel moves the board, sideways with Shift, and zooms with Ctrl by bounded steps', () => {
  const wheel = { deltaX: 0, deltaY: 100, deltaMode: 0, ctrl: false, shift: false }
  assert.deepEqual(wishOf(wheel), { pan: { x: -0, y: -100 } })
  assert.deepEqual(wishOf({ ...wheel, shift: true }), { pan: { x: -100, y: 0 } })
  assert.deepEqual(wishOf({ ...wheel, deltaY: 3, deltaMode: 1 }), { pan: { x: -0, y: -48 } })
  const out = wishOf({ ...wheel, ctrl: true })
  assert.ok('zoomFactor' in out && out.zoomFactor > 0.75 && out.zoomFactor < 0.8)
  const back = wishOf({ ...wheel, ctrl: true, deltaY: -5000 })
  assert.ok('zoomFactor' in back && Math.abs(back.zoomFactor * out.zoomFactor - 1) < 1e-9)
})
