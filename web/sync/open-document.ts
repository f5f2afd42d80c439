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
import { mayWrite, type Writer } from '#shared/sync/rights.ts'
import { DocumentLink } from './document-link.ts'
import { Listeners } from './listeners.ts'
import { byNeighbour, Neighbours } from './neighbours.ts'
import type { DocumentState, PagePort, RootView, Undo } from './ports.ts'
import { RootViews, type Told } from './root-view.ts'
import type { Wire } from './wire.ts'
import type { DocumentStore, LeftBehind, Loaded, SyncWorld } from './world.ts'

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

export class OpenDocument implements PagePort {
  readonly doc = new Y.Doc()
  readonly seat: Seat
  readonly name: string
  readonly kind: DocumentKind
  readonly link: DocumentLink
  readonly #views: RootViews
  readonly #neighbours: Neighbours | null
  readonly #world: SyncWorld
  readonly #store: DocumentStore
  readonly #changes = new Listeners()
  readonly #ends = new Listeners()
  readonly #as: Readonly<{ kind: DocumentKind; writer: Writer }>
  #refused: Uint8Array | null
  /** What earlier pages could not write again, and this one has not tried yet. */
  #leftBehind: readonly LeftBehind[] = []
  #state: DocumentState
  #isDisposed = false

  constructor(options: OpenDocumentOptions) {
    const { world, wire, name, storeName, kind, writer, refused } = options
    const canWrite = mayWrite(kind, writer)
    this.#world = world
    this.seat = writer.seat
    this.name = name
    this.kind = kind
    this.#as = { kind, writer }
    this.#refused = refused
    this.#state = {
      ...{ isLoaded: false, isSynced: false, hasUnsent: false, isGiving: false, isKept: true },
      canWrite,
    }
    this.#own()
    this.doc.on('beforeTransaction', () => {
      this.#own()
    })
    // Before the store hears of the change, so that the mark is never behind it; and before anybody who looks at what
    // has changed asks whether the server has it.
    this.doc.on('afterTransaction', ({ local, origin, changed }) => {
      if ((!local && origin !== byNeighbour) || changed.size === 0) return
      this.link.markUnsent()
      this.#refresh({})
    })
    this.#views = new RootViews(this.doc)
    this.#store = world.openStore(storeName, this.doc, refused !== null, (isKept) => {
      this.#refresh({ isKept })
    })
    this.link = new DocumentLink({ world, wire, name, doc: this.doc, canWrite })
    // Others may still hold what was refused.
    this.#neighbours = refused === null ? new Neighbours({ world, name: storeName, doc: this.doc }) : null
    this.link.onChange(() => {
      this.#makeUp()
      this.#refresh({})
    })
    this.#store.whenLoaded.then(
      (loaded) => {
        this.#loaded(loaded)
      },
      () => {
        // Nothing can be kept here. The page works as long as it is open, and says so.
        this.#loaded({ hasUnsent: false, leftBehind: [] })
      },
    )
  }

  /** What the server refused and has not been given again. */
  get refused(): Uint8Array | null {
    return this.#refused
  }

  /** There are changes of this device that the server has not saved, or has refused. */
  get hasUnsent(): boolean {
    return this.#state.hasUnsent || this.#refused !== null
  }

  state(): DocumentState {
    return this.#state
  }

  root(name: string): RootView {
    return this.#views.root(name)
  }

  /** What others have told of the document directly lies over it from now on; nothing does, for null. */
  setTold(told: Told | null): void {
    this.#views.setTold(told)
  }

  toldChanged(root: string, keys: ReadonlySet<string>): void {
    this.#views.toldChanged(root, keys)
  }

  say(root: string, key: string, value: unknown): void {
    this.#views.say(root, key, value)
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

  /** The session is over: what other tabs go on with is not told any more, and tells nothing. */
  partFromNeighbours(): void {
    this.#neighbours?.[Symbol.dispose]()
  }

  /** Once it is closed. */
  onDispose(listener: () => void): void {
    this.#ends.add(listener)
  }

  [Symbol.dispose](): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.#ends.tell()
    this.#changes.clear()
    this.link[Symbol.dispose]()
    this.#neighbours?.[Symbol.dispose]()
    this.#store.close()
    this.doc.destroy()
  }

  /** For what was refused, once the server's state is here. The code for that is hardly ever needed. */
  #makeUp(): void {
    const hasSomething = this.#refused !== null || (this.#leftBehind.length > 0 && this.link.canWrite)
    if (!hasSomething || !this.link.isCurrent) return
    import('./rescue.ts').then(
      ({ makeUp }) => {
        if (this.#isDisposed || !this.link.isCurrent) return
        const [refused, leftBehind] = [this.#refused, this.#leftBehind]
        this.#refused = null
        this.#leftBehind = []
        makeUp({ refused, leftBehind, doc: this.doc, store: this.#store, as: this.#as })
        this.#refresh({})
      },
      () => {
        // It cannot be fetched: tried again when the server is next heard.
      },
    )
  }

  /** Puts the replica under a clientID of this seat. */
  #own(): void {
    if (seatOf(this.doc.clientID) !== this.seat) {
      this.doc.clientID = clientIdOf(this.seat, this.#world.random32())
    }
  }

  #loaded({ hasUnsent, leftBehind }: Loaded): void {
    if (this.#isDisposed) return
    this.#leftBehind = leftBehind
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

  #refresh(change: Readonly<{ isLoaded?: true; isKept?: boolean }>): void {
    if (this.#isDisposed) return
    const before = this.#state
    const { isCurrent, hasUnsent, isGiving, canWrite } = this.link
    this.#keepUnsent(hasUnsent)
    const isLoaded = before.isLoaded || change.isLoaded === true
    const isSynced = before.isSynced || isCurrent
    const isKept = change.isKept ?? before.isKept
    const after: DocumentState = { isLoaded, isSynced, hasUnsent, isGiving, isKept, canWrite }
    const fields = Object.keys(after) as (keyof DocumentState)[]
    if (fields.every((field) => after[field] === before[field])) return
    this.#state = after
    this.#changes.tell()
  }
}
