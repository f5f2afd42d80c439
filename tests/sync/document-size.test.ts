/** How large a board may become, and what its pages learn of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Y from 'yjs'
import { createLog } from '#server/log.ts'
import { DocumentSizes } from '#server/sync/document-size.ts'
import { boardSizeMax, frameSizeMax } from '#shared/limits.ts'
import { firstSheetId } from '#shared/room.ts'
import { encodeState, encodeUpdate } from '#web/sync/frames.ts'
import { openRoomSession, type BoardPort, type RoomSession } from '#web/sync/room-session.ts'
import { TestClient } from '../support/client.ts'
import { save, savedCount, whole } from '../support/frames.ts'
import { changeOf, drawIn, replicaOf, seatedRoom, type Seated } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { testWorld } from '../support/sync-world.ts'
import { until } from '../support/until.ts'

/** The server's warnings, and a log that gathers them. */
function warnings() {
  const said: string[] = []
  const log = createLog('warn', {
    write: (line) => void said.push((JSON.parse(line) as { msg: string }).msg),
  })
  return { said, log }
}

function put(doc: Y.Doc, key: string, size: number): number {
  return changeOf(doc, () => doc.getMap('shapes').set(key, new Uint8Array(size))).length
}

test('[Y-26] a board is large, then full, by what stands in it and not by what was replaced', () => {
  const { said, log } = warnings()
  const sizes = new DocumentSizes(log, { large: 5_000, max: 10_000, measureAgain: 1_000 })
  const doc = new Y.Doc()
  sizes.loaded('board', doc)
  for (let count = 0; count < 50; count++) assert.equal(sizes.grew('board', put(doc, 'same', 900)), false)
  assert.deepEqual(said, [])
  let count = 0
  while (!sizes.grew('board', put(doc, String((count += 1)), 900))) assert.ok(count < 20)
  assert.deepEqual([sizes.isFull('board'), count], [true, 10])
  assert.equal(sizes.grew('board', 900), false, 'it is told once')
  assert.deepEqual(said, ['a board has become large', 'a board is full'])

  sizes.unloaded('board')
  assert.equal(sizes.isFull('board'), false)
  sizes.loaded('board', doc)
  assert.equal(sizes.isFull('board'), true, 'also one that was full before it was opened')
})

/** A page of this person's, with the board open. */
function pageOf(
  { personId, seat, answer }: Seated,
  client: TestClient,
): { session: RoomSession; board: BoardPort } {
  const session = openRoomSession({
    world: testWorld(client),
    roomId: answer.room.id,
    personId,
    seat,
    role: answer.role,
    chatTail: answer.chatTail,
  })
  return { session, board: session.openBoard(firstSheetId) }
}

test('[Y-26] a full board takes nothing more in, and its pages are told instead of cut off', async () => {
  const { said, log } = warnings()
  await using server = await startTestServer({ log })
  const { people, names } = await seatedRoom(server, 'Alice', 'Bob')
  const [alice, bob] = people
  assert.ok(alice !== undefined && bob !== undefined)
  using writer = await SyncClient.open(alice.client, names.board)
  const page = replicaOf(alice.seat, 'board')
  const row = { k: 'stroke', c: 0, w: 4, z: 'V', p: new Uint8Array(125_000) }
  const draw = (count: number): Uint8Array =>
    changeOf(page, () => {
      const shapes = page.getMap('shapes')
      for (let left = count; left > 0; left--)
        shapes.set(`${alice.seat.toString(36)}.${String(shapes.size)}`, row)
    })
  let size = 0
  for (let frames = 1; size < boardSizeMax - frameSizeMax; frames++) {
    const update = draw(8)
    size += update.length
    writer.send(encodeState(names.board, update))
    await until(() => savedCount(writer) === frames, 'an acknowledgement')
  }
  assert.deepEqual(said, ['a board has become large'])

  using pages = new DisposableStack()
  const { session, board } = pageOf(bob, bob.client)
  pages.use(session)
  await until(() => board.state().isSynced, 'Bob’s board')
  assert.equal(board.state().canWrite, true)
  // The last that enters is acknowledged like those before it.
  while (size < boardSizeMax) {
    const update = draw(1)
    size += update.length
    await save(writer, names.board, update)
  }
  await until(() => !board.state().canWrite, 'Bob’s page to be told')
  assert.equal(board.state().hasUnsent, false)
  assert.throws(() => {
    board.transact(() => undefined)
  })

  const [saved, drawn] = [savedCount(writer), page.getMap('shapes').size]
  // What comes all the same, as a change or in a handshake, is not saved; nobody is cut off for it.
  const { id, update } = drawIn(page, alice.seat)
  const unsaved = () => writer.received.filter(({ kind }) => kind === 'unsaved').length
  writer.send(encodeUpdate(names.board, update))
  await until(() => unsaved() === 1, 'the change to be left out')
  writer.send(encodeState(names.board, update))
  await until(() => unsaved() === 2, 'the handshake to be left out')
  assert.equal(savedCount(writer), saved)
  assert.deepEqual(said, ['a board has become large', 'a board is full'])

  await server.stop()
  await using again = await startTestServer({ dataDir: server.dataDir, log })
  const client = new TestClient(again)
  client.cookie = bob.client.cookie
  const later = pageOf(bob, client)
  pages.use(later.session)
  await until(() => later.board.state().isSynced && !later.board.state().canWrite, 'a new page to be told')
  using reader = await SyncClient.open(client, names.board)
  const shapes = (await whole(reader, names.board)).getMap('shapes')
  assert.deepEqual([shapes.size, shapes.has(id)], [drawn, false])
})
