/**
 * What people in a room notice of the server: from a message being written to its being shown to the others. Our
 * server, with its guard, log and stamps, against a bare Hocuspocus and against a socket.io chat that keeps nothing.
 *
 * Every server and the load generator are processes of their own, and every load is put on one server after the other,
 * several times, so that whatever else the machine does falls on all. Linux only: it tells what a process uses.
 */
import { fork, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Shape } from '../support/crowd.ts'
import type { Answer, Plan } from './sync/plan.ts'
import { servers, type Measured } from './sync/servers.ts'
import { cpuMsOf, machineBusyMs, measureDisk, memoryKbOf } from './sync/usage.ts'

const rounds = 3
const atLeisure = { warmUpMs: 5_000, measureMs: 5_000 }
/** Everything has to be on one page of chat. */
const inShort = { warmUpMs: 1_000, measureMs: 2_000 }
/** Memory is read this long after everybody has come. */
const settleMs = 1_000

type Load = Readonly<{
  name: string
  shape: Shape
  perSecond: number
  warmUpMs: number
  measureMs: number
}>

const loads: readonly Load[] = [
  ...[100, 300, 800].map((rooms) => ({
    name: `${String(rooms)} rooms of 3, everybody 1 message/s`,
    shape: { rooms, people: 3 },
    perSecond: 1,
    ...atLeisure,
  })),
  { name: '1 room of 80, everybody 2 messages/s', shape: { rooms: 1, people: 80 }, perSecond: 2, ...inShort },
]
const idle: Load = {
  name: '1,000 people in one room, silent',
  shape: { rooms: 1, people: 1_000 },
  perSecond: 0,
  ...atLeisure,
}

/** Of a round, or of the median of rounds. */
type Measure = Readonly<{
  p50Ms: number
  p99Ms: number
  cpuUsPerUpdate: number
  serverShare: number
  generatorShare: number
  /** Cores that were taken by what has nothing to do with this: near none, or the rest means little. */
  othersShare: number
  kbPerSocket: number
  kbPerRoom: number
  lost: number
}>

/** What we promise of ours. */
const p99RatioMax = 1.3
const p99MsMax = 50

const seedFolder = fileURLToPath(new URL('seed/', import.meta.url))
const generator = fileURLToPath(new URL('sync/load.ts', import.meta.url))

export async function benchSync(): Promise<void> {
  if (!existsSync(`${seedFolder}node_modules`)) {
    console.log('Installing the peer (peer, peerjs, socket.io).')
    const { status } = spawnSync('npm', ['ci'], { cwd: seedFolder, stdio: 'inherit' })
    if (status !== 0) throw new Error('The peer could not be installed.')
  }
  const disk = measureDisk()
  console.log(
    `The disk takes ${shown(disk.p50Ms, 1)} ms (p99 ${shown(disk.p99Ms, 1)} ms) to keep something. Ours shows nothing` +
      ' before that (W5); the others keep nothing.',
  )
  for (const load of loads) print(load, await measureAll(load, rounds))
  print(idle, await measureAll(idle, 1))
}

async function measureAll(load: Load, rounds: number): Promise<ReadonlyMap<string, Measure>> {
  const measures = new Map<string, Measure[]>()
  for (let round = 0; round < rounds; round++) {
    for (const [name, start] of Object.entries(servers)) {
      await using server = await start(load.shape)
      measures.set(name, [...(measures.get(name) ?? []), await measure(server, load)])
    }
  }
  return new Map([...measures].map(([name, all]) => [name, medianOf(all)]))
}

async function measure({ pid, port, dialect, rooms }: Measured, load: Load): Promise<Measure> {
  const child = fork(generator)
  const memoryBeforeKb = memoryKbOf(pid)
  try {
    const plan: Plan = {
      dialect,
      port,
      rooms,
      perSecond: load.perSecond,
      warmUpMs: load.warmUpMs,
      measureMs: load.measureMs,
    }
    child.send(plan)
    await next(child, 'open')
    if (load.perSecond === 0) {
      await new Promise((done) => setTimeout(done, settleMs))
      return { ...nothing, ...memoryOf(memoryKbOf(pid) - memoryBeforeKb, load.shape) }
    }
    await next(child, 'measuring')
    const [cpuBeforeMs, busyBeforeMs, beganAtMs] = [cpuMsOf(pid), machineBusyMs(), performance.now()]
    await next(child, 'measured')
    const cpuMs = cpuMsOf(pid) - cpuBeforeMs
    const busyMs = machineBusyMs() - busyBeforeMs
    const tookMs = performance.now() - beganAtMs
    const { result } = await next(child, 'result')
    return {
      ...result,
      cpuUsPerUpdate: (cpuMs * 1_000) / result.writes,
      serverShare: cpuMs / tookMs,
      othersShare: Math.max(0, (busyMs - cpuMs) / tookMs - result.generatorShare),
      ...memoryOf(memoryKbOf(pid) - memoryBeforeKb, load.shape),
    }
  } finally {
    child.kill('SIGKILL')
  }
}

