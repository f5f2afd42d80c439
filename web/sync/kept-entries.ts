/**
 * Entries that this device keeps beside its documents, in IndexedDB: what waits to be written into one.
 *
 * Invariant: `put` resolves after the entry is kept, so that whatever follows from it can be made up for.
 */
import * as idb from 'lib0/indexeddb'
import type { KeptEntries, MakeRoom } from './world.ts'

const storeName = 'entries'

const noRoom: MakeRoom = () => Promise.resolve(false)

export function openKeptEntries(name: string, makeRoom = noRoom): KeptEntries {
  const opened = idb.openDB(name, (db) => {
    idb.createStores(db, [[storeName]])
  })
  async function store(mode: 'readonly' | 'readwrite'): Promise<IDBObjectStore> {
    const [found] = idb.transact(await opened, [storeName], mode)
    if (found === undefined) throw new Error('the store of kept entries is missing')
    return found
  }
  async function put(key: string, value: unknown): Promise<void> {
    try {
      const entries = await store('readwrite')
      entries.put(value, key)
      await committed(entries.transaction)
    } catch (error) {
      if (!(await makeRoom(error))) throw error
      await put(key, value)
    }
  }
  // Nothing can be kept here: every call says so.
  opened.catch(() => undefined)
  return {
    async all() {
      const entries = await idb.getAllKeysValues(await store('readonly'))
      return entries.map(({ k, v }: Readonly<{ k: unknown; v: unknown }>) => [String(k), v] as const)
    },
    put,
    async remove(key) {
      const entries = await store('readwrite')
      entries.delete(key)
      await committed(entries.transaction)
    },
    close() {
      opened.then(
        (db) => {
          db.close()
        },
        () => undefined,
      )
    },
  }
}

/**
 * Resolves once it is kept. It is committed at once, and not when this page has heard that nothing failed: the page may
 * be closed by then.
 */
function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => {
      resolve()
    }
    transaction.onabort = () => {
      reject(transaction.error ?? new Error('an entry could not be kept'))
    }
    transaction.commit()
  })
}
