/**
 * The storm after a restart: two thousand pages lose their server while everybody has something unsent, and all come
 * back at once. When the last is whole again, and how long the server stood still meanwhile.
 *
 * The pages are the real client's sessions, with its own retries, in a process of their own; the server is one as
 * `npm start` runs it, over rooms with a past. Linux only: it tells what a process uses.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import * as Y from 'yjs'
import type { PersonId, RoomId } from '#shared/ids.ts'
import { openStore, type Store } from '#server/store/open.ts'
import { seatCrowd, type Shape } from '../support/crowd.ts'
import type { Whole } from '../support/crowd-page.ts'
import { startProcess, type ServerProcess } from '../support/process.ts'
import { makeDataFolder, removeFolder } from '../support/server.ts'
import { until } from '../support/until.ts'
import { addSheet, drawnDoc } from './board/seeded-room.ts'
import { handwriting } from './board/strokes.ts'
import { addPast } from './history/past.ts'
import type { Answer, Order, Result } from './storm/plan.ts'
import { cpuMsOf, machineBusyMs } from './sync/usage.ts'

const shape: Shape = { rooms: 400, people: 5 }
/** Of each room, before anybody comes. */
const past = { messages: 100, shapes: 100 }
/** What each page writes while the server is away. */
const written = { messages: 3, strokes: 2 }
const rounds = 3
/** What we promise. */
const wholeMsMax = 15_000
const gapMsMax = 500

const crowdScript = fileURLToPath(new URL('storm/crowd.ts', import.meta.url))
const probe = new URL('storm/loop-probe.ts', import.meta.url).href

/** The longest time in which the server's event loop did not turn, and in which it worked without turning. */
type Gap = Readonly<{ gapMs: number; busyMs: number }>

type Round = Readonly<{
  awayMs: number
  /** Since the new server answers, in ms. */
  live: readonly number[]
  whole: readonly number[]
  gap: Gap
  serverShare: number
  crowdShare: number
  /** Cores that were taken by what has nothing to do with this: near none, or the rest means little. */
  othersShare: number
  missing: number
  unequal: number
  refusals: string
}>

export async function benchStorm(): Promise<void> {
  const pages = shape.rooms * shape.people
  console.log(
    `${String(shape.rooms)} rooms of ${String(shape.people)}, each page with ${String(written.messages)} messages` +
      ` and ${String(written.strokes)} strokes unsent; s since the server answers again:`,
  )
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (let round = 1; round <= rounds; round += 1)
      print(`${signal} ${String(round)}`, await storm(signal), pages)
  }
}

async function storm(signal: NodeJS.Signals): Promise<Round> {
  await using ends = new AsyncDisposableStack()
  const dataDir = await makeDataFolder()
  ends.defer(() => removeFolder(dataDir))
  const rooms = seat(dataDir)
  const before = ends.use(start(dataDir))
  const { origin, port } = await before.ready()
  const crowd = fork(crowdScript)
  ends.defer(() => {
    crowd.kill('SIGKILL')
  })
  const whole = (times: number): Whole => ({
    messages: past.messages + times * shape.people * written.messages,
    shapes: past.shapes + times * shape.people * written.strokes,
    others: shape.people - 1,
  })
  await ask(crowd, { kind: 'open', origin, rooms, whole: whole(0) })
  before.child.kill(signal)
  await before.ended
  const awaySinceMs = Date.now()
  await ask(crowd, { kind: 'write', ...written })
  const back = ask(crowd, { kind: 'watch', whole: whole(1) })
  const after = ends.use(start(dataDir, port))
  await after.ready()
  const answersAtMs = Date.now()
  const pid = after.child.pid ?? Number.NaN
  const [cpuBeforeMs, busyBeforeMs] = [cpuMsOf(pid), machineBusyMs()]
  const answer = await back
  if (answer.kind !== 'back') throw new Error(`the crowd has answered ${answer.kind}`)
  const { liveAtMs, wholeAtMs, missing, unequal, share } = answer.result
  const tookMs = Date.now() - answersAtMs
  const serverShare = (cpuMsOf(pid) - cpuBeforeMs) / tookMs
  const othersShare = Math.max(0, (machineBusyMs() - busyBeforeMs) / tookMs - serverShare - share)
  const since = (moments: Result['liveAtMs']): number[] =>
    moments.map((atMs) => atMs - answersAtMs).sort((a, b) => a - b)
  return {
    awayMs: answersAtMs - awaySinceMs,
    live: since(liveAtMs),
    whole: since(wholeAtMs),
    gap: await gapOf(after),
    serverShare,
    crowdShare: share,
    othersShare,
    missing,
    unequal,
    refusals: await refusalsOf(origin),
  }
}

