/** What a person’s pages are told of their rooms, as it happens: to whom, of what, and when that ends. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { mentionOf, toAll } from '#shared/chat/mention.ts'
import { directPaths } from '#shared/direct.ts'
import { paths, type RoomResponse } from '#shared/http.ts'
import { newsReadersMax, newsTextLengthMax } from '#shared/limits.ts'
import { memberPaths } from '#shared/members.ts'
import { mutePath } from '#shared/mute.ts'
import { newsPath } from '#shared/news.ts'
import { assertRefused } from '../support/answers.ts'
import { TestClient } from '../support/client.ts'
import { NewsClient } from '../support/news-client.ts'
import { say } from '../support/say.ts'
import { seatedRoom } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

/** Ada and Ben in a room of Ada’s, and Ben’s page that follows. */
async function told() {
  const server = await startTestServer()
  const { people } = await seatedRoom(server, 'Ada', 'Ben')
  const [ada, ben] = people
  assert.ok(ada !== undefined && ben !== undefined)
  const news = await NewsClient.open(ben.client)
  return {
    server,
    ada,
    ben,
    news,
    roomId: ada.answer.room.id,
    async [Symbol.asyncDispose]() {
      await news[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

test('[NO1] what is said in a room is counted on every page of its people, and no more once it is read', async () => {
  await using all = await told()
  const { ada, ben, news, roomId } = all
  await say(ada, ada.answer, 'One.')
  await until(() => news.rooms.at(-1)?.unreadCount === 1, 'one that is unread')
  assert.deepEqual(news.rooms.at(-1), {
    id: roomId,
    messageCount: 1,
    unreadCount: 1,
    mentionCount: 0,
    isMuted: false,
    lastActiveAtMs: news.rooms.at(-1)?.lastActiveAtMs,
  })
  await ben.client.ask('PUT', paths.markRead(roomId), { readCount: 1 })
  await until(() => news.rooms.at(-1)?.unreadCount === 0, 'nothing unread')
  await ben.client.ask('PUT', mutePath(roomId), { isMuted: true })
  await until(() => news.rooms.at(-1)?.isMuted === true, 'a muted room')
  assert.deepEqual(news.messages, [])
})

test('[NO2] who is mentioned is told by whom, where and with which words; who has written it is not', async () => {
  await using all = await told()
  const { ada, ben, news, roomId } = all
  await using own = await NewsClient.open(ada.client)
  const key = await say(ada, ada.answer, 'Look,\n@Ben!', [mentionOf(ben.seat, 'Ben')])
  await until(() => news.messages.length === 1, 'the mention')
  assert.deepEqual(news.messages[0], {
    kind: 'mention',
    roomId,
    roomTitle: ada.answer.room.title,
    isConversation: false,
    page: 0,
    key,
    from: 'Ada',
    text: 'Look, @Ben!',
  })
  assert.equal(news.rooms.at(-1)?.mentionCount, 1)
  await say(ada, ada.answer, `@all ${'long '.repeat(100)}`, [toAll])
  await until(() => news.messages.length === 2, 'what all are told')
  assert.equal(Array.from(news.messages[1]?.text ?? '').length, newsTextLengthMax + 1)
  await until(() => own.rooms.at(-1)?.messageCount === 2, 'both on the other’s page')
  assert.deepEqual(own.messages, [])
})

test('[NO2] in a conversation everything is told, but where it is muted; there mentions are', async () => {
  await using all = await told()
  const { ada, ben, news } = all
  const talk = await ada.client.ask<RoomResponse>('POST', directPaths.direct, { personIds: [ben.personId] })
  await say(ada, talk, 'Psst.')
  await until(() => news.messages.length === 1, 'the message')
  const { kind, roomTitle, isConversation, from, text } = news.messages[0] ?? {}
  assert.deepEqual([kind, roomTitle, isConversation, from, text], ['direct', 'Ada', true, 'Ada', 'Psst.'])
  await ben.client.ask('PUT', mutePath(talk.room.id), { isMuted: true })
  await say(ada, talk, 'Are you there?')
  await until(() => news.rooms.at(-1)?.messageCount === 2, 'the second')
  await say(ada, talk, '@all Hello!', [toAll])
  await until(() => news.messages.length === 2, 'the mention')
  assert.equal(news.messages[1]?.text, '@all Hello!')
})

test('[NO1] who comes into a room or is taken out of it is told, and of that room nothing more', async () => {
  await using all = await told()
  const { server, ada, ben, news, roomId } = all
  const other = await TestClient.register(server, 'Cleo')
  await using others = await NewsClient.open(other)
  await ada.client.ask('POST', memberPaths.remove(roomId, ben.personId), { isBanned: false })
  await until(() => news.events.some(({ kind }) => kind === 'rooms'), 'the room’s end')
  const count = news.events.length
  const { token } = await ada.client.invite(roomId)
  await other.accept(token)
  await until(() => others.events.some(({ kind }) => kind === 'rooms'), 'the room')
  await say(ada, ada.answer, '@all Who is here?', [toAll])
  await until(() => others.messages.length === 1, 'the mention')
  assert.equal(news.events.length, count)
})

test('[NO1] [H-11] news end with the session, and are for those who are signed in', async () => {
  await using all = await told()
  const { server, ben, news } = all
  assertRefused(await new TestClient(server).send('GET', newsPath), 'signed-out')
  await ben.client.logout()
  await news.ends()
})

test('[NO1] one person has so many pages that follow, and another place is free when one closes', async () => {
  await using all = await told()
  const { ben, news } = all
  await using pages = new AsyncDisposableStack()
  for (let count = 1; count < newsReadersMax; count += 1) pages.use(await NewsClient.open(ben.client))
  assertRefused(await ben.client.send('GET', newsPath), 'too-many-sockets')
  await news[Symbol.asyncDispose]()
  await until(async () => {
    try {
      pages.use(await NewsClient.open(ben.client))
      return true
    } catch {
      return false
    }
  }, 'a free place')
})

test('[NO1] a server that stops ends the news at once', async () => {
  await using all = await told()
  const { server, news } = all
  const stopped = server[Symbol.asyncDispose]()
  await news.ends()
  await stopped
})
