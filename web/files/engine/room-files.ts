/**
 * The files of one room that this device has and the server has not: kept here, and brought there one after the other.
 *
 * Rule FI7 of docs/PROTOCOL.md. Invariants: a file leaves the device's store only once the server has it on disk, or it
 * is given up; and whatever is not in the store has been brought, so a message whose files are not here may go.
 */
import { AppError, type ErrorCode } from '#shared/errors.ts'
import { isFileHash, type FileHash } from '#shared/files/file.ts'
import { filePaths } from '#shared/files/paths.ts'
import type { RoomId } from '#shared/ids.ts'
import { Listeners } from '../../sync/listeners.ts'
import type { Undo } from '../../sync/ports.ts'
import type { KeptEntries } from '../../sync/world.ts'
import { carry, type CarrierWorld } from './carrier.ts'

export type FileState =
  /** On the server, as far as this device knows. */
  | Readonly<{ kind: 'there' }>
  /** Kept here, until the server is back or others are through. */
  | Readonly<{ kind: 'waiting' }>
  /** `part` of it, 0…1, has come. */
  | Readonly<{ kind: 'sending'; part: number }>
  | Readonly<{ kind: 'failed'; code: ErrorCode }>

export type FilesWorld = CarrierWorld &
  Readonly<{
    after(delayMs: number, run: () => void): Undo
    urlOf(blob: Blob): string
    forgetUrl(url: string): void
    /** Runs alone among all pages of this browser that have the same file. */
    alone(name: string, run: () => Promise<void>): Promise<void>
  }>

type Entry = { readonly blob: Blob; state: FileState; readonly abort: AbortController }
type Options = Readonly<{ roomId: RoomId; kept: KeptEntries; world: FilesWorld }>

