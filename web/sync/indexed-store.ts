/**
 * Documents in IndexedDB, through y-indexeddb; one database per document.
 *
 * Beside the updates lies one mark, `unsent`. It is set before the first unsent change is stored and taken away after
 * the server has saved everything, so a crash in between leaves it set, never missing.
 */
import { clearDocument, IndexeddbPersistence } from 'y-indexeddb'
import type * as Y from 'yjs'
import type { DocumentStore } from './world.ts'

const unsentKey = 'unsent'

export function openIndexedStore(name: string, doc: Y.Doc, isAnew: boolean): DocumentStore {
  let persistence = isAnew ? null : new IndexeddbPersistence(name, doc)
  let hasUnsentNow = false
  let isClosed = false
  const mark = (): void => {
    persistence?.set(unsentKey, hasUnsentNow ? 1 : 0).catch(reportFault)
  }
  return {
    whenLoaded: persistence === null ? Promise.resolve({ hasUnsent: false }) : load(persistence),
    keepUnsent(hasUnsent) {
      hasUnsentNow = hasUnsent
      mark()
    },
    replace() {
      clearDocument(name)
        .then(() => {
          if (isClosed) return
          // It begins by storing all that the document holds.
          persistence = new IndexeddbPersistence(name, doc)
          mark()
        })
        .catch(reportFault)
    },
    close() {
      isClosed = true
      persistence?.destroy().catch(reportFault)
    },
  }
}

async function load(persistence: IndexeddbPersistence): Promise<Readonly<{ hasUnsent: boolean }>> {
  // `whenSynced` alone would wait for ever where the browser refuses the database.
  await persistence._db
  await persistence.whenSynced
  const mark: unknown = await persistence.get(unsentKey)
  return { hasUnsent: mark === 1 }
}

/** A full or forbidden disk: the page goes on, and what it holds still reaches the server. */
function reportFault(error: unknown): void {
  console.warn('cannot keep a document on this device', error)
}
