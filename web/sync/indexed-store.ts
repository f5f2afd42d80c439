/**
 * Documents in IndexedDB, one database per document, laid out as y-indexeddb lays them out: updates in the order in
 * which they came, now and then replaced by one that has them all.
 *
 * Beside the updates lies the mark `unsent`, and what was left behind (rescue.ts). The mark is set before the first
 * unsent change is stored and taken away after the server has saved everything, so a crash in between leaves it set,
 * never missing. Invariant (D-14): what could not be stored, because the disk is full or the browser has emptied it, is
 * told at once, and is stored, whole, as soon as it can be: on a full disk in place of what it can do without (OF9).
 */
import * as idb from 'lib0/indexeddb'
import * as Y from 'yjs'
import { hold } from './hold.ts'
import type { Undo } from './ports.ts'
import type { DocumentStore, LeftBehind, Loaded, MakeRoom } from './world.ts'

export const updatesName = 'updates'
export const marksName = 'custom'
export const unsentKey = 'unsent'
export const leftBehindKey = 'left-behind'
/** The newest of them are kept. */
const leftBehindMax = 1_000
/** Updates from which on they are replaced by one. */
const updatesMax = 500
/** After a failure it is tried again, also where nothing more is written. */
const retryMs = 5_000

export function openIndexedStore(
  makeRoom: MakeRoom,
  name: string,
  doc: Y.Doc,
  isAnew: boolean,
  onKept: (isKept: boolean) => void,
): DocumentStore {
  const store = new IndexedStore(makeRoom, name, doc, onKept)
  return {
    whenLoaded: isAnew ? Promise.resolve({ hasUnsent: false, leftBehind: [] }) : store.load(),
    keepUnsent(hasUnsent) {
      store.mark(hasUnsent)
    },
    replace(leftBehind) {
      void store.replace(leftBehind)
    },
    keepLeftBehind(leftBehind) {
      store.keepLeftBehind(leftBehind)
    },
    close() {
      store.close()
    },
  }
}

/** The lock that a page holds on a database for as long as it has it open: nobody deletes it meanwhile. */
export function lockOf(name: string): string {
  return `stoa/open/${name}`
}

export function openDatabase(name: string): Promise<IDBDatabase> {
  return idb.openDB(name, (made) => {
    idb.createStores(made, [[updatesName, { autoIncrement: true }], [marksName]])
  })
}

class IndexedStore {
  readonly #makeRoom: MakeRoom
  readonly #name: string
  readonly #doc: Y.Doc
  readonly #onKept: (isKept: boolean) => void
  #db: IDBDatabase | null = null
  #hasUnsent = false
  #updateCount = 0
  /** Of the replica that this one takes the place of. */
  #leftBehind: readonly LeftBehind[] = []
  /** Something is not stored; the next to be stored is all that the document holds. */
  #isBehind = false
  #isClosed = false
  #retry: ReturnType<typeof setTimeout> | undefined
  readonly #held: Promise<void>
  #letGo: Undo = () => undefined

