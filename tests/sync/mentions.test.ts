/** Who is mentioned: counted by the server among what they have not read. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type * as Y from 'yjs'
import { mentionOf } from '#shared/chat/mention.ts'
import { messageKey } from '#shared/chat/message.ts'
import { paths, type RoomResponse } from '#shared/http.ts'
import { forgetIndex } from '../support/chat-index.ts'
import { save, whole } from '../support/frames.ts'
import { changeOf, replicaOf, seatedRoom, type Seated } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'

test('[CH11] each person’s unread mentions are counted, with edits, deletions, reading and a new index', async () => {
  let server = await startTestServer()
  const { people, names } = await seatedRoom(server, 'Alice', 'Bob', 'Carol')
  const [alice, bob, carol] = people
  assert.ok(alice !== undefined && bob !== undefined && carol !== undefined)
  const roomId = alice.answer.room.id
  const countOf = async ({ client }: Seated): Promise<number> =>
    (await client.ask<RoomResponse>('GET', paths.room(roomId))).room.mentionCount
  const listedOf = async ({ client }: Seated): Promise<number | undefined> =>
    (await client.rooms()).mine[0]?.mentionCount

  const page = replicaOf(alice.seat)
  const toBob = mentionOf(bob.seat, 'Bob')
  const keys: string[] = []
  {
    using socket = await SyncClient.open(alice.client, names.chat)
    await whole(socket, names.chat)
    const change = async (then: (messages: Y.Map<unknown>) => void): Promise<void> =>
      save(
        socket,
        names.chat,
        changeOf(page, (doc) => then(doc.getMap('m'))),
      )
    for (const at of [[], [toBob], ['all', toBob, mentionOf(carol.seat, 'Carol')], ['all']]) {
      const key = messageKey(alice.seat, keys.length + 1, 0)
      keys.push(key)
      await change((messages) => messages.set(key, { x: 'words', l: 1, at }))
    }
    assert.deepEqual([await countOf(bob), await countOf(carol)], [3, 2])
    assert.equal(await listedOf(bob), 3)
    const [, named = '', , last = ''] = keys
    await change((messages) => messages.set(named, { x: 'other words', l: 1, ed: 9 }))
    assert.equal(await countOf(bob), 2)
    await change((messages) => messages.delete(last))
    assert.deepEqual([await countOf(bob), await countOf(carol)], [1, 1])
    await bob.client.send('PUT', paths.markRead(roomId), { body: { readCount: 3 } })
    assert.deepEqual([await countOf(bob), await countOf(carol)], [0, 1])
  }
  await server.stop()
  forgetIndex(server.dataDir)
  server = await startTestServer({ port: server.port, dataDir: server.dataDir })
  try {
    assert.deepEqual([await countOf(bob), await countOf(carol)], [0, 1])
  } finally {
    await server[Symbol.asyncDispose]()
  }
})
