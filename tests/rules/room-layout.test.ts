/** What of a room is in view. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  clampPanelWidth,
  firstLayout,
  panelWidth,
  show,
  togglePanel,
  visibleParts,
  withoutCall,
  type Part,
} from '#web/room/room-layout.ts'

const part = fc.constantFrom<Part>('board', 'call', 'chat', 'people')

test('whatever is brought into view is in view, on wide and on narrow screens', () => {
  fc.assert(
    fc.property(fc.array(part), part, fc.boolean(), (before, wanted, isNarrow) => {
      const layout = show(before.reduce(show, firstLayout), wanted)
      assert.ok(visibleParts(layout, isNarrow).has(wanted))
      assert.equal(visibleParts(layout, true).size, 1)
    }),
  )
})

test('a panel that is toggled twice is away; the stage stays', () => {
  const once = togglePanel(firstLayout, 'people')
  assert.deepEqual([...visibleParts(once, false)], ['board', 'people'])
  assert.deepEqual([...visibleParts(togglePanel(once, 'people'), false)], ['board'])
})

test('after the call nothing of it is in view', () => {
  fc.assert(
    fc.property(fc.array(part), fc.boolean(), (before, isNarrow) => {
      assert.ok(!visibleParts(withoutCall(before.reduce(show, firstLayout)), isNarrow).has('call'))
    }),
  )
})

test('the panel keeps a width that can be read', () => {
  assert.equal(clampPanelWidth(-5), panelWidth.min)
  assert.equal(clampPanelWidth(9_999), panelWidth.max)
  assert.equal(clampPanelWidth(401.4), 401)
})
