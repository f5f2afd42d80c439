/** Searching a room: what is found, what is not, and that nothing is found that may not be seen. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { paths, type FirstSinceResponse, type SearchResponse } from '#shared/http.ts'
import { searchHitsMax } from '#shared/limits.ts'
import { testClock } from '../support/clock.ts'
import { save, whole } from '../support/frames.ts'
import { TestClient } from '../support/client.ts'
import { changeOf, replicaOf, sayIn, seatedRoom } from '../support/seated.ts'
import { startTestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'

test('[CH9] words are found as they were last said, the newest first, and only by who is in the room', async () => {
  await using server = await startTestServer()
  const { people, names } = await seatedRoom(server, 'Alice')
  const [alice] = people
  assert.ok(alice !== undefined)
  const roomId = alice.answer.room.id
  const search = async (words: string, before = ''): Promise<SearchResponse> =>
    alice.client.ask('GET', `${paths.search(roomId)}?q=${encodeURIComponent(words)}&before=${before}`)
  const texts = async (words: string): Promise<readonly string[]> =>
    (await search(words)).hits.map(({ text }) => text)

  using socket = await SyncClient.open(alice.client, names.chat)
  await whole(socket, names.chat)
  const page = replicaOf(alice.seat)
  const say = async (text: string): Promise<string> => {
    const { key, update } = sayIn(page, alice.seat, text)
    await save(socket, names.chat, update)
    return key
  }
  await say('Lampen am Fluß')
  const edited = await say('two lamps by the river')
  const gone = await say('the river again')
  await say('Où est la lampe ? "AND" NOT room')
  assert.deepEqual(await texts('river'), ['the river again', 'two lamps by the river'])
  assert.deepEqual(await texts('RIVER two'), ['two lamps by the river'])
  assert.deepEqual(await texts('lam'), [
    'Où est la lampe ? "AND" NOT room',
    'two lamps by the river',
    'Lampen am Fluß',
  ])
  assert.deepEqual(await texts('ou'), ['Où est la lampe ? "AND" NOT room'], 'accents are folded')
  for (const nothing of ['', '   ', '?!', 'rivers', '"', 'NOT river (', 'text:river OR *'])
    assert.deepEqual(await texts(nothing), [], nothing)

  await save(
    socket,
    names.chat,
    changeOf(page, (doc) => doc.getMap('m').set(edited, { x: 'three boats', l: 1, ed: 9 })),
  )
  await save(
    socket,
    names.chat,
    changeOf(page, (doc) => doc.getMap('m').delete(gone)),
  )
  assert.deepEqual(await texts('river'), [])
  const [hit] = (await search('boats')).hits
  assert.deepEqual([hit?.key, hit?.page], [edited, 0])

  for (let index = 0; index <= searchHitsMax; index += 1) await say(`stone ${String(index)}`)
  const first = await search('stone')
  assert.deepEqual([first.hits.length, first.hasMore], [searchHitsMax, true])
  const rest = await search('stone', String(first.hits.at(-1)?.id))
  assert.deepEqual([rest.hits.map(({ text }) => text), rest.hasMore], [['stone 0'], false])

  const stranger = await TestClient.register(server, 'Mallory')
  const other = await stranger.createRoom()
  assert.equal((await stranger.send('GET', `${paths.search(roomId)}?q=boats`)).status, 404)
  const found = await stranger.ask<SearchResponse>('GET', `${paths.search(other.room.id)}?q=boats`)
  assert.deepEqual(found.hits, [])
  for (const wrong of [`?q=${'x'.repeat(201)}`, '?q=x&before=1.5', '?q=x&before=never'])
    assert.equal((await alice.client.send('GET', paths.search(roomId) + wrong)).status, 400, wrong)
})

test('[CH12] a search is narrowed to a person and to days, with or without words, and a day leads to its first message', async () => {
  const clock = testClock()
  await using server = await startTestServer({ clock })
  const { people, names } = await seatedRoom(server, 'Alice', 'Bob')
  const [alice, bob] = people
  assert.ok(alice !== undefined && bob !== undefined)
  const roomId = alice.answer.room.id
  const days: number[] = []
  for (const [index, person] of [alice, bob, alice, bob].entries()) {
    using socket = await SyncClient.open(person.client, names.chat)
    await whole(socket, names.chat)
    const { update } = sayIn(replicaOf(person.seat, 'chat', 100 + index), person.seat, `soup number${index}`)
    days.push(clock())
    await save(socket, names.chat, update)
    clock.advance(24 * 3_600_000)
  }
  const [, second = 0, third = 0] = days
  const found = async (query: Readonly<Record<string, string>>): Promise<readonly string[]> =>
    (
      await alice.client.ask<SearchResponse>('GET', `${paths.search(roomId)}?${new URLSearchParams(query)}`)
    ).hits.map(({ text }) => text.slice(-1))
  const from = String(bob.seat)
  assert.deepEqual(await found({ q: 'soup' }), ['3', '2', '1', '0'])
  assert.deepEqual(await found({ q: 'soup', from }), ['3', '1'])
  assert.deepEqual(await found({ from }), ['3', '1'])
  assert.deepEqual(await found({ since: String(second), until: String(third) }), ['1'])
  assert.deepEqual(await found({ q: 'sou', since: String(third) }), ['3', '2'])
  assert.deepEqual(await found({ q: 'soup', until: String(third), from }), ['1'])
  assert.deepEqual(await found({ since: String(clock()) }), [])
  assert.deepEqual(await found({}), [])
  const firstOf = async (since: number) =>
    (await alice.client.ask<FirstSinceResponse>('GET', `${paths.firstSince(roomId)}?since=${since}`)).first
  assert.match((await firstOf(second))?.key ?? '', new RegExp(`^${bob.seat.toString(36)}[.]`))
  assert.equal(await firstOf(clock()), null)
  const mallory = await TestClient.register(server, 'Mallory')
  assert.equal((await mallory.send('GET', `${paths.firstSince(roomId)}?since=0`)).status, 404)
  for (const wrong of ['from=x', 'since=-1', 'until=1.5'])
    assert.equal((await alice.client.send('GET', `${paths.search(roomId)}?${wrong}`)).status, 400, wrong)
})
