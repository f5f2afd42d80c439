/**
 * What a device keeps, as IndexedDB does: each database in the order it was asked to, each write certain only some time
 * after.
 *
 * A page that is closed leaves its writes to finish; one that dies takes those with it that were not certain. Pages of
 * the same device share what is kept, not what they hold in memory.
 */
import * as Y from 'yjs'
import type { DocumentStore, KeptEntries, Loaded, OpenStore } from '#web/sync/world.ts'
import type { Chance } from '../support/chance.ts'
import { Channels } from '../support/channels.ts'
import { roomId, type Member } from './server.ts'
import type { VirtualTime } from './time.ts'

type KeptDocument = { updates: Uint8Array[]; hasUnsent: boolean }

/** The page on whose behalf something is kept. */
export type Keeper = object

const writeMsMax = 40

export function outboxName({ personId }: Member): string {
  return `stoa/${personId}/outbox/${roomId}`
}

export class Device {
  readonly #time: VirtualTime
  readonly #chance: Chance
  readonly #documents = new Map<string, KeptDocument>()
  readonly #entries = new Map<string, Map<string, unknown>>()
  /** When the last write of each database will be certain. */
  readonly #doneAtMs = new Map<string, number>()
  readonly #dead = new WeakSet<Keeper>()
  readonly #channels: Channels
  /** By how much this device's clock is wrong. */
  skewMs = 0
  /** The newest page that its pages were ever told of. */
  chatTail = 0

  constructor(time: VirtualTime, chance: Chance) {
    this.#time = time
    this.#chance = chance
    this.#channels = new Channels((run) => void time.after(this, 1, run))
  }

  /** The page died: what was not certain yet is not kept. */
  kill(keeper: Keeper): void {
    this.#dead.add(keeper)
    this.#time.forget(keeper)
  }

  entries(name: string): ReadonlyMap<string, unknown> {
    return this.#entries.get(name) ?? new Map<string, unknown>()
  }

  /** Every update that is kept, by the document's name here. */
  documents(): ReadonlyMap<string, readonly Uint8Array[]> {
    return new Map([...this.#documents].map(([name, { updates }]) => [name, updates]))
  }

  openStore(keeper: Keeper): OpenStore {
    return (name, doc, isAnew) => this.#openDocument(keeper, name, doc, isAnew)
  }

  openChannel(keeper: Keeper, ...[name, hear]: Parameters<Channels['open']>): ReturnType<Channels['open']> {
    const channel = this.#channels.open(name, (message) => {
      if (!this.#dead.has(keeper)) hear(message)
    })
    return {
      post: (message) => {
        if (!this.#dead.has(keeper)) channel.post(message)
      },
      close: () => {
        channel.close()
      },
    }
  }

  openKept(keeper: Keeper, name: string): KeptEntries {
    const entries = this.#entries.get(name) ?? new Map<string, unknown>()
    this.#entries.set(name, entries)
    return {
      all: async () => {
        await this.#write(keeper, name, () => undefined)
        return [...entries]
      },
      put: (key, value) => this.#write(keeper, name, () => void entries.set(key, structuredClone(value))),
      remove: (key) => this.#write(keeper, name, () => void entries.delete(key)),
      close: () => undefined,
    }
  }

  #openDocument(keeper: Keeper, name: string, doc: Y.Doc, isAnew: boolean): DocumentStore {
    const kept = this.#documents.get(name) ?? { updates: [], hasUnsent: false }
    this.#documents.set(name, kept)
    let isKeeping = !isAnew
    let isLoaded = false
    const keep = (update: Uint8Array, origin: unknown): void => {
      // As the page's own: before the load is done nothing is kept one by one, and what was loaded is not kept again.
      if (!isKeeping || !isLoaded || origin === kept) return
      void this.#write(keeper, name, () => void kept.updates.push(update))
    }
    const load = async (): Promise<Loaded> => {
      await this.#write(keeper, name, () => undefined)
      // An honest page is never refused (I7), and leaves nothing behind.
      if (isAnew) return { hasUnsent: false, leftBehind: [] }
      isLoaded = true
      const written = Y.encodeStateAsUpdate(doc)
      void this.#write(keeper, name, () => void kept.updates.push(written))
      doc.transact(() => {
        for (const update of kept.updates) Y.applyUpdate(doc, update)
      }, kept)
      return { hasUnsent: kept.hasUnsent, leftBehind: [] }
    }
    doc.on('update', keep)
    return {
      whenLoaded: load(),
      keepUnsent: (hasUnsent) => {
        if (isKeeping) void this.#write(keeper, name, () => void (kept.hasUnsent = hasUnsent))
      },
      replace: () => {
        isKeeping = true
        isLoaded = true
        const state = Y.encodeStateAsUpdate(doc)
        void this.#write(keeper, name, () => void (kept.updates = [state]))
      },
      keepLeftBehind: () => undefined,
      close: () => {
        doc.off('update', keep)
      },
    }
  }

  /** Never resolves for a page that died. */
  #write(keeper: Keeper, database: string, run: () => void): Promise<void> {
    return new Promise((done) => {
      if (this.#dead.has(keeper)) return
      const lastMs = Math.max(this.#time.elapsedMs, this.#doneAtMs.get(database) ?? 0)
      const dueMs = lastMs + this.#chance.below(writeMsMax)
      this.#doneAtMs.set(database, dueMs)
      this.#time.at(keeper, dueMs, () => {
        run()
        done()
      })
    })
  }
}
