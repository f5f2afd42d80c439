/**
 * The guard: judges an update before any of it enters a document.
 *
 * The rules are in shared/sync/judge.ts, and look at bytes alone; this is the view of a Y.Doc that they need. It
 * changes nothing in the document, whatever the update says.
 */
import * as Y from 'yjs'
import type { Seat } from '#shared/ids.ts'
import { judgeUpdate, type Judging, type Verdict } from '#shared/sync/judge.ts'
import type { DocumentView, Place } from '#shared/sync/placement.ts'
import { judgeReading, type ReadingVerdict } from '#shared/sync/reading.ts'
import type { Id } from '#shared/sync/update-reader.ts'

export type { Verdict } from '#shared/sync/judge.ts'

export function inspectUpdate(
  update: Uint8Array,
  { doc, ...options }: Omit<Judging, 'view'> & Readonly<{ doc: Y.Doc }>,
): Verdict {
  return judgeUpdate(update, { ...options, view: viewOf(doc) })
}

/** Of somebody who may only read the document (BO5). */
export function inspectReading(
  update: Uint8Array,
  { doc, seat }: Readonly<{ doc: Y.Doc; seat: Seat }>,
): ReadingVerdict {
  return judgeReading(update, { view: viewOf(doc), seat })
}

function viewOf(doc: Y.Doc): DocumentView {
  return {
    stateOf: (client) => Y.getState(doc.store, client),
    placeOf: (id) => placeIn(doc, id),
    countAfter: (place, id, max) => (id === null ? countAll(doc, place, max) : countFollowing(doc, id, max)),
    isDeleted: (client, clock, length) => isDeleted(doc, client, clock, length),
  }
}

/** The item of the document that holds this id; null for what is no item. */
function itemAt(doc: Y.Doc, { client, clock }: Id): Y.Item | null {
  const found: unknown = Y.getItem(doc.store, Y.createID(client, clock))
  return found instanceof Y.Item ? found : null
}

function placeIn(doc: Y.Doc, id: Id): Place | null {
  const item = itemAt(doc, id)
  if (item === null || item.parentSub === null) return null
  for (const [root, type] of doc.share) if (type === item.parent) return { root, key: item.parentSub }
  return null
}

function countFollowing(doc: Y.Doc, id: Id, max: number): number {
  let count = 0
  for (let item = itemAt(doc, id)?.right ?? null; item !== null && count < max; item = item.right) count++
  return count
}

function countAll(doc: Y.Doc, { root, key }: Place, max: number): number {
  let count = 0
  // The newest; the others are to the left of it.
  const newest = doc.share.get(root)?._map.get(key) ?? null
  for (let item = newest; item !== null && count < max; item = item.left) count++
  return count
}

function isDeleted(doc: Y.Doc, client: number, clock: number, length: number): boolean {
  const structs = doc.store.clients.get(client)
  if (structs === undefined || clock + length > Y.getState(doc.store, client)) return false
  for (let index = Y.findIndexSS(structs, clock); index < structs.length; index++) {
    const struct = structs[index]
    if (struct === undefined || struct.id.clock >= clock + length) return true
    if (!struct.deleted) return false
  }
  return true
}