/** What time mends. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'network-away',
  'server-busy',
  'server-stopping',
  'server-fault',
  'storage-failed',
  'too-many-requests',
  'too-slow',
  'request-malformed',
  'signed-out',
])
const retryMsMin = 1_000
const retryMsMax = 30_000

export class RoomFiles {
  readonly #roomId: RoomId
  readonly #kept: KeptEntries
  readonly #world: FilesWorld
  readonly #waiting = new Map<FileHash, Entry>()
  /** Of what was seen or chosen here, also after it was brought. */
  readonly #urls = new Map<FileHash, string>()
  readonly #blobs = new Map<FileHash, Blob>()
  /** What something else than a message needs too. */
  readonly #pinned = new Set<FileHash>()
  readonly #loaded: Promise<void>
  readonly #changes = new Listeners()
  #isLoaded = false
  #isBusy = false
  #isDisposed = false
  #retryMs = retryMsMin
  #cancelRetry: Undo | null = null

  constructor({ roomId, kept, world }: Options) {
    this.#roomId = roomId
    this.#kept = kept
    this.#world = world
    this.#loaded = kept
      .all()
      .catch(() => [])
      .then((entries) => {
        this.#load(entries)
      })
      .catch(() => undefined)
  }

  /** What is kept here and has not been brought. */
  pending(): ReadonlyMap<FileHash, FileState> {
    return new Map([...this.#waiting].map(([hash, { state }]) => [hash, state]))
  }

  /** The bytes, where this device had or has them to bring. */
  async blobOf(hash: FileHash): Promise<Blob | null> {
    await this.#loaded
    return this.#blobs.get(hash) ?? null
  }

  /** Something else than a message needs it: it is brought, whatever becomes of the message. */
  pin(hash: FileHash): void {
    this.#pinned.add(hash)
  }

  /** Nothing needs it any more. */
  giveUp(hash: FileHash): void {
    this.#pinned.delete(hash)
    this.drop(hash)
  }

  /** Whether the server has all of these. */
  isReady(hashes: readonly FileHash[]): boolean {
    return this.#isLoaded && hashes.every((hash) => !this.#waiting.has(hash))
  }

  stateOf(hash: FileHash): FileState {
    return this.#waiting.get(hash)?.state ?? { kind: this.#isLoaded ? 'there' : 'waiting' }
  }

  /** Where a page finds it: here, or at the server. */
  urlOf(hash: FileHash): string {
    return this.#urls.get(hash) ?? filePaths.file(this.#roomId, hash)
  }

  /** Resolves once it is kept on this device, or nothing can be kept here. */
  async add(hash: FileHash, blob: Blob): Promise<void> {
    if (this.#waiting.has(hash) || this.#isDisposed) return
    this.#hold(hash, blob)
    const keeping = this.#kept.put(hash, blob).catch(() => undefined)
    this.#look()
    await keeping
  }

  /** It is not needed any more. */
  drop(hash: FileHash): void {
    const entry = this.#waiting.get(hash)
    if (entry === undefined || this.#pinned.has(hash)) return
    this.#waiting.delete(hash)
    entry.abort.abort()
    this.#kept.remove(hash).catch(() => undefined)
    this.#world
      .fetch(filePaths.file(this.#roomId, hash), {
        method: 'DELETE',
        headers: { 'content-type': 'application/json' },
      })
      // The server lets go of it by itself, a day later.
      .catch(() => undefined)
    this.#changes.tell()
  }

  /** Somebody asks for it, or the server is heard again. */
  retry(): void {
    for (const entry of this.#waiting.values())
      if (entry.state.kind === 'failed') entry.state = { kind: 'waiting' }
    this.#cancelRetry?.()
    this.#cancelRetry = null
    this.#retryMs = retryMsMin
    this.#look()
  }

  onChange(listener: () => void): Undo {
    return this.#changes.add(listener)
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true
    this.#changes.clear()
    this.#cancelRetry?.()
    for (const { abort } of this.#waiting.values()) abort.abort()
    for (const url of this.#urls.values()) this.#world.forgetUrl(url)
    this.#kept.close()
  }

  #load(entries: readonly (readonly [key: string, value: unknown])[]): void {
    if (this.#isDisposed) return
    for (const [hash, blob] of entries)
      if (isFileHash(hash) && blob instanceof Blob && !this.#waiting.has(hash)) this.#hold(hash, blob)
    this.#isLoaded = true
    this.#look()
  }

  #hold(hash: FileHash, blob: Blob): void {
    this.#waiting.set(hash, { blob, state: { kind: 'waiting' }, abort: new AbortController() })
    this.#blobs.set(hash, blob)
    if (!this.#urls.has(hash)) this.#urls.set(hash, this.#world.urlOf(blob))
  }

  /** After any change: tells of it, and brings the next. */
  #look(): void {
    this.#changes.tell()
    if (this.#isBusy || this.#isDisposed || this.#cancelRetry !== null || !this.#isLoaded) return
    const next = [...this.#waiting].find(([, { state }]) => state.kind === 'waiting')
    if (next === undefined) return
    this.#isBusy = true
    this.#bring(...next)
      .catch(() => undefined)
      .finally(() => {
        this.#isBusy = false
        this.#look()
      })
      .catch(() => undefined)
  }

  async #bring(hash: FileHash, entry: Entry): Promise<void> {
    const { blob, abort } = entry
    const onProgress = (received: number): void => {
      entry.state = { kind: 'sending', part: received / blob.size }
      this.#retryMs = retryMsMin
      this.#changes.tell()
    }
    try {
      entry.state = { kind: 'sending', part: 0 }
      await this.#world.alone(`${this.#roomId}/${hash}`, () =>
        carry(this.#world, this.#roomId, { hash, blob }, abort.signal, onProgress),
      )
      this.#waiting.delete(hash)
      this.#kept.remove(hash).catch(() => undefined)
    } catch (error) {
      if (abort.signal.aborted) return
      const code = error instanceof AppError ? error.code : 'server-fault'
      entry.state = passing.has(code) ? { kind: 'waiting' } : { kind: 'failed', code }
      if (entry.state.kind === 'waiting') this.#wait()
    }
  }

  #wait(): void {
    this.#cancelRetry = this.#world.after(this.#retryMs, () => {
      this.#cancelRetry = null
      this.#look()
    })
    this.#retryMs = Math.min(retryMsMax, 2 * this.#retryMs)
  }
}
