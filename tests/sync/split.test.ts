/** Changes that are larger than a frame: a day of drawing without a network, or half a board brought back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import * as Y from 'yjs'
import { packPoints } from '#shared/board/points.ts'
import { frameSizeMax, updateSizeMax, updateStructsMax } from '#shared/limits.ts'
import { firstSheetId } from '#shared/room.ts'
import type { Seat } from '#shared/ids.ts'
import { openRoomSession, type RoomSession } from '#web/sync/room-session.ts'
import { fitsOneChange, splitUpdate } from '#web/sync/split.ts'
import { replicaOf, seatedRoom, type Seated } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { testWorld, type TestWorld } from '../support/sync-world.ts'
import { until } from '../support/until.ts'

const alice = 1 as Seat

function openAs({ client, personId, seat, answer }: Seated): { session: RoomSession; world: TestWorld } {
  const world = testWorld(client)
  const { room, role, chatTail } = answer
  return { world, session: openRoomSession({ world, roomId: room.id, personId, seat, role, chatTail }) }
}

/** A row of some 13 kB. */
const row = {
  k: 'stroke',
  c: 0,
  w: 4,
  z: 'V',
  p: packPoints(
    Array.from({ length: 1_600 }, (_, index) => [index % 2 === 0 ? 1e5 : -1e5, 1e5, 0.5]).flat(),
    false,
  ),
}
/** A dot. */
const dot = { ...row, p: packPoints([0, 0, 0.5], false) }

test('the parts are the whole, in whatever order two tabs of one person have overwritten each other', () => {
  const action = fc.record({
    tab: fc.nat(1),
    key: fc.nat(5),
    isDeleted: fc.boolean(),
    isSynced: fc.boolean(),
  })
  fc.assert(
    fc.property(
      fc.array(action, { maxLength: 60 }),
      fc.integer({ min: 40, max: 400 }),
      (actions, sizeMax) => {
        const tabs = [replicaOf(alice, 'board', 1), replicaOf(alice, 'board', 2)] as const
        for (const { tab, key, isDeleted, isSynced } of actions) {
          const [doc, other] = tab === 0 ? tabs : [tabs[1], tabs[0]]
          const shapes = doc.getMap('shapes')
          if (isDeleted) shapes.delete(String(key))
          else shapes.set(String(key), dot)
          if (isSynced) Y.applyUpdate(other, Y.encodeStateAsUpdate(doc))
        }
        const [mine, theirs] = tabs
        Y.applyUpdate(mine, Y.encodeStateAsUpdate(theirs))
        const whole = Y.encodeStateAsUpdate(mine)
        const doc = new Y.Doc()
        for (const part of splitUpdate(whole, sizeMax)) {
          Y.applyUpdate(doc, part)
          assert.equal(doc.store.pendingStructs, null, 'each part stands on those before it')
          assert.equal(doc.store.pendingDs, null)
        }
        assert.deepEqual(doc.getMap('shapes').toJSON(), mine.getMap('shapes').toJSON())
        assert.ok(Y.equalSnapshots(Y.snapshot(doc), Y.snapshot(mine)))
      },
    ),
  )
})

test('no part is larger than a frame, and what fits one change is left whole', () => {
  const doc = replicaOf(alice, 'board')
  for (let id = 0; id < 400; id++) doc.getMap('shapes').set(String(id), row)
  const whole = Y.encodeStateAsUpdate(doc)
  assert.ok(whole.length > 2 * frameSizeMax)
  assert.ok(splitUpdate(whole).every((part) => part.length < frameSizeMax))
  assert.equal(fitsOneChange(whole), false)
  const small = replicaOf(alice, 'board')
  for (let id = 0; id < updateStructsMax; id++) small.getMap('shapes').set(String(id), dot)
  assert.equal(fitsOneChange(Y.encodeStateAsUpdate(small)), true)
  small.getMap('shapes').set('one more', dot)
  assert.equal(fitsOneChange(Y.encodeStateAsUpdate(small)), false)
})

test('[W-06] more than a frame holds, drawn without a network, arrives when it is back', async () => {
  await using server = await startTestServer()
  const { people } = await seatedRoom(server, 'Alice', 'Bob')
  const [person, other] = people
  assert.ok(person !== undefined && other !== undefined)
  const { session, world } = openAs(person)
  using mine = session
  world.setOnline(false)
  const board = mine.openBoard(firstSheetId)
  await until(() => board.state().isLoaded || undefined, 'the board')
  const count = Math.ceil((2 * frameSizeMax) / row.p.length)
  for (let id = 0; id < count; id++)
    board.transact(() => board.doc.getMap('shapes').set(`${person.seat.toString(36)}.${String(id)}`, row))
  world.setOnline(true)
  await until(() => (board.state().isSynced && !board.state().hasUnsent) || undefined, 'everything sent')
  using theirs = openAs(other).session
  const seen = theirs.openBoard(firstSheetId)
  await until(() => seen.doc.getMap('shapes').size === count || undefined, 'everything seen')
  assert.equal(mine.connection().kind, 'live')
})

test('[W-06] erasing many shapes at once, and bringing them back, is no offence', async () => {
  await using server = await startTestServer()
  const { people } = await seatedRoom(server, 'Alice', 'Bob')
  const [person, other] = people
  assert.ok(person !== undefined && other !== undefined)
  using mine = openAs(person).session
  using theirs = openAs(other).session
  const [board, seen] = [mine.openBoard(firstSheetId), theirs.openBoard(firstSheetId)]
  await until(() => (board.state().isSynced && seen.state().isSynced) || undefined, 'both boards')
  const shapes = board.doc.getMap('shapes')
  const keys = Array.from({ length: 1_000 }, (_, id) => `${person.seat.toString(36)}.${String(id)}`)
  const isSeen = (size: number): Promise<unknown> =>
    until(() => seen.doc.getMap('shapes').size === size || undefined, `${String(size)} shapes`)
  for (const key of keys) board.transact(() => shapes.set(key, dot))
  await isSeen(keys.length)
  // Every second one, so that the deletions do not join into a few.
  const half = keys.filter((_, index) => index % 2 === 0)
  board.transact(() => half.forEach((key) => shapes.delete(key)))
  await isSeen(keys.length - half.length)
  board.transact(() => half.forEach((key) => shapes.set(key, row)))
  await isSeen(keys.length)
  assert.ok(half.length * row.p.length > updateSizeMax)
  assert.equal(mine.connection().kind, 'live')
})
