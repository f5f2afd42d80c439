/**
 * The load generator, a process of its own: opens everybody's socket, lets them write evenly spread in time, and
 * measures from each write to its being shown to each of the others.
 *
 * Both moments are taken in this process, by one clock. Its own share of a core is told with the result: near one, what
 * is measured is the generator.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Plan, Result } from './plan.ts'
import { openTalker, type Talker } from './talk.ts'

/** Opened at once: a server lets in only so many that have not said who they are. */
const openingMax = 64
/** Sockets from one address: fewer than our server allows. */
const socketsPerAddress = 200
const tickMs = 2
/** What is not shown this long after the last write never comes. */
const lostAfterMs = 10_000

/** After it stands the number of the write, so long. Nothing else in a frame has these bytes. */
const mark = '~nr~'
const numberSize = 8
const words = 'A message of a usual length, as people write them to each other all day.'

type Voice = Readonly<{ index: number; talker: Talker; othersCount: number }>

/** All writes and what became of them. */
class Writes {
  readonly #writers: number[] = []
  readonly #writtenAtMs: number[] = []
  readonly #latenciesMs: number[] = []
  #countedFrom = Infinity
  #countedTo = Infinity
  #deliveries = 0

  write({ index, talker, othersCount }: Voice): void {
    const number = this.#writers.push(index) - 1
    if (number >= this.#countedFrom && number < this.#countedTo) this.#deliveries += othersCount
    this.#writtenAtMs.push(performance.now())
    talker.say(`${words} ${mark}${number.toString(36).padStart(numberSize, '0')}`)
  }

  /** To whoever has this index. There may be several in one frame. */
  shown(index: number, bytes: Buffer): void {
    const nowMs = performance.now()
    for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + 1)) {
      const from = at + mark.length
      const number = Number.parseInt(bytes.toString('latin1', from, from + numberSize), 36)
      // One's own was there before it was sent.
      if (this.#writers[number] === index || number < this.#countedFrom || number >= this.#countedTo) continue
      this.#latenciesMs.push(nowMs - (this.#writtenAtMs[number] ?? Number.NaN))
    }
  }

  /** Those from now on count. */
  begin(): void {
    this.#countedFrom = this.#writers.length
  }

  end(): void {
    this.#countedTo = this.#writers.length
  }

  get areAllShown(): boolean {
    return this.#latenciesMs.length >= this.#deliveries
  }

  result(generatorShare: number): Result {
    const sorted = this.#latenciesMs.toSorted((a, b) => a - b)
    const at = (part: number): number => sorted[Math.floor(sorted.length * part)] ?? Number.NaN
    return {
      writes: this.#countedTo - this.#countedFrom,
      deliveries: this.#deliveries,
      lost: this.#deliveries - sorted.length,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      generatorShare,
    }
  }
}

const writes = new Writes()

function tell(answer: Answer): void {
  process.send?.(answer)
}

async function openAll({ dialect, port, rooms }: Plan): Promise<Voice[]> {
  const voices: Voice[] = []
  const opening = new Set<Promise<undefined>>()
  for (const { name, speakers } of rooms) {
    for (const speaker of speakers) {
      const index = voices.length
      const talker = openTalker(dialect, {
        port,
        localAddress: `127.0.1.${String(1 + Math.floor(index / socketsPerAddress))}`,
        room: name,
        speaker,
        onShown: (bytes) => writes.shown(index, bytes),
      })
      voices.push({ index, talker, othersCount: speakers.length - 1 })
      const opened: Promise<undefined> = talker.whenOpen.finally(() => opening.delete(opened))
      opening.add(opened)
      if (opening.size >= openingMax) await Promise.race(opening)
    }
  }
  await Promise.all(opening)
  return voices
}

/** Everybody writes as often, each at a moment of their own. Returns how to stop. */
function startWriting(voices: readonly Voice[], perSecond: number): () => void {
  const byMoment = voices.toSorted(() => Math.random() - 0.5)
  const startedAtMs = performance.now()
  const gapMs = 1_000 / perSecond / byMoment.length
  let count = 0
  const timer = setInterval(() => {
    const due = (performance.now() - startedAtMs) / gapMs
    for (; count < due; count++) {
      const voice = byMoment[count % byMoment.length]
      if (voice !== undefined) writes.write(voice)
    }
  }, tickMs)
  return () => {
    clearInterval(timer)
  }
}

async function allAreShown(): Promise<void> {
  const giveUpAtMs = performance.now() + lostAfterMs
  while (!writes.areAllShown && performance.now() < giveUpAtMs) await sleep(tickMs)
}

async function run(plan: Plan): Promise<void> {
  const voices = await openAll(plan)
  tell({ kind: 'open' })
  if (plan.perSecond === 0) return
  const stop = startWriting(voices, plan.perSecond)
  await sleep(plan.warmUpMs)
  writes.begin()
  tell({ kind: 'measuring' })
  const usedBefore = process.cpuUsage()
  const beganAtMs = performance.now()
  await sleep(plan.measureMs)
  stop()
  writes.end()
  const { user, system } = process.cpuUsage(usedBefore)
  const generatorShare = (user + system) / 1_000 / (performance.now() - beganAtMs)
  tell({ kind: 'measured' })
  await allAreShown()
  tell({ kind: 'result', result: writes.result(generatorShare) })
}

process.once('message', (plan: Plan) => {
  run(plan).catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  })
})
