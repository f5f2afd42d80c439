/**
 * The guard: looks at an update before any of it enters a document.
 *
 * What a stock server applies unseen can brick a room or put words into another's mouth; and an update that throws
 * while it is applied has often changed the document already. So an update is either admitted whole, or nothing of it
 * enters. What the handshake brings (`isHandshake`) may hold what others own or have deleted: their owners bring that
 * themselves, so it is left out and not held against the one who has it.
 *
 * Reads Yjs' V1 format only; its V2 functions can be made to hang by a few bytes.
 */
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { seatOf, serverSeat } from '#shared/ids.ts'
import { updateClientsMax, updateSizeMax, updateStructsMax } from '#shared/limits.ts'
import type { Policy, Writer } from '#shared/sync/policy.ts'

export type Verdict =
  | Readonly<{ outcome: 'admit'; update: Uint8Array; keys: readonly string[] }>
  /** Well formed, and nothing in it is new. */
  | Readonly<{ outcome: 'known' }>
  | Readonly<{ outcome: 'refuse'; reason: string }>

type Decoded = ReturnType<typeof Y.decodeUpdate>
type Range = Readonly<{ clock: number; len: number }>

/** Thrown within this file only. */
class Refusal extends Error {}

export function inspectUpdate(
  update: Uint8Array,
  {
    doc,
    policy,
    writer,
    isHandshake,
  }: Readonly<{ doc: Y.Doc; policy: Policy; writer: Writer; isHandshake: boolean }>,
): Verdict {
  try {
    if (!isHandshake && update.length > updateSizeMax) refuse('too many bytes')
    const decoded = decode(update)
    const structs = inspectStructs(decoded, doc, writer, isHandshake)
    const places = new Places(doc)
    const items = structs.map((struct) => inspectItem(struct, places))
    const ranges = inspectDeletes(decoded, structs, doc, policy, writer, isHandshake)
    if (structs.length === 0 && ranges.size === 0) return { outcome: 'known' }
    if (!policy.mayWrite(writer)) refuse('may not write here')
    for (const { root, key, value } of items) {
      if (value !== undefined && !policy.allowsEntry(root, key, value, writer))
        refuse('an entry against the schema')
    }
    return {
      outcome: 'admit',
      // Written anew: without what was left out, and without anything that decoding passed over.
      update: encode(structs, ranges),
      keys: items.filter(({ value }) => value !== undefined).map(({ key }) => key),
    }
  } catch (error) {
    if (error instanceof Refusal) return { outcome: 'refuse', reason: error.message }
    throw error
  }
}

function refuse(reason: string): never {
  throw new Refusal(reason)
}

function decode(update: Uint8Array): Decoded {
  try {
    return Y.decodeUpdate(update)
  } catch {
    return refuse('no update')
  }
}

/** The structs that are new and the writer's own: in order, without gaps, of known kinds. */
function inspectStructs(
  { structs }: Decoded,
  doc: Y.Doc,
  writer: Writer,
  isHandshake: boolean,
): readonly Y.Item[] {
  if (!isHandshake && structs.length > updateStructsMax) refuse('too many structs')
  const nextClock = new Map<number, number>()
  const own: Y.Item[] = []
  for (const struct of structs) {
    const { client, clock } = struct.id
    if (!Number.isSafeInteger(clock + struct.length) || struct.length < 1)
      refuse('a struct of no possible length')
    const known = nextClock.get(client) ?? Y.getState(doc.store, client)
    if (clock + struct.length <= known) continue
    if (seatOf(client) !== writer.seat) {
      if (isHandshake) continue
      refuse('a struct of another seat')
    }
    if (clock > known) refuse('a gap before a struct')
    // A struct that is known in part came from a forked clock: a page never splits what it has sent.
    if (clock < known) refuse('a struct that is partly known')
    if (!(struct instanceof Y.Item)) return refuse('a struct that is no item')
    nextClock.set(client, clock + struct.length)
    if (nextClock.size > updateClientsMax) refuse('too many clients')
    own.push(struct)
  }
  return own
}

type Entry = Readonly<{
  root: string
  key: string
  /** Undefined where it is already deleted. */ value: unknown
}>

/** Where an item goes, and what it holds. Every item is an entry of a root map. */
function inspectItem(item: Y.Item, places: Places): Entry {
  if (item.rightOrigin !== null) refuse('an entry with a right neighbour')
  const { root, key } = places.add(item)
  if (item.content instanceof Y.ContentDeleted) return { root, key, value: undefined }
  if (!(item.content instanceof Y.ContentAny) || item.content.arr.length !== 1)
    return refuse('content of another kind')
  const [value] = item.content.arr as unknown[]
  if (value === undefined || value === null) refuse('an empty entry')
  return { root, key, value }
}

type Place = Readonly<{ root: string; key: string }>

/**
 * The root and key of each entry. What overwrites an entry does not say where it is: its origin, the entry before,
 * does. An origin is an earlier item of the same client in this update, or in the document; so each is found once,
 * however long the chain.
 */
class Places {
  readonly #doc: Y.Doc
  readonly #placedByClient = new Map<number, (Place & Readonly<{ clock: number; end: number }>)[]>()

  constructor(doc: Y.Doc) {
    this.#doc = doc
  }