function seat(dataDir: string) {
  using store = openStore(dataDir)
  const sheet = Y.encodeStateAsUpdate(drawnDoc(handwriting(past.shapes)))
  const addRoom = (to: Store, personId: PersonId): RoomId => {
    const roomId = addPast(to, personId, past.messages)
    addSheet(to, roomId, sheet)
    return roomId
  }
  return seatCrowd(store, shape, addRoom)
}

const start = (dataDir: string, port = 0): ServerProcess =>
  startProcess({ DATA_DIR: dataDir, PORT: String(port) }, undefined, {
    command: process.execPath,
    prefix: ['--import', probe],
  })

async function ask(crowd: ChildProcess, order: Order): Promise<Answer> {
  crowd.send(order)
  const ended = once(crowd, 'exit').then((): never => {
    throw new Error('the crowd has ended')
  })
  ended.catch(() => undefined)
  const [answer] = (await Promise.race([once(crowd, 'message'), ended])) as [Answer]
  return answer
}

async function gapOf(server: ServerProcess): Promise<Gap> {
  server.child.kill('SIGUSR2')
  return JSON.parse(
    await until(() => /longest gap (\{.+\})/.exec(server.output().out)?.[1], 'the longest gap'),
  ) as Gap
}

/** What the server counts of refusals, and of sockets that it ended; empty if nothing. */
async function refusalsOf(origin: string): Promise<string> {
  const text = await (await fetch(`${origin}/metrics`)).text()
  const lines = [...text.matchAll(/^stoa_(?:refusals|updates_refused|socket_closes)_total\{(.+)\} (\d+)$/gm)]
  return lines.map(([, label, count]) => `${label ?? ''}: ${count ?? ''}`).join(', ')
}

function print(name: string, round: Round, pages: number): void {
  const { awayMs, live, whole, gap, serverShare, crowdShare, othersShare, missing, unequal, refusals } = round
  const isHeld = (held: boolean): string => (held ? 'held' : 'NOT HELD')
  const last = whole.at(-1) ?? Number.NaN
  console.log(`  ${name}, away for ${(awayMs / 1_000).toFixed(1)} s`)
  console.log(`    live   p50 ${at(live, 0.5)}  p99 ${at(live, 0.99)}  last ${at(live, 1)}`)
  console.log(`    whole  p50 ${at(whole, 0.5)}  p99 ${at(whole, 0.99)}  last ${at(whole, 1)}`)
  console.log(
    `    cores  server ${serverShare.toFixed(2)}  crowd ${crowdShare.toFixed(2)}  others ${othersShare.toFixed(2)}` +
      `   refused: ${refusals || 'nobody'}`,
  )
  console.log(
    `    all whole and equal: ${isHeld(missing === 0 && unequal === 0 && whole.length === pages)};` +
      ` the last within ${String(wholeMsMax / 1_000)} s: ${isHeld(last <= wholeMsMax)};` +
      ` longest gap ${gap.gapMs.toFixed(0)} ms (at work ${gap.busyMs.toFixed(0)}),` +
      ` at most ${String(gapMsMax)}: ${isHeld(gap.gapMs <= gapMsMax)}`,
  )
}

const at = (sorted: readonly number[], part: number): string =>
  ((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN) / 1_000)
    .toFixed(2)
    .padStart(6)
