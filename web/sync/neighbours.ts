/**
 * The other tabs of this person in this browser that have the same document open: they are told of every change made
 * here, with or without a network. Rule OF5 of docs/PROTOCOL.md.
 *
 * They are the same person's, run the same code and keep the same copy on the device, so what they tell enters the
 * replica, and each brings it to the server as its own: whichever tab is closed, nothing waits for it.
 */
import * as Y from 'yjs'
import type { SyncWorld } from './world.ts'

/** The origin of what another tab has told. */
export const byNeighbour = Symbol('by a neighbour')

export class Neighbours implements Disposable {
  readonly #doc: Y.Doc
  readonly #channel: ReturnType<SyncWorld['openChannel']>
  readonly #tell: (update: Uint8Array, origin: unknown, doc: Y.Doc, transaction: Y.Transaction) => void

  constructor({ world, name, doc }: Readonly<{ world: SyncWorld; name: string; doc: Y.Doc }>) {
    this.#doc = doc
    this.#channel = world.openChannel(name, (message) => {
      this.#hear(message)
    })
    this.#tell = (update, _origin, _doc, { local }) => {
      if (local) this.#channel.post({ update })
    }
    doc.on('update', this.#tell)
    this.#channel.post({ ask: Y.encodeStateVector(doc) })
  }

  [Symbol.dispose](): void {
    this.#doc.off('update', this.#tell)
    this.#channel.close()
  }

  #hear(message: unknown): void {
    const { ask, update } = (message ?? {}) as Readonly<Record<string, unknown>>
    try {
      if (update instanceof Uint8Array) Y.applyUpdate(this.#doc, update, byNeighbour)
      if (ask instanceof Uint8Array) this.#answer(ask)
    } catch {
      // Of another version. What it has to say comes through the server.
    }
  }

  #answer(stateVector: Uint8Array): void {
    const known = Y.decodeStateVector(stateVector)
    const { clients } = this.#doc.store
    const isAhead = [...clients.keys()].some(
      (client) => Y.getState(this.#doc.store, client) > (known.get(client) ?? 0),
    )
    if (isAhead) this.#channel.post({ update: Y.encodeStateAsUpdate(this.#doc, stateVector) })
  }
}
