/**
 * Judges an update by its bytes and a view of the document it is for, before any of it enters.
 *
 * What a stock server applies unseen can brick a room or put words into another's mouth; and an update that throws
 * while it is applied has often changed the document already. So nothing of an update enters if any of it is forged or
 * broken. What the handshake brings (`isHandshake`) may hold what others own or have deleted: their owners bring that
 * themselves, so it is left out and not held against the one who has it. And what is honest, but cannot be taken in
 * now, is void: it enters as deleted content under its own id, so that its writer's clock goes on, and the writer's
 * replica lets go of it by itself.
 *
 * Pure, and without Yjs: whoever receives an update can judge it, the server or a peer.
 */
import * as encoding from 'lib0/encoding'
import type { VoidCode } from '../chat/page-rules.ts'
import { seatOf, serverSeat } from '../ids.ts'
import { updateClientsMax, updateSizeMax, updateStructsMax } from '../limits.ts'
import { placeEntries, type DocumentView, type Entry } from './placement.ts'
import type { Policy, Writer } from './policy.ts'
import {
  deletedRef,
  hasOrigin,
  kindBits,
  readUpdate,
  type ItemRead,
  type RangeRead,
  type StructRead,
  type UpdateVisitor,
} from './update-reader.ts'

export type Verdict =
  | Admitted
  /** Well formed, and nothing in it is new. */
  | Readonly<{ outcome: 'known' }>
  | Readonly<{ outcome: 'refuse'; reason: string }>

export type Admitted = Readonly<{
  outcome: 'admit'
  /** What was judged, where all of it may enter. */
  update: Uint8Array
  /** What it adds and is not deleted already; without what is void. */
  entries: readonly Entry[]
  voids: readonly (readonly [Entry, VoidCode])[]
  /** What it deletes, of what was not deleted before. */
  deletions: readonly RangeRead[]
}>

export type Judging = Readonly<{
  view: DocumentView
  policy: Policy
  writer: Writer
  isHandshake: boolean
  /** Which entries are void, where the document has such rules. Asked once, of entries that may be written. */
  voidsOf?: (entries: readonly Entry[]) => ReadonlyMap<Entry, VoidCode>
}>

const noVoids: ReadonlyMap<Entry, VoidCode> = new Map()

export function judgeUpdate(update: Uint8Array, judging: Judging): Verdict {
  const { isHandshake, view, policy, writer } = judging
  if (!isHandshake && update.length > updateSizeMax) return refused('too many bytes')
  const news = new News(judging)
  const fault = readUpdate(update, news)
  if (fault !== null) return refused(fault)
  const entries = placeEntries(news.itemsByClient, view)
  if (typeof entries === 'string') return refused(entries)
  if (entries.length === 0 && news.rangesByClient.size === 0) return { outcome: 'known' }
  if (!policy.mayWrite(writer)) return refused('may not write here')
  const isAllowed = ({ root, key, value }: Entry): boolean =>
    value === undefined ? policy.allowsKey(root, key, writer) : policy.allowsEntry(root, key, value, writer)
  if (!entries.every(isAllowed)) return refused('an entry against the schema')
  const voids = judging.voidsOf?.(entries) ?? noVoids
  return {
    outcome: 'admit',
    update: news.isAll && voids.size === 0 ? update : encode(update, news, voids),
    entries: entries.filter((entry) => entry.value !== undefined && !voids.has(entry)),
    voids: [...voids],
    deletions: [...news.rangesByClient.values()].flat(),
  }
}

function refused(reason: string): Verdict {
  return { outcome: 'refuse', reason }
}

/** Collects what an update brings that is new and this writer's to bring. */
class News implements UpdateVisitor {
  readonly itemsByClient = new Map<number, ItemRead[]>()
  readonly rangesByClient = new Map<number, RangeRead[]>()
  /** Of these only what follows the part that is known. */
  readonly tails = new Set<ItemRead>()
  /** False once anything was left out. */
  isAll = true
  readonly #judging: Judging
  #structCount = 0
  #rangeCount = 0

  constructor(judging: Judging) {
    this.#judging = judging
  }

