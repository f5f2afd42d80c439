/**
 * What on this device waits for the server: the names of the databases that hold something it has not saved.
 *
 * Invariant: a name is noted before the change it speaks of is stored, and goes only after the server has all of it. So
 * whatever ends in between, what waits is found again (OF6), and is asked about before it is thrown away (OF7). Notes are
 * in localStorage, where every page of the browser has them at once; a browser writes that some seconds late, so they
 * are in a database as well, and what a browser that was killed has lost of them is made up for.
 */
import { isRoomId, type PersonId, type RoomId } from '#shared/ids.ts'
import { Listeners } from '../sync/listeners.ts'
import type { Undo } from '../sync/ports.ts'
import { hasUnsentKept } from '../sync/indexed-store.ts'
import { openKeptEntries } from '../sync/kept-entries.ts'
import { storePrefix } from '../sync/store-name.ts'
import type { DocumentStore, KeptEntries } from '../sync/world.ts'

/** One key of localStorage for each name: pages of one browser never write over what another has noted. */
const notePrefix = 'stoa.waiting/'
const kinds = ['chat', 'board', 'outbox', 'files'] as const

export type Waiting = Readonly<{
  kind: (typeof kinds)[number]
  roomId: RoomId
  /** Of the document, where it is one. */
  name: string
}>

const changes = new Listeners()
/** Opened when it is first needed: tests of rules have no IndexedDB. */
const durableName = 'stoa/waiting'
let durable: KeptEntries | undefined
const durableNotes = (): KeptEntries => (durable ??= openKeptEntries(durableName))

/** What waits of this person's. */
export function waitingOf(personId: PersonId): readonly Waiting[] {
  const start = notePrefix + storePrefix(personId)
  return notes().flatMap((note) => {
    if (!note.startsWith(start)) return []
    const name = note.slice(start.length)
    const [first, roomId] = name.split('/')
    const kind = kinds.find((each) => each === first)
    return kind !== undefined && isRoomId(roomId) ? [{ kind, roomId, name }] : []
  })
}

/** After any change of what waits, by this page or another one of this browser. */
export function onWaiting(listener: () => void): Undo {
  const hear = ({ key }: StorageEvent): void => {
    if (key === null || key.startsWith(notePrefix)) listener()
  }
  addEventListener('storage', hear)
  const undo = changes.add(listener)
  return () => {
    removeEventListener('storage', hear)
    undo()
  }
}

/** The same document store, which notes whether it holds something unsent. */
export function notingStore(name: string, store: DocumentStore): DocumentStore {
  store.whenLoaded.then(
    ({ hasUnsent }) => {
      if (hasUnsent) note(name, true)
    },
    () => undefined,
  )
  return {
    ...store,
    keepUnsent(hasUnsent) {
      note(name, hasUnsent)
      store.keepUnsent(hasUnsent)
    },
  }
}

/** The same entries, which note whether there are any. */
export function notingKept(name: string, kept: KeptEntries): KeptEntries {
  const keys = new Set<string>()
  let putCount = 0
  /** Another page may have put some. */
  async function look(): Promise<readonly (readonly [key: string, value: unknown])[]> {
    const before = putCount
    const entries = await kept.all()
    if (putCount === before) note(name, entries.length > 0)
    return entries
  }
  return {
    ...kept,
    async all() {
      const entries = await look()
      for (const [key] of entries) keys.add(key)
      return entries
    },
    async put(key, value) {
      putCount += 1
      keys.add(key)
      note(name, true)
      await kept.put(key, value)
      // Another page may have found none meanwhile.
      note(name, true)
    },
    async remove(key) {
      keys.delete(key)
      await kept.remove(key)
      // Closed meanwhile: whoever opens it next looks.
      if (keys.size === 0) await look().catch(() => undefined)
    },
  }
}

/**
 * Makes the notes of this person true again, where the two places in which they are differ. To be called when a page
 * begins: nothing else can tell that the browser was killed.
 */
export async function recoverWaiting(personId: PersonId): Promise<void> {
  const prefix = storePrefix(personId)
  const kept = new Set((await durableNotes().all()).map(([store]) => store))
  const noted = new Set(notes().map((key) => key.slice(notePrefix.length)))
  const doubtful = [...kept, ...noted].filter(
    (store) => store.startsWith(prefix) && !(kept.has(store) && noted.has(store)),
  )
  if (doubtful.length === 0) return
  const existing = new Set((await indexedDB.databases()).map(({ name }) => name))
  for (const store of doubtful) {
    const isWaiting = existing.has(store) && (await holdsUnsent(store, prefix))
    note(store, isWaiting)
    keepNote(store, isWaiting)
  }
}

/** Also after the notes of localStorage are gone. */
export async function forgetWaiting(personId: PersonId): Promise<void> {
  const kept = durableNotes()
  const stores = (await kept.all()).map(([store]) => store)
  const own = stores.filter((store) => store.startsWith(storePrefix(personId)))
  for (const store of own) await kept.remove(store)
  if (own.length < stores.length) return
  kept.close()
  durable = undefined
  indexedDB.deleteDatabase(durableName)
}

async function holdsUnsent(store: string, prefix: string): Promise<boolean> {
  const isDocument = /^(?:chat|board)\//u.test(store.slice(prefix.length))
  if (isDocument) return hasUnsentKept(store)
  const kept = openKeptEntries(store)
  const entries = await kept.all()
  kept.close()
  return entries.length > 0
}

function keepNote(store: string, isWaiting: boolean): void {
  const done = isWaiting ? durableNotes().put(store, 1) : durableNotes().remove(store)
  // Full or forbidden: then nothing can be kept here at all, which is told (D-14).
  done.catch(() => undefined)
}

function note(store: string, isWaiting: boolean): void {
  const key = notePrefix + store
  try {
    if (isWaiting === (localStorage.getItem(key) !== null)) return
    if (isWaiting) localStorage.setItem(key, '1')
    else localStorage.removeItem(key)
  } catch {
    // Full or forbidden: it is found when its room is opened again.
    return
  }
  keepNote(store, isWaiting)
  changes.tell()
}

function notes(): readonly string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(notePrefix))
  } catch {
    return []
  }
}
