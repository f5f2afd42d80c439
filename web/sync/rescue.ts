/**
 * What becomes of a replica that the server has refused: its own unsent entries, written anew where the server's are.
 *
 * A page can hold what no server accepts: written by a faulty version, or damaged on the device. Sent again it would be
 * refused again, and shut its owner out for ever. So the replica is begun anew from the server's state, and what this
 * person had written and the server never had is written again under a new clientID, as far as the rules allow it. The
 * rest stays on the device: a newer client may have written it, for a server that was put back to an older version.
 * Invariants: nothing is written that this server has seen, so nothing that was deleted meanwhile comes back; and what
 * was left behind never takes the place of what came since.
 */
import { equalityDeep } from 'lib0/function'
import * as Y from 'yjs'
import { seatOf } from '#shared/ids.ts'
import { rootsByKind, type DocumentKind } from '#shared/room.ts'
import { policies, type Writer } from '#shared/sync/policy.ts'
import type { DocumentStore, LeftBehind } from './world.ts'

type Refused = Readonly<{
  /** The replica that was refused, as an update; null where none was. */
  refused: Uint8Array | null
  /** By earlier pages. */
  leftBehind: readonly LeftBehind[]
  /** Has what the server has. */
  doc: Y.Doc
  store: Pick<DocumentStore, 'replace' | 'keepLeftBehind'>
  as: As
}>
type Entry = Omit<LeftBehind, 'over'>
type As = Readonly<{ kind: DocumentKind; writer: Writer }>

/** To be called once for each opening of a document. */
export function makeUp({ refused, leftBehind, doc, store, as }: Refused): void {
  if (refused !== null) store.replace(rescue(refused, doc, as))
  const still = bringBack(leftBehind, doc, as)
  if (still.length < leftBehind.length) store.keepLeftBehind(still)
}

/** `state` is the refused replica as an update; `doc` holds what the server has. Returns what is left behind. */
export function rescue(state: Uint8Array, doc: Y.Doc, as: As): readonly LeftBehind[] {
  const refused = new Y.Doc()
  Y.applyUpdate(refused, state)
  const entries = unsentOf(refused, doc, as)
  refused.destroy()
  const { sound, others } = partOf(entries, as)
  const leftBehind = others.map((entry) => ({ ...entry, over: placeOf(doc, entry) }))
  write(sound, doc)
  return leftBehind
}

/**
 * Writes what was left behind and this client may write, where nothing else was put or deleted since. `doc` holds what
 * the server has. Returns what is left behind still.
 */
export function bringBack(leftBehind: readonly LeftBehind[], doc: Y.Doc, as: As): readonly LeftBehind[] {
  const unchanged = leftBehind.filter((entry) => equalityDeep(placeOf(doc, entry), entry.over))
  const { sound, others } = partOf(unchanged, as)
  write(sound, doc)
  return others
}

/** Those that these rules allow, and the others. */
function partOf<E extends Entry>(entries: readonly E[], { kind, writer }: As) {
  const { allowsEntry } = policies[kind]
  const sound: E[] = []
  const others: E[] = []
  for (const entry of entries)
    (allowsEntry(entry.root, entry.key, entry.value, writer) ? sound : others).push(entry)
  return { sound, others }
}

function write(entries: readonly Entry[], doc: Y.Doc): void {
  if (entries.length === 0) return
  doc.transact(() => {
    for (const { root, key, value } of entries) doc.getMap(root).set(key, value)
  })
}

/** Whose value is there now; null for none. */
function placeOf(doc: Y.Doc, { root, key }: Entry): LeftBehind['over'] {
  const item = doc.getMap(root)._map.get(key)
  return item === undefined || item.deleted ? null : [item.id.client, item.id.clock]
}

function unsentOf(refused: Y.Doc, doc: Y.Doc, { kind, writer: { seat } }: As): Entry[] {
  const entries: Entry[] = []
  for (const root of rootsByKind[kind]) {
    // Of all roots only the server's own is no map.
    if (root === 's') continue
    for (const [key, item] of refused.getMap(root)._map) {
      const { client, clock } = item.id
      const isUnsent = seatOf(client) === seat && clock >= Y.getState(doc.store, client)
      if (isUnsent && !item.deleted) entries.push({ root, key, value: item.content.getContent().at(-1) })
    }
  }
  return entries
}
