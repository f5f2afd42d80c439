/**
 * The pictures of a board, unpacked for painting: each no larger than it is shown, and all within one limit.
 *
 * What is in sight is said before each painting; painting itself only takes what is there. Bytes come from this device
 * or from the server, and are unpacked beside the page's own thread. Where nobody has them yet they are asked for again,
 * at once when somebody says that they have been brought. Invariants: what is unpacked takes at rest at most `sizeMax` bytes, of
 * which what is out of sight is let go first; and a picture that cannot be had leaves the others alone. Rule BO8 of
 * docs/PROTOCOL.md.
 */
import type { FileHash } from '#shared/files/file.ts'
import type { ImageRow } from '#shared/board/shape.ts'
import type { Undo } from '../../sync/ports.ts'
import { Listeners } from '../../sync/listeners.ts'
import type { PictureLook } from './render/picture-painter.ts'
import type { World } from './world.ts'

/** A picture in memory. */
export type Unpacked = Readonly<{ image: CanvasImageSource; free(): void }>

export type PicturesWorld = Pick<World, 'nowMs' | 'after'> &
  Readonly<{
    /** Null where neither this device nor the server has it. Rejects where nobody could be asked. */
    load(hash: FileHash, signal: AbortSignal): Promise<Blob | null>
    /** Rejects what is no picture. */
    unpack(blob: Blob, width: number, height: number): Promise<Unpacked>
  }>

/** Something that is shown, `width` device px wide. */
export type Wanted = Readonly<{ row: ImageRow; width: number; height: number }>

type Entry = {
  readonly hash: FileHash
  readonly pixels: ImageRow['i']
  held: Unpacked | null
  /** How often the picture's sides were halved for what is held, and are to be for what was wanted last. */
  halvings: number
  wanted: number
  /** The painting that it was wanted for last. */
  wantedAt: number
  isLoading: boolean
  isBroken: boolean
  failures: number
  /** It is not asked for before. */
  retryAtMs: number
}

/** Bytes of all pictures that are unpacked at once. */
export const picturesSizeMax = 96 * 1024 * 1024
/** Pictures that are loaded and unpacked at once. */
const loadingMax = 3
const halvingsMax = 12
const retryMsMin = 1_000
const retryMsMax = 30_000
const coming: PictureLook = { kind: 'coming' }
const broken: PictureLook = { kind: 'broken' }

export class Pictures {
  readonly #world: PicturesWorld
  readonly #sizeMax: number
  readonly #entries = new Map<FileHash, Entry>()
  readonly #changes = new Listeners<[FileHash]>()
  readonly #ended = new AbortController()
  #painting = 0
  /** How much more often than it is shown all that is in sight is halved, for want of room. */
  #coarser = 0
  #loading = 0
  #cancelRetry: Undo | null = null

  constructor(world: PicturesWorld, sizeMax = picturesSizeMax) {
    this.#world = world
    this.#sizeMax = sizeMax
  }

  lookOf(hash: FileHash): PictureLook {
    const entry = this.#entries.get(hash)
    if (entry?.held != null) return { kind: 'here', image: entry.held.image }
    return entry?.isBroken === true ? broken : coming
  }