  constructor(makeRoom: MakeRoom, name: string, doc: Y.Doc, onKept: (isKept: boolean) => void) {
    this.#makeRoom = makeRoom
    this.#name = name
    this.#doc = doc
    this.#onKept = onKept
    this.#held = new Promise((resolve) => {
      this.#letGo = hold(lockOf(name), 'shared', () => {
        resolve()
        return () => undefined
      })
    })
  }

  /** Applies what is kept, and keeps every change from now on. */
  async load(): Promise<Loaded> {
    this.#doc.on('update', this.#onUpdate)
    try {
      const db = await this.#open()
      if (db === null) return { hasUnsent: false, leftBehind: [] }
      const transaction = db.transaction([updatesName, marksName], 'readonly')
      const updates = (await idb.getAll(transaction.objectStore(updatesName))) as Uint8Array[]
      const marks = transaction.objectStore(marksName)
      const mark: unknown = await idb.get(marks, unsentKey)
      const leftBehind = (await idb.get(marks, leftBehindKey)) as readonly LeftBehind[] | undefined
      const hadContent = this.#doc.store.clients.size > 0
      // Of an earlier page.
      this.#hasUnsent ||= mark === 1
      this.#apply(updates)
      this.#updateCount = updates.length
      this.#db = db
      // What was written meanwhile is not among them.
      if (hadContent || this.#isBehind) this.#keepAll()
      return { hasUnsent: mark === 1, leftBehind: leftBehind ?? [] }
    } catch (error) {
      this.#failed(error)
      throw error
    }
  }

  mark(hasUnsent: boolean): void {
    this.#hasUnsent = hasUnsent
    this.#write((transaction) => {
      this.#putMark(transaction)
      transaction.commit()
    })
  }

  /** What was kept before goes, in the same moment as all that the document holds comes. */
  async replace(leftBehind: readonly LeftBehind[]): Promise<void> {
    this.#leftBehind = leftBehind
    this.#doc.on('update', this.#onUpdate)
    try {
      this.#db = await this.#open()
      this.#keepAll(false)
    } catch (error) {
      this.#failed(error)
    }
  }

  keepLeftBehind(leftBehind: readonly LeftBehind[]): void {
    this.#write((transaction) => {
      transaction.objectStore(marksName).put(leftBehind, leftBehindKey)
      transaction.commit()
    })
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#retry)
    this.#doc.off('update', this.#onUpdate)
    // What is being stored still is: the database closes after it.
    this.#db?.close()
    this.#db = null
    this.#letGo()
  }

  /** Null where it has been closed meanwhile. */
  async #open(): Promise<IDBDatabase | null> {
    await this.#held
    const db = this.#isClosed ? null : await openDatabase(this.#name)
    if (db === null || this.#isClosed) {
      db?.close()
      return null
    }
    // Only the browser does this: it has emptied its storage, or that has broken.
    db.onclose = () => {
      this.#failed(new Error('the browser has closed the database'))
    }
    return db
  }

  readonly #onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin === this) return
    // Then all of it is stored in a moment, or when it is tried again.
    if (this.#db === null) this.#isBehind = true
    if (this.#isBehind) return
    this.#updateCount += 1
    if (this.#updateCount >= updatesMax) this.#keepAll()
    else {
      this.#write((transaction) => {
        transaction.objectStore(updatesName).add(update)
        // Not when this page has heard that it was stored: it may be closed by then.
        transaction.commit()
      })
    }
  }

  /** Everything the document holds instead of all that is kept; `isWithKept`: with what other tabs have kept. */
  #keepAll(isWithKept = true): void {
    this.#isBehind = true
    this.#write((transaction) => {
      const updates = transaction.objectStore(updatesName)
      const putAll = (): void => {
        updates.clear()
        updates.add(Y.encodeStateAsUpdate(this.#doc))
        this.#putMark(transaction)
        this.#addLeftBehind(transaction)
        this.#updateCount = 1
        // What comes from now on is stored after it.
        this.#isBehind = false
      }
      if (!isWithKept) {
        putAll()
        return
      }
      const kept = updates.getAll()
      kept.onsuccess = () => {
        this.#apply(kept.result as Uint8Array[])
        putAll()
      }
    })
  }

  #apply(updates: readonly Uint8Array[]): void {
    this.#doc.transact(() => {
      for (const update of updates) Y.applyUpdate(this.#doc, update, this)
    }, this)
  }

  #putMark(transaction: IDBTransaction): void {
    transaction.objectStore(marksName).put(this.#hasUnsent ? 1 : 0, unsentKey)
  }

  #addLeftBehind(transaction: IDBTransaction): void {
    const added = this.#leftBehind
    if (added.length === 0) return
    const marks = transaction.objectStore(marksName)
    const kept = marks.get(leftBehindKey) as IDBRequest<readonly LeftBehind[] | undefined>
    kept.onsuccess = () => {
      const all = [...(kept.result ?? []), ...added]
      marks.put(all.slice(-leftBehindMax), leftBehindKey)
    }
    transaction.addEventListener('complete', () => {
      this.#leftBehind = []
    })
  }

  #write(change: (transaction: IDBTransaction) => void): void {
    if (this.#db === null) return
    try {
      const transaction = this.#db.transaction([updatesName, marksName], 'readwrite')
      transaction.oncomplete = () => {
        if (!this.#isBehind) this.#onKept(true)
      }
      // Whatever fails in it ends here; a full disk only here.
      transaction.onabort = () => {
        this.#failed(transaction.error)
      }
      change(transaction)
    } catch (error) {
      this.#failed(error)
    }
  }

  #failed(error: unknown): void {
    if (this.#isClosed) return
    console.warn('cannot keep a document on this device', error)
    this.#isBehind = true
    this.#onKept(false)
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => {
      void this.#again()
    }, retryMs)
    void this.#makeRoom(error).then((hasRoom) => {
      if (hasRoom) void this.#again()
    })
  }

  /** In a database that is opened anew: the one before may be gone. */
  async #again(): Promise<void> {
    clearTimeout(this.#retry)
    this.#db?.close()
    this.#db = null
    try {
      this.#db = await this.#open()
      if (this.#db !== null) this.#keepAll()
    } catch (error) {
      this.#failed(error)
    }
  }
}
