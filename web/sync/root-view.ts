/**
 * The root maps of a document as they are shown: this device's replica, and over it what others have told directly
 * while the server does not have it yet (DP1).
 *
 * Invariant: what was told never enters the replica. It lies over it, and is gone without a trace when it is dropped.
 */
import type * as Y from 'yjs'
import { seatOf, type Seat } from '#shared/ids.ts'
import { Listeners } from './listeners.ts'
import type { RootView, Undo } from './ports.ts'

/** What one peer has said of one key. */
export type ToldEntry = Readonly<{
  root: string
  key: string
  /** Undefined where it was deleted. */
  value: unknown
  /** Larger than that of all which its writer had seen of the document. */
  clock: number
}>

/** What lies over one document. */
export type Told = Readonly<{
  /** What counts more than the replica; undefined where nothing does. */
  winner(root: string, key: string): Readonly<{ entry: ToldEntry; seat: Seat }> | undefined
  keys(root: string): Iterable<string>
  /** This page deletes what is not in the replica, but was told. */
  deleteTold(root: string, key: string): void
  /** This page will write that once it can, and tells it already; undefined where it will not. */
  say(root: string, key: string, value: unknown): void
  /** The replica has changed: to be asked before anything is shown of it. */
  took(transaction: Y.Transaction): void
}>

/** The views of one document. */
export class RootViews {
  readonly #doc: Y.Doc
  readonly #views = new Map<string, View>()
  /** What is told and not written yet, for those who are still to hear it. */
  readonly #said = new Map<string, Pick<ToldEntry, 'root' | 'key' | 'value'>>()
  #told: Told | null = null

  constructor(doc: Y.Doc) {
    this.#doc = doc
    doc.on('afterTransaction', (transaction) => {
      this.#told?.took(transaction)
      for (const view of this.#views.values()) view.changed(transaction)
    })
  }

  root(name: string): RootView {
    const view = this.#views.get(name) ?? new View(this.#doc.getMap(name), name, () => this.#told)
    this.#views.set(name, view)
    return view
  }

  /** Null takes away what was told. */
  setTold(told: Told | null): void {
    const before = this.#told
    this.#told = told
    for (const { root, key, value } of this.#said.values()) told?.say(root, key, value)
    for (const [name, view] of this.#views)
      view.tell(new Set([...(before?.keys(name) ?? []), ...(told?.keys(name) ?? [])]))
  }

  /** Tells others what is to be written later; undefined takes that back. */
  say(root: string, key: string, value: unknown): void {
    if (value === undefined) this.#said.delete(`${root}\0${key}`)
    else this.#said.set(`${root}\0${key}`, { root, key, value })
    this.#told?.say(root, key, value)
  }

  /** What was told of these keys is another. */
  toldChanged(root: string, keys: ReadonlySet<string>): void {
    this.#views.get(root)?.tell(keys)
  }
}

class View implements RootView {
  readonly #map: Y.Map<unknown>
  readonly #name: string
  readonly #told: () => Told | null
  readonly #listeners = new Listeners<[ReadonlySet<string>, boolean]>()

  constructor(map: Y.Map<unknown>, name: string, told: () => Told | null) {
    this.#map = map
    this.#name = name
    this.#told = told
  }

  get(key: string): unknown {
    const winner = this.#told()?.winner(this.#name, key)
    return winner === undefined ? this.#map.get(key) : winner.entry.value
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  *entries(): Iterable<[key: string, value: unknown]> {
    const told = this.#told()
    for (const [key, own] of this.#map) {
      const winner = told?.winner(this.#name, key)
      const value = winner === undefined ? own : winner.entry.value
      if (value !== undefined) yield [key, value]
    }
    for (const key of told?.keys(this.#name) ?? []) {
      const value = this.#map.has(key) ? undefined : this.get(key)
      if (value !== undefined) yield [key, value]
    }
  }

  isTold(key: string): boolean {
    return this.#told()?.winner(this.#name, key) !== undefined
  }

  writerOf(key: string): Seat | null {
    const winner = this.#told()?.winner(this.#name, key)
    if (winner !== undefined) return winner.seat
    const item = this.#map._map.get(key)
    return item === undefined ? null : seatOf(item.id.client)
  }

  delete(key: string): void {
    this.#map.delete(key)
    this.#told()?.deleteTold(this.#name, key)
  }

  observe(listener: (keys: ReadonlySet<string>, isOwn: boolean) => void): Undo {
    return this.#listeners.add(listener)
  }

  changed({ changed, local }: Y.Transaction): void {
    // As yjs types it, a map from types of any events; it is looked up by identity.
    const keys = (changed as ReadonlyMap<unknown, ReadonlySet<string | null>>).get(this.#map)
    if (keys !== undefined) this.#listeners.tell(keys as ReadonlySet<string>, local)
  }

  tell(keys: ReadonlySet<string>): void {
    if (keys.size > 0) this.#listeners.tell(keys, false)
  }
}