  onStruct(struct: StructRead): string | null {
    const { writer, isHandshake } = this.#judging
    const { client, clock, length } = struct
    this.#structCount += 1
    if (!isHandshake && this.#structCount > updateStructsMax) return 'too many structs'
    const known = this.#endOf(client)
    if (clock + length <= known) return this.#leaveOut()
    if (seatOf(client) !== writer.seat) return isHandshake ? this.#leaveOut() : 'a struct of another seat'
    if (clock > known) return 'a gap before a struct'
    // Otherwise it came from a forked clock: a page never splits what it has sent.
    if (clock < known && !(isHandshake && struct.kind === 'deleted')) return 'a struct that is partly known'
    if (struct.kind === 'gc' || struct.kind === 'skip') return 'a struct that is no item'
    const item = clock < known ? this.#tailOf(struct, known) : struct
    const items = this.itemsByClient.get(client)
    if (items !== undefined) items.push(item)
    else if (this.itemsByClient.size === updateClientsMax) return 'too many clients'
    else this.itemsByClient.set(client, [item])
    return null
  }

  /**
   * Yjs joins neighbours that are deleted into one. Two pages of one device bring the same ones, and what the first has
   * brought may end within what the second has joined.
   */
  #tailOf(item: ItemRead, known: number): ItemRead {
    this.isAll = false
    const { client, clock, length } = item
    const origin = { client, clock: known - 1 }
    const tail = { ...item, clock: known, length: clock + length - known, origin, rightOrigin: null }
    this.tails.add(tail)
    return tail
  }

  onDelete(range: RangeRead): string | null {
    const { view, policy, writer, isHandshake } = this.#judging
    const { client, clock, length } = range
    this.#rangeCount += 1
    if (!isHandshake && this.#rangeCount > updateStructsMax) return 'too many deletions'
    const owner = seatOf(client)
    const isAllowed = owner !== null && owner !== serverSeat && policy.mayDelete(owner, writer)
    const isThere = clock + length <= this.#endOf(client)
    if (view.isDeleted(client, clock, length)) return this.#leaveOut()
    if (isAllowed && isThere) {
      const ranges = this.rangesByClient.get(client)
      if (ranges === undefined) this.rangesByClient.set(client, [range])
      else ranges.push(range)
      return null
    }
    if (isHandshake) return this.#leaveOut()
    return isAllowed ? 'a deletion of what is not there' : 'a deletion of what is another’s'
  }

  #leaveOut(): null {
    this.isAll = false
    return null
  }

  /** The clock after a client's last struct, with what is new. */
  #endOf(client: number): number {
    const last = this.itemsByClient.get(client)?.at(-1)
    return last === undefined ? this.#judging.view.stateOf(client) : last.clock + last.length
  }
}

/** An update of what is new and nothing else. */
function encode(
  update: Uint8Array,
  { itemsByClient, rangesByClient, tails }: News,
  voids: ReadonlyMap<Entry, VoidCode>,
): Uint8Array {
  const voided = new Set([...voids.keys()].map(({ item }) => item))
  return encoding.encode((encoder) => {
    // In falling order of clients, as they were read: Yjs expects that.
    encoding.writeVarUint(encoder, itemsByClient.size)
    for (const [client, items] of itemsByClient) {
      encoding.writeVarUint(encoder, items.length)
      encoding.writeVarUint(encoder, client)
      encoding.writeVarUint(encoder, items[0]?.clock ?? 0)
      for (const item of items) {
        if (tails.has(item)) writeTail(encoder, item)
        else if (voided.has(item)) writeVoid(encoder, update, item)
        else encoding.writeUint8Array(encoder, update.subarray(item.from, item.to))
      }
    }
    encoding.writeVarUint(encoder, rangesByClient.size)
    for (const [client, ranges] of rangesByClient) {
      encoding.writeVarUint(encoder, client)
      encoding.writeVarUint(encoder, ranges.length)
      for (const { clock, length } of ranges) {
        encoding.writeVarUint(encoder, clock)
        encoding.writeVarUint(encoder, length)
      }
    }
  })
}

/** The same struct in the same place, with deleted content. */
function writeVoid(encoder: encoding.Encoder, update: Uint8Array, item: ItemRead): void {
  const info = update[item.from] ?? 0
  encoding.writeUint8(encoder, (info & ~kindBits) | deletedRef)
  encoding.writeUint8Array(encoder, update.subarray(item.from + 1, item.contentAt))
  encoding.writeVarUint(encoder, item.length)
}

/** As Yjs writes what it has cut off. */
function writeTail(encoder: encoding.Encoder, { client, clock, length }: ItemRead): void {
  encoding.writeUint8(encoder, hasOrigin | deletedRef)
  encoding.writeVarUint(encoder, client)
  encoding.writeVarUint(encoder, clock - 1)
  encoding.writeVarUint(encoder, length)
}
