/**
 * Documents in IndexedDB, through y-indexeddb; one database per document.
 *
 * Beside the updates lies one mark, `unsent`. It is set before the first unsent change is stored and taken away after
 * the server has saved everything, so a crash in between leaves it set, never missing.
 */
import { IndexeddbPersistence } from 'y-indexeddb'
import type * as Y from 'yjs'
import type { DocumentStore } from './world.ts'

const unsentKey = 'unsent'

export function openIndexedStore(name: string, doc: Y.Doc): DocumentStore {
  const persistence = new IndexeddbPersistence(name, doc)
  // `whenSynced` alone would wait for ever where the browser refuses the database.
  const opened = persistence._db
  const whenLoaded = opened
    .then(() => persistence.whenSynced)
    .then(() => persistence.get(unsentKey))
    .then((mark: unknown) => ({ hasUnsent: mark === 1 }))
  return {
    whenLoaded,
    keepUnsent(hasUnsent) {
      persistence.set(unsentKey, hasUnsent ? 1 : 0).catch(reportFault)
    },
    close() {
      persistence.destroy().catch(reportFault)
    },
  }
}

/** A full or forbidden disk: the page goes on, and what it holds still reaches the server. */
function reportFault(error: unknown): void {
  console.warn('cannot keep a document on this device', error)
}
