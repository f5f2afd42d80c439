/** A board that is larger than what may wait for one reader. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Y from 'yjs'
import { packPoints } from '#shared/board/points.ts'
import { socketBufferSizeMax } from '#shared/limits.ts'
import { save, shownTo } from '../support/frames.ts'
import { changeOf, replicaOf, seatedRoom } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { encodeAsk } from '#web/sync/frames.ts'

test('[W-23] a board of over 8 MiB opens all the same, and what others draw meanwhile arrives', async () => {
  await using server = await startTestServer()
  const { people, names } = await seatedRoom(server, 'Alice', 'Bob')
  const [alice, bob] = people
  assert.ok(alice !== undefined && bob !== undefined)
  using writer = await SyncClient.open(alice.client, names.board)
  const board = replicaOf(alice.seat, 'board')
  // Far to and fro, which packs badly.
  const points = Array.from({ length: 13_000 }, (_, index) => [index % 2 === 0 ? 1e5 : -1e5, 1e5, 0.5])
  const row = { k: 'stroke', c: 0, w: 4, z: 'V', p: packPoints(points.flat(), false) }
  const draw = (id: number): Promise<void> =>
    save(
      writer,
      names.board,
      changeOf(board, () => board.getMap('shapes').set(`${alice.seat.toString(36)}.${String(id)}`, row)),
    )
  let count = 0
  for (; Y.encodeStateAsUpdate(board).length <= socketBufferSizeMax; count++) await draw(count)

  using reader = await SyncClient.open(bob.client, names.board)
  reader.send(encodeAsk(names.board, new Y.Doc()))
  await draw(count)
  await reader.frame(names.board, 'state')
  await reader.frame(names.board, 'update')
  assert.equal(shownTo(reader, names.board).getMap('shapes').size, count + 1)
})
