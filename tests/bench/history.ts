/**
 * What a long past costs: opening a room in which a hundred, ten thousand or a million messages were said, and finding
 * words in the longest.
 *
 * One server has all three rooms. They are opened in turn, and nobody else has them open, so that each is read from
 * disk every time. The peer is the room with a hundred messages. Each newest page holds as much, so that what differs
 * is the past; a full page is measured beside them.
 */
import { documentName } from '#shared/room.ts'
import type { RoomId } from '#shared/ids.ts'
import { pageMessagesMax } from '#shared/limits.ts'
import { paths, type SearchResponse } from '#shared/http.ts'
import { openStore } from '#server/store/open.ts'
import { TestClient } from '../support/client.ts'
import { startProcess } from '../support/process.ts'
import { makeDataFolder, removeFolder } from '../support/server.ts'
import { addPast, wordOf } from './history/past.ts'
import { openRoom, type Opened } from './history/open.ts'

const rounds = 60
const warmUpRounds = 10
const onNewestPage = 100
const searches = 50
/** What we promise. */
const openRatioMax = 1.5
const searchP99MsMax = 20

type Past = Readonly<{ label: string; messageCount: number }>

/** So many full pages, and the newest. */
function pastOf(pages: number): Past {
  const messageCount = pages * pageMessagesMax + onNewestPage
  return { label: messageCount.toLocaleString('en'), messageCount }
}

const pasts: readonly Past[] = [
  pastOf(0),
  pastOf(19),
  pastOf(1_953),
  { label: '511, all on one page', messageCount: pageMessagesMax - 1 },
]

const queries: readonly (readonly [what: string, words: string])[] = [
  ['the most common word', wordOf(0)],
  ['three common words', [2, 4, 8].map(wordOf).join(' ')],
  ['a common word and a rare one', `${wordOf(1)} ${wordOf(9_000)}`],
  ['a word of one message', 'number471147'],
  ['the beginning of common words', wordOf(40).slice(0, 3)],
  ['the beginning of rare words', wordOf(4_000).slice(0, 5)],
  ['what nobody said', 'zeppelin'],
]

export async function benchHistory(): Promise<void> {
  await using ends = new AsyncDisposableStack()
  const dataDir = await makeDataFolder()
  ends.defer(() => removeFolder(dataDir))
  const cookie = await register(dataDir)
  const rooms = makeRooms(dataDir)
  const server = ends.use(startProcess({ DATA_DIR: dataDir }))
  const { origin } = await server.ready()

  const openedByPast = new Map<Past, Opened[]>(pasts.map((past) => [past, []]))
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    for (const [past, { names }] of rooms) {
      const opened = await openRoom(origin, cookie, names)
      if (round >= 0) openedByPast.get(past)?.push(opened)
    }
  }
  console.log(`Opening a room that this device has nothing of, median of ${String(rounds)}:`)
  const medians = pasts.map((past) => medianOf(openedByPast.get(past) ?? []))
  for (const [index, past] of pasts.entries()) {
    const [ofPast, ofPeer] = [medians[index], medians[0]]
    if (ofPast === undefined || ofPeer === undefined) continue
    const ratio = ofPast.tookMs / ofPeer.tookMs
    console.log(
      `  ${past.label.padStart(20)} messages  ${ofPast.tookMs.toFixed(1)} ms  ${(ofPast.bytes / 1_000).toFixed(1)} kB` +
        `  ratio ${ratio.toFixed(2)}`,
    )
  }
  const longest = (medians[2]?.tookMs ?? Infinity) / (medians[0]?.tookMs ?? 0)
  console.log(`  at most ${String(openRatioMax)} is wanted: ${longest <= openRatioMax ? 'held' : 'NOT HELD'}`)

  const client = new TestClient({ origin })
  client.cookie = cookie
  const roomId = rooms.get(pasts[2] ?? pastOf(0))?.roomId
  if (roomId === undefined) throw new Error('there is no longest room')
  await measureSearches(client, roomId)
}

/** A person, made by a server that has ended again. */
async function register(dataDir: string): Promise<string> {
  await using server = startProcess({ DATA_DIR: dataDir })
  const client = await TestClient.register(await server.ready(), 'Alice')
  server.child.kill('SIGTERM')
  await server.ended
  return client.cookie
}

function makeRooms(
  dataDir: string,
): ReadonlyMap<Past, Readonly<{ roomId: RoomId; names: readonly string[] }>> {
  using store = openStore(dataDir)
  const personId = store.people.byNameKey('alice')?.id
  if (personId === undefined) throw new Error('nobody is registered')
  return new Map(
    pasts.map((past) => {
      const roomId = addPast(store, personId, past.messageCount)
      const page = store.rooms.chatTail(roomId)
      const names = [documentName({ kind: 'room', roomId }), documentName({ kind: 'chat', roomId, page })]
      return [past, { roomId, names }]
    }),
  )
}

async function measureSearches(client: TestClient, roomId: RoomId): Promise<void> {
  console.log(`Searching the longest, over HTTP, ${String(searches)} times each:`)
  const all: number[] = []
  for (const [what, words] of queries) {
    const took: number[] = []
    let hits = 0
    for (let index = 0; index < searches; index += 1) {
      const startedAtMs = performance.now()
      const found = await client.ask<SearchResponse>(
        'GET',
        `${paths.search(roomId)}?q=${encodeURIComponent(words)}`,
      )
      took.push(performance.now() - startedAtMs)
      hits = found.hits.length
    }
    all.push(...took)
    console.log(
      `  ${what.padEnd(32)} ${String(hits).padStart(2)} hits  p50 ${at(took, 0.5)} ms  p99 ${at(took, 0.99)} ms`,
    )
  }
  const isHeld = Number(at(all, 0.99)) <= searchP99MsMax
  console.log(
    `  p99 of all ${at(all, 0.99)} ms; at most ${String(searchP99MsMax)} is wanted: ${isHeld ? 'held' : 'NOT HELD'}`,
  )
}

function medianOf(opened: readonly Opened[]): Opened {
  const sorted = opened.toSorted((a, b) => a.tookMs - b.tookMs)
  return sorted[Math.floor(sorted.length / 2)] ?? { tookMs: Number.NaN, bytes: 0, messages: 0 }
}

function at(values: readonly number[], part: number): string {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[Math.floor(sorted.length * part)] ?? Number.NaN).toFixed(1)
}
