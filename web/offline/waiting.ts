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
import { openKeptEntries } from '../sync/kept-entries.ts'
import { storePrefix } from '../sync/store-name.ts'
import type { DocumentStore, KeptEntries } from '../sync/world.ts'

/** One key of localStorage for each name: pages of one browser never write over what another has noted. */
const notePrefix = 'stoa.waiting/'
export const keptNotesName = 'stoa/waiting'
const kinds = ['chat', 'board', 'outbox', 'files'] as const

export type Waiting = Readonly<{
  kind: (typeof kinds)[number]
  roomId: RoomId
  /** Of the document, where it is one. */
  name: string
}>

const changes = new Listeners()
let kept: KeptEntries | undefined
/** The notes that outlive a browser that is killed, by name. */
export const keptNotes = (): KeptEntries => (kept ??= openKeptEntries(keptNotesName))

/** They are opened again when they are next needed. */
export function closeKeptNotes(): void {
  kept?.close()
  kept = undefined
}

/** What waits of this person's. */
export function waitingOf(personId: PersonId): readonly Waiting[] {
  const start = storePrefix(personId)
  return notes().flatMap((store) => {
    if (!store.startsWith(start)) return []
    const name = store.slice(start.length)
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

export function keepNote(store: string, isWaiting: boolean): void {
  const done = isWaiting ? keptNotes().put(store, 1) : keptNotes().remove(store)
  done.catch(() => {
    // Somebody signed out, and it went. Or full, or forbidden: nothing can be kept here at all, which is told (D-14).
    closeKeptNotes()
  })
}

export function note(store: string, isWaiting: boolean): void {
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

/** Names of what waits. */
export function notes(): readonly string[] {
  try {
    return Object.keys(localStorage).flatMap((key) =>
      key.startsWith(notePrefix) ? [key.slice(notePrefix.length)] : [],
    )
  } catch {
    return []
  }
}