function memoryOf(kb: number, { rooms, people }: Shape): Pick<Measure, 'kbPerSocket' | 'kbPerRoom'> {
  return { kbPerSocket: kb / (rooms * people), kbPerRoom: kb / rooms }
}

/** Of people who say nothing. */
const nothing: Omit<Measure, 'kbPerSocket' | 'kbPerRoom'> = {
  p50Ms: Number.NaN,
  p99Ms: Number.NaN,
  cpuUsPerUpdate: Number.NaN,
  serverShare: Number.NaN,
  generatorShare: Number.NaN,
  othersShare: Number.NaN,
  lost: 0,
}

/** The generator's next answer of this kind; it gives them in a fixed order. */
async function next<Kind extends Answer['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<Answer, { kind: Kind }>> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      reject(new Error('The load generator ended.'))
    }
    const hear = (answer: Answer): void => {
      if (answer.kind !== kind) return
      child.off('message', hear)
      child.off('exit', end)
      resolve(answer as Extract<Answer, { kind: Kind }>)
    }
    child.on('message', hear)
    child.once('exit', end)
  })
}

function medianOf(all: readonly Measure[]): Measure {
  const median = (field: keyof Measure): number =>
    all.map((each) => each[field]).sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN
  return {
    p50Ms: median('p50Ms'),
    p99Ms: median('p99Ms'),
    cpuUsPerUpdate: median('cpuUsPerUpdate'),
    serverShare: median('serverShare'),
    generatorShare: median('generatorShare'),
    othersShare: median('othersShare'),
    kbPerSocket: median('kbPerSocket'),
    kbPerRoom: median('kbPerRoom'),
    lost: Math.max(...all.map(({ lost }) => lost)),
  }
}

const columns: readonly (readonly [title: string, field: keyof Measure, digits: number])[] = [
  ['p50 ms', 'p50Ms', 1],
  ['p99 ms', 'p99Ms', 1],
  ['CPU µs/update', 'cpuUsPerUpdate', 0],
  ['cores', 'serverShare', 2],
  ['generator', 'generatorShare', 2],
  ['others', 'othersShare', 2],
  ['kB/socket', 'kbPerSocket', 0],
  ['kB/room', 'kbPerRoom', 0],
  ['lost', 'lost', 0],
]
/** Of what the server has no part in, a ratio says nothing. */
const ratioless: ReadonlySet<keyof Measure> = new Set(['generatorShare', 'othersShare', 'lost'])
const nameWidth = 20
const columnWidth = 15

function print({ name, shape, perSecond }: Load, measures: ReadonlyMap<string, Measure>): void {
  const writes = shape.rooms * shape.people * perSecond
  console.log(
    `\n${name}: ${thousands(writes)} writes/s, ${thousands(writes * (shape.people - 1))} deliveries/s`,
  )
  row(
    '',
    columns.map(([title]) => title),
  )
  for (const [server, measure] of measures)
    row(
      server,
      columns.map(([, field, digits]) => shown(measure[field], digits)),
    )
  const ours = measures.get('stoa')
  for (const [server, measure] of measures) {
    if (ours === undefined || server === 'stoa') continue
    row(
      `stoa / ${server}`,
      columns.map(([, field]) => (ratioless.has(field) ? '' : shown(ours[field] / measure[field], 2))),
    )
  }
  if (ours !== undefined && perSecond > 0) printBars(ours, measures.get('hocuspocus'))
}

function printBars(ours: Measure, bare: Measure | undefined): void {
  const ratio = ours.p99Ms / (bare?.p99Ms ?? Number.NaN)
  const isHeld = (held: boolean): string => (held ? 'held' : 'MISSED')
  console.log(
    `  p99 ≤ ${String(p99MsMax)} ms: ${isHeld(ours.p99Ms <= p99MsMax)};` +
      ` p99 ≤ ${String(p99RatioMax)} × a bare Hocuspocus: ${isHeld(ratio <= p99RatioMax)}`,
  )
}

function row(name: string, cells: readonly string[]): void {
  console.log(`  ${name.padEnd(nameWidth)}${cells.map((cell) => cell.padStart(columnWidth)).join('')}`)
}

const shown = (value: number, digits: number): string =>
  Number.isFinite(value) ? value.toFixed(digits) : '–'
const thousands = (value: number): string => value.toLocaleString('en')
