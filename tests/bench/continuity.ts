/**
 * What goes on without a server or a network, and what coming back costs: from a killed server's return until three
 * people with a hundred unsent things each are in step; bytes of coming back; and a room that opens from the device.
 *
 * The pages are Chromium's. Of the bytes the peer is a bare Hocuspocus with its own provider and the same content, which
 * has no presence, no stamps, no people and no list of sheets.
 */
import { openBrowser } from '../support/browser.ts'
import { TestClient } from '../support/client.ts'
import { openDevice } from '../support/device.ts'
import { whole } from '../support/frames.ts'
import { startKilledServer } from '../support/killed-server.ts'
import { makeDataFolder, removeFolder, type TestServer } from '../support/server.ts'
import { SyncClient } from '../support/sync-client.ts'
import { documentName, firstSheetId } from '#shared/room.ts'
import { chatPages, fillDevice, noteOpening, opened, shapes, type Opened } from './continuity/device-room.ts'
import { measurePeer, type Writing } from './continuity/peer.ts'
import { measureReturn, written, type Returned } from './continuity/return.ts'
import type { Bytes } from './continuity/socket-bytes.ts'
import { medianOf, spread } from './continuity/spread.ts'

const returns = 5
const openings = 9
/** What we promise of a start from nothing. */
const coldMsMax = 1_500

export async function benchContinuity(): Promise<void> {
  await benchReturn()
  await benchOpening()
}

async function benchReturn(): Promise<void> {
  await using ends = new AsyncDisposableStack()
  const dataDir = await makeDataFolder()
  ends.defer(() => removeFolder(dataDir))
  const server = { now: await startKilledServer({ dataDir }) }
  ends.defer(() => server.now.stop())
  const browser = await openBrowser()
  ends.defer(() => browser.close())
  const rounds: Returned[] = []
  for (let round = 1; round <= returns; round += 1) rounds.push(await measureReturn(browser, server, round))

  console.log(
    `A killed server comes back to 3 people, each with ${String(written.messages)} messages and` +
      ` ${String(written.strokes)} strokes unsent; median of ${String(returns)}, and the last of the three:`,
  )
  const last = (pick: (round: Returned) => readonly number[]) =>
    rounds.map((round) => Math.max(...pick(round)))
  const apart = rounds.flatMap(({ liveMs, wholeMs }) =>
    wholeMs.map((ms, index) => ms - (liveMs[index] ?? NaN)),
  )
  console.log(
    `  reconnected, which chance spreads  ${spread(
      last(({ liveMs }) => liveMs),
      'ms',
    )}`,
  )
  console.log(
    `  in step                            ${spread(
      last(({ wholeMs }) => wholeMs),
      'ms',
    )}`,
  )
  console.log(`  from reconnected to in step        ${spread(apart, 'ms')}, each page`)

  const peer = await measurePeer(await writingsOf(server.now, rounds.at(-1)))
  console.log('Bytes of coming back, of each page:')
  printBytes(
    'nothing changed',
    rounds.flatMap(({ unchanged }) => unchanged),
    peer.unchanged,
  )
  printBytes(
    'everybody has written',
    rounds.flatMap(({ changed }) => changed),
    peer.changed,
  )
}

/** What each of the three has written, as the server has it. */
async function writingsOf(server: TestServer, returned: Returned | undefined): Promise<Writing[]> {
  if (returned === undefined) throw new Error('nothing was measured')
  const { roomId, cookie } = returned
  const client = new TestClient(server)
  client.cookie = cookie
  const names = [
    ['m', documentName({ kind: 'chat', roomId, page: 0 })],
    ['shapes', documentName({ kind: 'board', roomId, sheetId: firstSheetId })],
  ] as const
  using socket = await SyncClient.open(client, ...names.map(([, name]) => name))
  const bySeat = new Map<string, Map<string, [string, unknown][]>>()
  for (const [root, name] of names)
    for (const [key, value] of (await whole(socket, name)).getMap(root)) {
      const [seat = ''] = key.split('.')
      const writing = bySeat.get(seat) ?? new Map<string, [string, unknown][]>()
      bySeat.set(seat, writing)
      writing.set(root, [...(writing.get(root) ?? []), [key, value]])
    }
  return [...bySeat.values()]
}

function printBytes(what: string, ours: readonly Bytes[], theirs: readonly Bytes[]): void {
  for (const direction of ['sent', 'received'] as const) {
    const [our, their] = [ours, theirs].map((all) => all.map((bytes) => bytes[direction]))
    const ratio = medianOf(our ?? []) / medianOf(their ?? [])
    console.log(
      `  ${`${what}, ${direction}`.padEnd(34)} ${spread(our ?? [], 'B')}, hocuspocus ${spread(their ?? [], 'B')},` +
        ` ratio ${ratio.toFixed(2)}`,
    )
  }
}

async function benchOpening(): Promise<void> {
  await using ends = new AsyncDisposableStack()
  const [dataDir, profile] = [await makeDataFolder(), await makeDataFolder()]
  for (const folder of [dataDir, profile]) ends.defer(() => removeFolder(folder))
  const url = await fillDevice(profile, dataDir)
  const [reloads, starts]: [Opened[], Opened[]] = [[], []]
  for (let round = 0; round < openings; round += 1) {
    const device = await openDevice(profile)
    ends.defer(() => device.kill())
    await noteOpening(device)
    await device.page.goto(url)
    starts.push(await opened(device.page))
    await device.page.reload()
    reloads.push(await opened(device.page))
    await device.close()
  }
  console.log(
    `A room from the device alone, ${String(chatPages)} pages of chat and ${shapes.toLocaleString('en')} shapes,` +
      ` median of ${String(openings)}:`,
  )
  print('reload', reloads)
  print('new browser', starts)
  const usable = medianOf(starts.map(({ composer, messages }) => Math.max(composer, messages)))
  console.log(
    `  of use in a new browser within ${String(coldMsMax)} ms: ${usable <= coldMsMax ? 'held' : 'NOT HELD'}`,
  )
}

function print(how: string, all: readonly Opened[]): void {
  const part = (name: keyof Opened) =>
    spread(
      all.map((one) => one[name]),
      'ms',
    )
  console.log(
    `  ${how.padEnd(12)} composer ${part('composer')}, messages ${part('messages')}, board ${part('board')}`,
  )
}