  /** To be called in the order of the update. */
  add(item: Y.Item): Place {
    const place = this.#placeOf(item)
    const { client, clock } = item.id
    const placed = this.#placedByClient.get(client) ?? []
    this.#placedByClient.set(client, placed)
    placed.push({ ...place, clock, end: clock + item.length })
    return place
  }

  #placeOf({ origin, parent, parentSub, id }: Y.Item): Place {
    if (origin === null) {
      // As it is on the wire: the name of a root. Yjs resolves it only when the item is applied.
      const root: unknown = parent
      if (typeof root !== 'string' || parentSub === null) return refuse('an item outside the root maps')
      return { root, key: parentSub }
    }
    if (origin.clock < Y.getState(this.#doc.store, origin.client)) return placeInDocument(origin, this.#doc)
    const placed = origin.client === id.client ? (this.#placedByClient.get(id.client) ?? []) : []
    const before = placed[indexAt(placed, origin.clock)]
    if (before === undefined || origin.clock >= before.end) return refuse('an origin that is not there')
    return { root: before.root, key: before.key }
  }
}

/** The last of these, in order of their clocks, that begins at this clock or before; -1 if none does. */
function indexAt(placed: readonly Readonly<{ clock: number }>[], clock: number): number {
  let low = 0
  let high = placed.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((placed[middle]?.clock ?? Infinity) <= clock) low = middle + 1
    else high = middle
  }
  return low - 1
}

function placeInDocument(id: Y.ID, doc: Y.Doc): Place {
  const found: unknown = Y.getItem(doc.store, id)
  if (!(found instanceof Y.Item) || found.parentSub === null) return refuse('an origin that is no entry')
  for (const [root, type] of doc.share) if (type === found.parent) return { root, key: found.parentSub }
  return refuse('an origin outside the root maps')
}

/** The ranges to delete that are not deleted yet: of things that exist, and that the writer may delete. */
function inspectDeletes(
  { ds }: Decoded,
  structs: readonly Y.Item[],
  doc: Y.Doc,
  policy: Policy,
  writer: Writer,
  isHandshake: boolean,
): Map<number, Range[]> {
  const kept = new Map<number, Range[]>()
  const newEnds = new Map(structs.map(({ id, length }) => [id.client, id.clock + length]))
  let count = 0
  for (const [client, ranges] of ds.clients) {
    const owner = seatOf(client)
    const end = newEnds.get(client) ?? Y.getState(doc.store, client)
    let lastEnd = 0
    for (const { clock, len } of ranges) {
      if (len < 1 || !Number.isSafeInteger(clock + len)) refuse('a deletion of no possible length')
      // In order and apart, as Yjs writes them: then looking at all of them takes no longer than the document is.
      if (clock < lastEnd) refuse('deletions out of order')
      lastEnd = clock + len
      count += 1
      if (!isHandshake && count > updateStructsMax) refuse('too many deletions')
      const isAllowed = owner !== null && owner !== serverSeat && policy.mayDelete(owner, writer)
      if (isAllowed && clock + len <= end) {
        if (isDeleted(doc, client, clock, len)) continue
        const own = kept.get(client) ?? []
        kept.set(client, own)
        own.push({ clock, len })
      } else if (!isHandshake && !isDeleted(doc, client, clock, len)) {
        refuse(isAllowed ? 'a deletion of what is not there' : 'a deletion of what is another’s')
      }
    }
  }
  return kept
}

/** True if all of the range is in the document and deleted. */
function isDeleted(doc: Y.Doc, client: number, clock: number, len: number): boolean {
  const structs = doc.store.clients.get(client)
  if (structs === undefined || clock + len > Y.getState(doc.store, client)) return false
  for (let index = Y.findIndexSS(structs, clock); index < structs.length; index++) {
    const struct = structs[index]
    if (struct === undefined || struct.id.clock >= clock + len) return true
    if (!struct.deleted) return false
  }
  return true
}

/** A V1 update of these and nothing else. */
function encode(structs: readonly Y.Item[], deletes: ReadonlyMap<number, readonly Range[]>): Uint8Array {
  const encoder = new Y.UpdateEncoderV1()
  const byClient = Map.groupBy(structs, ({ id }) => id.client)
  writeVarUint(encoder, byClient.size)
  // Yjs writes and expects the higher clientIDs first.
  for (const [client, items] of [...byClient].sort(([a], [b]) => b - a)) {
    writeVarUint(encoder, items.length)
    encoder.writeClient(client)
    writeVarUint(encoder, items[0]?.id.clock ?? 0)
    for (const item of items) item.write(encoder, 0)
  }
  writeVarUint(encoder, deletes.size)
  for (const [client, ranges] of [...deletes].sort(([a], [b]) => b - a)) {
    encoder.resetDsCurVal()
    writeVarUint(encoder, client)
    writeVarUint(encoder, ranges.length)
    for (const { clock, len } of ranges) {
      encoder.writeDsClock(clock)
      encoder.writeDsLen(len)
    }
  }
  return encoder.toUint8Array()
}

function writeVarUint(encoder: Y.UpdateEncoderV1, value: number): void {
  encoding.writeVarUint(encoder.restEncoder, value)
}
