/** Where the floating call stands, and who keeps a room's session open. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { PersonId, RoomId } from '#shared/ids.ts'
import { cornerAfter, corners, nearestCorner, readCorner } from '#web/call/float-corner.ts'
import type { RoomSession } from '#web/sync/room-session.ts'
import { endSession, isSessionOpen, sessionOf, useSession } from '#web/sync/session-users.ts'

const view = { width: 1000, height: 600 }

test('what is let go of stands in the nearest corner, also where lines run from right to left', () => {
  assert.equal(nearestCorner({ x: 900, y: 20 }, view, false), 'top-end')
  assert.equal(nearestCorner({ x: 900, y: 20 }, view, true), 'top-start')
  assert.equal(nearestCorner({ x: 100, y: 599 }, view, false), 'bottom-start')
})

test('arrow keys lead from corner to corner, and never out of the window', () => {
  assert.equal(cornerAfter('top-start', 'ArrowRight', false), 'top-end')
  assert.equal(cornerAfter('top-start', 'ArrowRight', true), 'top-start')
  assert.equal(cornerAfter('top-end', 'ArrowDown', false), 'bottom-end')
  assert.equal(cornerAfter('top-end', 'ArrowUp', false), 'top-end')
  for (const corner of corners) assert.equal(cornerAfter(corner, 'Enter', false), null)
})

test('a corner that is none is where the card begins', () => {
  assert.equal(readCorner('top-end'), 'top-end')
  for (const nonsense of [null, 'middle', 3]) assert.equal(readCorner(nonsense), 'bottom-start')
})

function session(room: string): Readonly<{ opened: RoomSession; disposals: () => number }> {
  let count = 0
  const opened = {
    roomId: room as RoomId,
    personId: 'ada' as PersonId,
    [Symbol.dispose]: () => {
      count += 1
    },
  } as RoomSession
  return { opened, disposals: () => count }
}

test('a session ends with the last who uses it, once, and is found until then', () => {
  const { opened, disposals } = session('porch')
  const page = useSession(opened)
  const call = useSession(opened)
  page()
  page()
  assert.equal(disposals(), 0)
  assert.equal(sessionOf('porch' as RoomId, 'ada' as PersonId), opened)
  assert.equal(sessionOf('porch' as RoomId, 'ben' as PersonId), null)
  call()
  call()
  assert.equal(disposals(), 1)
  assert.equal(sessionOf('porch' as RoomId, 'ada' as PersonId), null)
})

test('a session that is over is over for all who use it', () => {
  const { opened, disposals } = session('porch')
  const page = useSession(opened)
  const call = useSession(opened)
  endSession(opened)
  assert.equal(isSessionOpen(opened), false)
  page()
  call()
  assert.equal(disposals(), 1)
})
