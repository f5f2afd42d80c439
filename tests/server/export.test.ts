/** A room's chat as a file: everything that is left of it, for whoever may read it. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { createExport } from '#server/chat/export.ts'
import { AppError } from '#shared/errors.ts'
import type { PersonId } from '#shared/ids.ts'
import type { ExportedMessage, ExportedPerson, ExportManifest } from '#shared/chat/export.ts'
import { reactionKey } from '#shared/chat/reaction.ts'
import { mentionOf } from '#shared/chat/mention.ts'
import type { MessageKey } from '#shared/chat/message.ts'
import { paths, type RoomResponse } from '#shared/http.ts'
import { TestClient } from '../support/client.ts'
import { fillPages } from '../support/long-chat.ts'
import { save, whole } from '../support/frames.ts'
import { changeOf, replicaOf, sayIn, seatedRoom } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'

type Exported = Readonly<{
  manifest: ExportManifest
  people: readonly ExportedPerson[]
  messages: readonly ExportedMessage[]
}>

async function exportAs(client: TestClient, roomId: RoomResponse['room']['id'], format: string) {
  const response = await fetch(`${client.origin}${paths.export(roomId)}?format=${format}`, {
    headers: { cookie: client.cookie },
  })
  return { response, text: await response.text() }
}

test('[CH13] all that is left of a chat is exported, with who said it, and what was deleted is not', async () => {
  await using server = await startTestServer()
  const { people, names } = await seatedRoom(server, 'Alice', 'Bob')
  const [alice, bob] = people
  assert.ok(alice !== undefined && bob !== undefined)
  const roomId = alice.answer.room.id
  using socket = await SyncClient.open(alice.client, names.chat)
  await whole(socket, names.chat)
  const page = replicaOf(alice.seat)
  const first = sayIn(page, alice.seat, 'the **first**')
  await save(socket, names.chat, first.update)
  const gone = sayIn(page, alice.seat, 'a secret')
  await save(socket, names.chat, gone.update)
  const file = { b: 'ab'.repeat(32), n: 'plan_2.pdf', m: 'application/pdf', s: 7 }
  const at = [mentionOf(bob.seat, 'Bob')]
  await save(
    socket,
    names.chat,
    changeOf(page, (doc) => {
      doc.getMap('m').delete(gone.key)
      doc
        .getMap('m')
        .set(first.key, { x: 'the **last** @Bob', l: 1, ed: Date.UTC(2026, 0, 1), at, fs: [file] })
      doc.getMap('r').set(reactionKey(alice.seat, first.key as MessageKey), ['👍'])
    }),
  )

  const { response, text } = await exportAs(bob.client, roomId, 'json')
  assert.match(
    response.headers.get('content-disposition') ?? '',
    /^attachment; filename="chat-[0-9-]+[.]json"$/,
  )
  const { manifest, people: listed, messages } = JSON.parse(text) as Exported
  assert.deepEqual(
    [manifest.format, manifest.version, manifest.room.id, manifest.messageCount, manifest.pageCount],
    ['stoa-chat', 1, roomId, 2, 1],
  )
  assert.deepEqual(
    listed.map(({ seat, name, hasLeft }) => [seat, name, hasLeft]),
    [
      [alice.seat, 'Alice', false],
      [bob.seat, 'Bob', false],
    ],
  )
  const [message, ...others] = messages
  assert.deepEqual(others, [])
  assert.deepEqual(
    [message?.key, message?.number, message?.seat, message?.text, message?.editedAt, message?.mentions],
    [first.key, 1, alice.seat, 'the **last** @Bob', '2026-01-01T00:00:00.000Z', at],
  )
  assert.deepEqual(message?.files, [{ hash: file.b, name: file.n, type: file.m, size: 7 }])
  assert.deepEqual(message.reactions, [{ reaction: '👍', seats: [alice.seat] }])

  const markdown = await exportAs(alice.client, roomId, 'md')
  assert.match(markdown.text, /^# .+\n\nExported /u)
  assert.match(
    markdown.text,
    /\*\*Alice\*\* \d\d:\d\d, edited\n\nthe \*\*last\*\* @Bob\n\nFiles: plan\\_2.pdf\n\n👍 1\n/u,
  )
  for (const each of [text, markdown.text]) assert.ok(!each.includes('secret'))
})

test('[CH13] [CH16] what was said in a thread says where the thread begins', async () => {
  await using server = await startTestServer()
  const { people, names } = await seatedRoom(server, 'Alice')
  const [alice] = people
  assert.ok(alice !== undefined)
  using socket = await SyncClient.open(alice.client, names.chat)
  await whole(socket, names.chat)
  const page = replicaOf(alice.seat)
  const root = sayIn(page, alice.seat, 'where shall we meet?')
  await save(socket, names.chat, root.update)
  const reply = sayIn(page, alice.seat, 'soon to be in a thread')
  await save(socket, names.chat, reply.update)
  await save(
    socket,
    names.chat,
    changeOf(page, (doc) => doc.getMap('m').set(reply.key, { x: 'here', l: 1, th: `0.${root.key}` })),
  )
  const json = await exportAs(alice.client, alice.answer.room.id, 'json')
  const { messages } = JSON.parse(json.text) as Exported
  assert.deepEqual(
    messages.map(({ text, thread }) => [text, thread]),
    [
      ['where shall we meet?', undefined],
      ['here', `0.${root.key}`],
    ],
  )
  const markdown = await exportAs(alice.client, alice.answer.room.id, 'md')
  assert.match(markdown.text, /\*\*Alice\*\* \d\d:\d\d, in a thread: Alice, 2026-07-01 00:00\n\nhere/)
})

test('[CH13] a long chat is exported whole and in order, and only to those in the room', async () => {
  await using server = await startTestServer()
  const alice = await TestClient.register(server, 'Alice')
  const { room } = await alice.createRoom()
  const { token } = await alice.invite(room.id)
  await fillPages(server, token, 2)
  const { messages, manifest } = JSON.parse((await exportAs(alice, room.id, 'json')).text) as Exported
  assert.equal(manifest.pageCount, 3)
  assert.deepEqual(
    messages.map(({ number }) => number),
    Array.from({ length: 1_024 }, (_, index) => index + 1),
  )
  const mallory = await TestClient.register(server, 'Mallory')
  assert.equal((await exportAs(mallory, room.id, 'json')).response.status, 404)
  assert.equal((await exportAs(alice, room.id, 'exe')).response.status, 400)
})

test('[CH13] one person exports one chat at a time, and whoever may not read on gets no more', async () => {
  const room = { id: 'r', title: 'Porch', messageCount: 0 }
  let isIn = true
  const exportRoom = createExport({
    store: {
      rooms: { chatTail: () => 9 },
      seats: { people: () => [] },
      disk: { flush: () => Promise.resolve() },
    },
    rooms: {
      enterTo: () => {
        if (!isIn) throw new AppError('not-found')
        return { room }
      },
    },
    read: () => undefined,
    clock: () => 0,
  } as unknown as Parameters<typeof createExport>[0])
  const begin = async (person: string): Promise<AsyncIterator<string>> => {
    const { text } = await exportRoom(person as PersonId, 'r', 'md')
    const parts = text[Symbol.asyncIterator]()
    await parts.next()
    return parts
  }
  const first = await begin('alice')
  await assert.rejects(begin('alice'), { code: 'too-many-requests' })
  await first.return?.()
  const again = await begin('alice')
  const others = await Promise.all(['bob', 'carol', 'dave'].map(begin))
  await assert.rejects(begin('erin'), { code: 'too-many-requests' })
  await again.next()
  isIn = false
  await assert.rejects(async () => again.next(), { code: 'not-found' })
  isIn = true
  await begin('alice')
  for (const other of others) await other.return?.()
})
