/**
 * Makes room on this device: pages of chat that the server has, and that nobody has open, are dropped. Whoever scrolls
 * back to one of them has it from the server again.
 *
 * Rule OF9 of docs/PROTOCOL.md. Invariant: a page is dropped only while no page of this browser can open it, and only if
 * its own marks say that it holds nothing unsent and nothing left behind, whatever is noted elsewhere.
 */
import * as idb from 'lib0/indexeddb'
import {
  leftBehindKey,
  lockOf,
  marksName,
  openDatabase,
  unsentKey,
  updatesName,
} from '../sync/indexed-store.ts'
import { deleteDatabase } from './delete-database.ts'
import { oldPages } from './old-pages.ts'
import { openedAtMs } from './opened-rooms.ts'
import { note, notes } from './waiting.ts'

/** Of what the browser grants, and in all: some browsers say of any device that ten more gigabytes are free. */
const [usedPartMax, usedBytesMax] = [0.8, 2 * 1024 ** 3]
/** What is left of that, once it was more. */
const leftPart = 0.9
/** At once, where something found no room: some twenty pages. */
const droppedBytesMin = 4 * 1024 ** 2

let dropping: Promise<boolean> | null = null

/**
 * Drops what is too much, and where something has found no room (`isFull`) in any case something. True if anything went.
 * Who asks meanwhile gets the same answer.
 */
export function dropPages(isFull = false): Promise<boolean> {
  dropping ??= drop(isFull).finally(() => {
    dropping = null
  })
  return dropping
}

async function drop(isFull: boolean): Promise<boolean> {
  // Without locks nobody knows what is open.
  if (!isSecureContext) return false
  const wantedBytes = Math.max(await excessBytes(), isFull ? droppedBytesMin : 0)
  if (wantedBytes === 0) return false
  const stores = (await indexedDB.databases()).flatMap(({ name }) => name ?? [])
  let droppedBytes = 0
  for (const store of oldPages({ stores, waiting: new Set(notes()), openedAtMs })) {
    if (droppedBytes >= wantedBytes) break
    droppedBytes += await dropPage(store)
  }
  return droppedBytes > 0
}

async function excessBytes(): Promise<number> {
  const { usage = 0, quota = Infinity } = await navigator.storage.estimate()
  const most = Math.min(quota * usedPartMax, usedBytesMax)
  return usage > most ? usage - most * leftPart : 0
}

/** How much has gone; 0 where a page has it open, or it holds something unsent. */
function dropPage(store: string): Promise<number> {
  return navigator.locks.request(lockOf(store), { ifAvailable: true }, async (lock) => {
    if (lock === null) return 0
    const { sizeBytes, hasUnsent, hasLeftBehind } = await look(store)
    if (hasUnsent) {
      // Nobody knew: then it was never brought either.
      note(store, true)
      return 0
    }
    if (hasLeftBehind) return 0
    await deleteDatabase(store)
    return sizeBytes
  })
}

async function look(
  store: string,
): Promise<Readonly<{ sizeBytes: number; hasUnsent: boolean; hasLeftBehind: boolean }>> {
  const db = await openDatabase(store)
  try {
    const transaction = db.transaction([updatesName, marksName])
    const updates = (await idb.getAll(transaction.objectStore(updatesName))) as Uint8Array[]
    const marks = transaction.objectStore(marksName)
    const mark: unknown = await idb.get(marks, unsentKey)
    const leftBehind = (await idb.get(marks, leftBehindKey)) as readonly unknown[] | undefined
    return {
      sizeBytes: updates.reduce((sum, { length }) => sum + length, 0),
      hasUnsent: mark === 1,
      hasLeftBehind: leftBehind !== undefined && leftBehind.length > 0,
    }
  } finally {
    db.close()
  }
}
