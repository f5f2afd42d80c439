/**
 * One document as this page has it open: a replica, its copy on this device, and its link to the server.
 *
 * Invariant: every struct made here is under a clientID of this person's seat (ID3). Yjs draws a new clientID when it
 * believes that another replica uses the same one; so it is looked at before every transaction.
 */
import * as Y from 'yjs'
import { AppError } from '#shared/errors.ts'
import { clientIdOf, seatOf, type Seat } from '#shared/ids.ts'
import type { DocumentKind } from '#shared/room.ts'
import { policies, type Writer } from '#shared/sync/policy.ts'
import { DocumentLink } from './document-link.ts'
import { Listeners } from './listeners.ts'
import type { DocumentPort, DocumentState, Undo } from './ports.ts'
import { rescue } from './rescue.ts'
import type { Wire } from './wire.ts'
import type { DocumentStore, SyncWorld } from './world.ts'

export type OpenDocumentOptions = Readonly<{
  world: SyncWorld
  wire: Wire
  /** On the wire. */
  name: string
  /** On this device: one for each person who uses it. */
  storeName: string
  kind: DocumentKind
  /** This person, as far as it is known: what they may do is the server's word, once it has come. */
  writer: Writer
  /** The replica that the server refused, as an update: this one begins without it, and rescues what it can. */
  refused: Uint8Array | null
}>

export class OpenDocument implements DocumentPort {
  readonly doc = new Y.Doc()
  readonly seat: Seat
  readonly link: DocumentLink
  readonly #world: SyncWorld
  readonly #store: DocumentStore
  readonly #changes = new Listeners()
  readonly #as: Readonly<{ kind: DocumentKind; writer: Writer }>
  #refused: Uint8Array | null
  #state: DocumentState
  #isDisposed = false

  constructor(options: OpenDocumentOptions) {
    const { world, wire, name, storeName, kind, writer, refused } = options
    const canWrite = policies[kind].mayWrite(writer)
    this.#world = world
    this.seat = writer.seat
    this.#as = { kind, writer }
    this.#refused = refused
    this.#state = { isLoaded: false, isSynced: false, hasUnsent: false, canWrite }
    this.#own()
    this.doc.on('beforeTransaction', () => {
      this.#own()
    })
    // Before the store hears of the change, so that the mark is never behind it.
    this.doc.on('afterTransaction', (transaction) => {
      if (transaction.local && transaction.changed.size > 0) this.#keepUnsent(true)
    })
    this.#store = world.openStore(storeName, this.doc, refused !== null)
    this.link = new DocumentLink({ world, wire, name, doc: this.doc, canWrite })
    this.link.onChange(() => {
      this.#rescue()
      this.#refresh({})
    })
    this.#store.whenLoaded.then(
      ({ hasUnsent }) => {
        this.#loaded(hasUnsent)
      },
      () => {
        // Nothing can be kept here. The page works as long as it is open.
        this.#loaded(false)
      },
    )
  }

  get isDisposed(): boolean {
    return this.#isDisposed
  }

  /** There are changes of this device that the server has not saved, or has refused. */
  get hasUnsent(): boolean {
    return this.#state.hasUnsent || this.#refused !== null
  }

  state(): DocumentState {
    return this.#state
  }

  transact(change: () => void): void {
    if (!this.#state.canWrite) throw new AppError('forbidden')
    this.doc.transact(change)
  }

  onChange(listener: () => void): Undo {
    return this.#changes.add(listener)
  }

  onNote(listener: (text: string) => void): Undo {
    return this.link.onNote(listener)
  }

  [Symbol.dispose](): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.#changes.clear()
    this.link[Symbol.dispose]()
    this.#store.close()
    this.doc.destroy()
  }

  /** Once the server's state is here. */
  #rescue(): void {
    if (this.#refused === null || !this.link.isCurrent) return
    const state = this.#refused
    this.#refused = null
    rescue(state, this.doc, this.#as)
    this.#store.replace()
  }

  /** Puts the replica under a clientID of this seat. */
  #own(): void {
    if (seatOf(this.doc.clientID) !== this.seat) {
      this.doc.clientID = clientIdOf(this.seat, this.#world.random32())
    }
  }

  #loaded(hasUnsent: boolean): void {
    if (this.#isDisposed) return
    if (hasUnsent) this.link.markUnsent()
    this.#refresh({ isLoaded: true })
    this.link.start()
  }

  #keepUnsent(hasUnsent: boolean): void {
    if (this.#keptUnsent === hasUnsent) return
    this.#keptUnsent = hasUnsent
    this.#store.keepUnsent(hasUnsent)
  }

  /** What the store was last told. */
  #keptUnsent = false

  #refresh(change: Readonly<{ isLoaded?: true }>): void {
    const before = this.#state
    const { isCurrent, hasUnsent, canWrite } = this.link
    this.#keepUnsent(hasUnsent)
    const isLoaded = before.isLoaded || change.isLoaded === true
    const isSynced = before.isSynced || isCurrent
    const after = { isLoaded, isSynced, hasUnsent, canWrite }
    if (
      after.isLoaded === before.isLoaded &&
      after.isSynced === before.isSynced &&
      after.hasUnsent === before.hasUnsent &&
      after.canWrite === before.canWrite
    ) {
      return
    }
    this.#state = after
    this.#changes.tell()
  }
}
