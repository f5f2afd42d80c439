/** The notes of what waits after a browser was killed, and when a person is forgotten. See waiting.ts. */
import * as idb from 'lib0/indexeddb'
import type { PersonId } from '#shared/ids.ts'
import { marksName, openDatabase, unsentKey } from '../sync/indexed-store.ts'
import { openKeptEntries } from '../sync/kept-entries.ts'
import { storePrefix } from '../sync/store-name.ts'
import { closeKeptNotes, keepNote, keptNotes, keptNotesName, note, notes } from './waiting.ts'

/**
 * Makes the notes of this person true again, where the two places in which they are differ. To be called when a page
 * begins: nothing else can tell that the browser was killed.
 */
export async function recoverWaiting(personId: PersonId): Promise<void> {
  const prefix = storePrefix(personId)
  const kept = new Set((await keptNotes().all()).map(([store]) => store))
  const noted = new Set(notes())
  const doubtful = [...kept, ...noted].filter(
    (store) => store.startsWith(prefix) && !(kept.has(store) && noted.has(store)),
  )
  if (doubtful.length === 0) return
  const existing = new Set((await indexedDB.databases()).map(({ name }) => name))
  for (const store of doubtful) {
    const isWaiting = existing.has(store) && (await holdsUnsent(store, prefix))
    // A note goes before what it speaks of: it may have been made while this looked.
    if (!isWaiting && !kept.has(store) && (await isKept(store))) continue
    note(store, isWaiting)
    keepNote(store, isWaiting)
  }
}

async function isKept(store: string): Promise<boolean> {
  return (await keptNotes().all()).some(([name]) => name === store)
}

/** After the notes of localStorage are gone. */
export async function forgetWaiting(personId: PersonId): Promise<void> {
  const kept = keptNotes()
  const stores = (await kept.all()).map(([store]) => store)
  const own = stores.filter((store) => store.startsWith(storePrefix(personId)))
  for (const store of own) await kept.remove(store)
  if (own.length < stores.length) return
  closeKeptNotes()
  indexedDB.deleteDatabase(keptNotesName)
}

async function holdsUnsent(store: string, prefix: string): Promise<boolean> {
  if (/^(?:chat|board)\//u.test(store.slice(prefix.length))) return isMarkedUnsent(store)
  const kept = openKeptEntries(store)
  const entries = await kept.all()
  kept.close()
  return entries.length > 0
}

/** Of a document. */
async function isMarkedUnsent(store: string): Promise<boolean> {
  const db = await openDatabase(store)
  try {
    const mark: unknown = await idb.get(db.transaction(marksName).objectStore(marksName), unsentKey)
    return mark === 1
  } finally {
    db.close()
  }
}