  /** All that is in sight now. */
  want(all: Iterable<Wanted>): void {
    this.#painting += 1
    for (const { row, width, height } of all) {
      const entry = this.#entryOf(row)
      const [across, down] = entry.pixels
      const part = Math.max(width / across, height / down)
      const halvings = Math.min(halvingsMax, Math.max(0, Math.floor(-Math.log2(part))))
      const isAgain = entry.wantedAt === this.#painting
      entry.wanted = isAgain ? Math.min(entry.wanted, halvings) : halvings
      entry.wantedAt = this.#painting
    }
    const inSight = [...this.#entries.values()].filter((entry) => this.#isInSight(entry))
    const sizeWith = (coarser: number): number =>
      inSight.reduce((sum, entry) => sum + sizeAt(entry, entry.wanted + coarser), 0)
    this.#coarser = 0
    while (this.#coarser < halvingsMax && sizeWith(this.#coarser) > this.#sizeMax) this.#coarser += 1
    this.#look()
  }

  /** The bytes of a picture can be had now. */
  arrived(hash: FileHash): void {
    const entry = this.#entries.get(hash)
    if (entry === undefined || entry.isBroken) return
    entry.failures = 0
    entry.retryAtMs = 0
    this.#look()
  }

  /** Somebody can be asked again. */
  retry(): void {
    for (const entry of this.#entries.values()) {
      entry.failures = 0
      entry.retryAtMs = 0
    }
    this.#look()
  }

  /** Told of a picture that looks different now. */
  onChange(listener: (hash: FileHash) => void): Undo {
    return this.#changes.add(listener)
  }

  [Symbol.dispose](): void {
    this.#ended.abort()
    this.#cancelRetry?.()
    this.#changes.clear()
    for (const { held } of this.#entries.values()) held?.free()
    this.#entries.clear()
  }

  #entryOf({ b: hash, i: pixels }: ImageRow): Entry {
    const known = this.#entries.get(hash)
    if (known !== undefined) return known
    const entry: Entry = {
      hash,
      pixels,
      held: null,
      halvings: Infinity,
      wanted: 0,
      wantedAt: 0,
      isLoading: false,
      isBroken: false,
      failures: 0,
      retryAtMs: 0,
    }
    this.#entries.set(hash, entry)
    return entry
  }

  /** Begins to load what is in sight and not as it should be, the smallest first: they are here soonest. */
  #look(): void {
    if (this.#ended.signal.aborted) return
    const nowMs = this.#world.nowMs()
    const taken = this.#taken()
    const lacking = [...this.#entries.values()]
      .filter((entry) => this.#isInSight(entry) && !entry.isLoading && !entry.isBroken)
      .filter((entry) => !this.#isSharpEnough(entry, taken))
      .sort((a, b) => sizeAt(a, a.wanted) - sizeAt(b, b.wanted))
    for (const entry of lacking) {
      if (this.#loading >= loadingMax) return
      if (entry.retryAtMs <= nowMs) this.#load(entry)
    }
    this.#lookAgain(lacking, nowMs)
  }

  #lookAgain(lacking: readonly Entry[], nowMs: number): void {
    this.#cancelRetry?.()
    this.#cancelRetry = null
    const waiting = lacking.filter(({ isLoading }) => !isLoading).map(({ retryAtMs }) => retryAtMs - nowMs)
    if (waiting.length === 0) return
    this.#cancelRetry = this.#world.after(Math.max(0, Math.min(...waiting)), () => {
      this.#cancelRetry = null
      this.#look()
    })
  }

  #isInSight({ wantedAt }: Entry): boolean {
    return wantedAt === this.#painting && this.#painting > 0
  }

  /** How often its sides are to be halved: where not all that is in sight has room, all of it is coarser. */
  #target({ wanted }: Entry): number {
    return Math.min(halvingsMax, wanted + this.#coarser)
  }

  #isSharpEnough(entry: Entry, taken: number): boolean {
    const spare = this.#target(entry) - entry.halvings
    // What is too sharp takes room: much of it once half is taken, any of it once all is.
    const isFull = this.#coarser > 0 || taken > this.#sizeMax
    return spare === 0 || (spare > 0 && !isFull && (spare === 1 || taken <= this.#sizeMax / 2))
  }

  #load(entry: Entry): void {
    entry.isLoading = true
    this.#loading += 1
    this.#bring(entry)
      .catch(() => {
        entry.failures += 1
        const delayMs = Math.min(retryMsMax, retryMsMin * 2 ** (entry.failures - 1))
        entry.retryAtMs = this.#world.nowMs() + delayMs
      })
      .finally(() => {
        entry.isLoading = false
        this.#loading -= 1
        this.#look()
      })
      .catch(() => undefined)
  }

  /** Rejects where its bytes cannot be had now. */
  async #bring(entry: Entry): Promise<void> {
    const { signal } = this.#ended
    const blob = await this.#world.load(entry.hash, signal)
    if (blob === null) throw new Error('nobody has it yet')
    const halvings = this.#target(entry)
    let unpacked: Unpacked
    try {
      unpacked = await this.#world.unpack(blob, ...sidesAt(entry, halvings))
    } catch {
      entry.isBroken = true
      if (!signal.aborted) this.#changes.tell(entry.hash)
      return
    }
    if (signal.aborted) {
      unpacked.free()
      return
    }
    entry.held?.free()
    entry.held = unpacked
    entry.halvings = halvings
    entry.failures = 0
    this.#makeRoom()
    this.#changes.tell(entry.hash)
  }

  #taken(): number {
    let taken = 0
    for (const entry of this.#entries.values())
      if (entry.held !== null) taken += sizeAt(entry, entry.halvings)
    return taken
  }

  /** Lets go of what was in sight the longest ago. */
  #makeRoom(): void {
    const held = [...this.#entries.values()].filter((entry) => entry.held !== null)
    let taken = this.#taken()
    for (const entry of held.sort((a, b) => a.wantedAt - b.wantedAt)) {
      if (taken <= this.#sizeMax || this.#isInSight(entry)) return
      taken -= sizeAt(entry, entry.halvings)
      entry.held?.free()
      entry.held = null
      entry.halvings = Infinity
    }
  }
}

function sidesAt({ pixels: [width, height] }: Entry, halvings: number): [width: number, height: number] {
  const part = 2 ** -halvings
  return [Math.max(1, Math.round(width * part)), Math.max(1, Math.round(height * part))]
}

function sizeAt(entry: Entry, halvings: number): number {
  const [width, height] = sidesAt(entry, halvings)
  return 4 * width * height
}
