/**
 * What becomes of a replica that the server has refused: its own unsent entries, written anew where the server's are.
 *
 * A page can hold what no server accepts: written by a faulty version, or damaged on the device. Sent again it would be
 * refused again, and shut its owner out for ever. So the replica is begun anew from the server's state, and what this
 * person had written and the server never had is written again under a new clientID, as far as the rules allow it.
 * Invariant: nothing is written that this server has seen, so nothing that was deleted meanwhile comes back.
 */
import * as Y from 'yjs'
import { seatOf } from '#shared/ids.ts'
import { rootsByKind, type DocumentKind } from '#shared/room.ts'
import { policies, type Writer } from '#shared/sync/policy.ts'

type Entry = Readonly<{ root: string; key: string; value: unknown }>

/** `state` is the refused replica as an update; `doc` holds what the server has. Returns how many were left behind. */
export function rescue(
  state: Uint8Array,
  doc: Y.Doc,
  { kind, writer }: Readonly<{ kind: DocumentKind; writer: Writer }>,
): number {
  const refused = new Y.Doc()
  Y.applyUpdate(refused, state)
  const entries = unsentOf(refused, doc, kind, writer)
  const { allowsEntry } = policies[kind]
  const sound = entries.filter(({ root, key, value }) => allowsEntry(root, key, value, writer))
  doc.transact(() => {
    for (const { root, key, value } of sound) doc.getMap(root).set(key, value)
  })
  refused.destroy()
  return entries.length - sound.length
}

function unsentOf(refused: Y.Doc, doc: Y.Doc, kind: DocumentKind, { seat }: Writer): Entry[] {
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
