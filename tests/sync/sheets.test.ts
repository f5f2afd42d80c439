/** Several sheets of one room, between honest pages and the server. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { SheetId } from '#shared/ids.ts'
import { sheetsMax } from '#shared/limits.ts'
import { documentName, firstSheetId, sheetListId } from '#shared/room.ts'
import { encodeAuth } from '#web/sync/frames.ts'
import { openRoomSession, type BoardPort, type RoomSession } from '#web/sync/room-session.ts'
import { SheetList } from '#web/board/engine/sheet-list.ts'
import { drawIn, seatedRoom, type Seated } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { testWorld } from '../support/sync-world.ts'
import { until } from '../support/until.ts'

const server = await startTestServer()
const { people } = await seatedRoom(server, 'Alice', 'Bob')
const [alice, bob] = people
assert.ok(alice !== undefined && bob !== undefined)
const roomId = alice.answer.room.id
after(() => server[Symbol.asyncDispose]())

function pageOf({
  client,
  personId,
  seat,
  answer,
}: Seated): RoomSession & { setOnline(isOnline: boolean): void } {
  const world = testWorld(client)
  const session = openRoomSession({
    world,
    roomId,
    personId,
    seat,
    role: answer.role,
    chatTail: 0,
  })
  return Object.assign(session, {
    setOnline: (isOnline: boolean) => {
      world.setOnline(isOnline)
    },
  })
}

const isSaved = (board: BoardPort): Promise<true> =>
  until(() => {
    const { isSynced, hasUnsent } = board.state()
    return (isSynced && !hasUnsent) || undefined
  }, 'all to be saved')

test('[BO10] a sheet made without a network is there for all after the return, with what was drawn on it', async () => {
  using mine = pageOf(alice)
  const listPort = mine.openBoard(sheetListId)
  await until(() => listPort.state().isSynced || undefined, 'the list')
  mine.setOnline(false)
  const id = new SheetList(listPort, Math.random).add('Without a network')
  assert.ok(id !== null)
  const sheet = mine.openBoard(id)
  await until(() => sheet.state().isLoaded || undefined, 'the sheet on this device')
  let shape = ''
  sheet.transact(() => {
    shape = drawIn(sheet.doc, alice.seat).id
  })
  mine.setOnline(true)
  await isSaved(listPort)
  await isSaved(sheet)

  using theirs = pageOf(bob)
  const seenList = theirs.openBoard(sheetListId)
  const list = new SheetList(seenList, Math.random)
  await until(() => list.sheets.length === 2 || undefined, 'the sheet in the list')
  const seen = theirs.openBoard(id)
  await until(() => seen.doc.getMap('shapes').has(shape) || undefined, 'what was drawn on it')
  const first = theirs.openBoard(firstSheetId)
  await until(() => first.state().isSynced || undefined, 'the first sheet')
  assert.equal(first.doc.getMap('shapes').size, 0, 'each sheet is a document of its own')
})

test('[BO10] presence says which sheet a peer looks at', async () => {
  using mine = pageOf(alice)
  using theirs = pageOf(bob)
  mine.presence.set('sheet', '1-0000000000' as SheetId)
  await until(
    () => [...theirs.presence.others().values()].some(({ sheet }) => sheet === '1-0000000000') || undefined,
    'the sheet in her presence',
  )
})

test('[BO11] the server opens so many sheets and no more, whoever asks', async () => {
  const named = (count: number): string =>
    documentName({ kind: 'board', roomId, sheetId: `2-${String(count).padStart(10, '0')}` as SheetId })
  const first = documentName({ kind: 'board', roomId, sheetId: firstSheetId })
  const list = documentName({ kind: 'board', roomId, sheetId: sheetListId })
  using sockets = new DisposableStack()
  // One has been drawn on already, and the first counts.
  const names = Array.from({ length: sheetsMax - 2 }, (_, count) => named(count))
  while (names.length > 0) sockets.use(await SyncClient.open(bob.client, ...names.splice(0, 15)))
  using late = await SyncClient.open(bob.client, first, list, named(0))
  late.send(encodeAuth(named(99)))
  await late.frame(named(99), 'denied')
})
