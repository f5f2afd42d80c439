/**
 * Where new entries of root maps go: the root and key of each.
 *
 * What overwrites an entry does not say where it is; its origin, the entry before, does. An origin is in the document,
 * or new itself: written earlier by the same client, or by another tab of the same person whose changes come in the
 * same update. So entries are placed as Yjs would apply them, each once, however long the chain; what never becomes
 * placeable (an origin that is missing, or a circle) would wait in memory for ever, and is refused.
 *
 * Concurrent entries of one key are ordered by walking over each other. Their steps are counted, because a few
 * thousand made for it would hold the server up for seconds (Y-09). Pure.
 */
import type { Id, ItemRead } from './update-reader.ts'

export type Place = Readonly<{ root: string; key: string }>

/** What has to be known of the document that an update is for. */
export type DocumentView = Readonly<{
  /** The clock after the last struct of a client; 0 if there is none. */
  stateOf(client: number): number
  /** Where an entry of the document is; null for what is no entry of a root map. */
  placeOf(id: Id): Place | null
  /** Entries of this key that come after `id`, or all of them; at most `max`. */
  countAfter(place: Place, id: Id | null, max: number): number
  /** True if all of the range is in the document and deleted. */
  isDeleted(client: number, clock: number, length: number): boolean
}>

export type Entry = Place &
  Readonly<{
    /** Undefined where it is already deleted. */
    value: unknown
    item: ItemRead
  }>

/** Entries that those of one update may walk over, in all: about 5 ms. */
export const conflictStepsMax = 100_000

/** What one update adds under one key. */
type Chain = Place & { count: number; last: Id | null; countAfter: number }

type Placed = Readonly<{ chain: Chain; clock: number }>

/** The places of these items, each client's in the order of its clock; or why they have none. */
export function placeEntries(
  itemsByClient: ReadonlyMap<number, readonly ItemRead[]>,
  view: DocumentView,
): readonly Entry[] | string {
  return new Placement(itemsByClient, view).run()
}

class Placement {
  readonly #itemsByClient: ReadonlyMap<number, readonly ItemRead[]>
  readonly #view: DocumentView
  readonly #placedByClient = new Map<number, Placed[]>()
  /** Clients by the client whose entry they wait for. */
  readonly #waiting = new Map<number, number[]>()
  readonly #chains = new Map<string, Map<string, Chain>>()
  readonly #entries: Entry[] = []
  #stepsLeft = conflictStepsMax

  constructor(itemsByClient: ReadonlyMap<number, readonly ItemRead[]>, view: DocumentView) {
    this.#itemsByClient = itemsByClient
    this.#view = view
  }

  run(): readonly Entry[] | string {
    const ready = [...this.#itemsByClient.keys()]
    let count = 0
    for (const items of this.#itemsByClient.values()) count += items.length
    for (let client = ready.pop(); client !== undefined; client = ready.pop()) {
      const before = this.#entries.length
      const fault = this.#placeClient(client)
      if (fault !== null) return fault
      if (this.#entries.length === before) continue
      ready.push(...(this.#waiting.get(client) ?? []))
      this.#waiting.delete(client)
    }
    return this.#entries.length === count ? this.#entries : 'an origin that is not there'
  }

  /** As many of a client's items as can be placed now. */
  #placeClient(client: number): string | null {
    const items = this.#itemsByClient.get(client) ?? []
    const placed = valueOf(this.#placedByClient, client, () => [])
    for (let item = items[placed.length]; item !== undefined; item = items[placed.length]) {
      if (item.origin !== null && !this.#isPlaced(item.origin)) {
        valueOf(this.#waiting, item.origin.client, () => []).push(client)
        return null
      }
      const chain = this.#chainOf(item)
      if (typeof chain === 'string') return chain
      const { kind, clock, length, value } = item
      if (kind === 'other' || (kind === 'any' && length !== 1)) return 'content of another kind'
      if (kind === 'any' && (value === undefined || value === null)) return 'an empty entry'
      this.#follow(chain, item)
      if (this.#stepsLeft < 0) return 'too many concurrent entries of one key'
      placed.push({ chain, clock })
      this.#entries.push({ root: chain.root, key: chain.key, value, item })
    }
    return null
  }

  #isPlaced({ client, clock }: Id): boolean {
    if (clock < this.#view.stateOf(client)) return true
    const item = this.#itemsByClient.get(client)?.[(this.#placedByClient.get(client)?.length ?? 0) - 1]
    return item !== undefined && clock < item.clock + item.length
  }

  #chainOf({ origin, rightOrigin, root, key }: ItemRead): Chain | string {
    if (rightOrigin !== null) return 'an entry with a right neighbour'
    if (origin === null) {
      return root === null || key === null ? 'an item outside the root maps' : this.#chainAt({ root, key })
    }
    if (origin.clock < this.#view.stateOf(origin.client)) {
      const place = this.#view.placeOf(origin)
      return place === null ? 'an origin outside the root maps' : this.#chainAt(place)
    }
    const placed = this.#placedByClient.get(origin.client) ?? []
    return placed[indexAt(placed, origin.clock)]?.chain ?? 'an origin that is not there'
  }

  #chainAt({ root, key }: Place): Chain {
    const chains = valueOf(this.#chains, root, () => new Map<string, Chain>())
    return valueOf(chains, key, () => ({ root, key, count: 0, last: null, countAfter: 0 }))
  }

  /** Counts the entries that this one may be walked over; none where it follows the newest. */
  #follow(chain: Chain, { origin, client, clock, length }: ItemRead): void {
    const isNext = origin?.client === chain.last?.client && origin?.clock === chain.last?.clock
    if (origin === null || !isNext) {
      if (origin === null || origin.clock < this.#view.stateOf(origin.client)) {
        const countAfter = this.#view.countAfter(chain, origin, conflictStepsMax)
        chain.countAfter = Math.max(chain.countAfter, countAfter)
      }
      this.#stepsLeft -= chain.count + chain.countAfter
    }
    chain.count += 1
    chain.last = { client, clock: clock + length - 1 }
  }
}

function valueOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = make()
  map.set(key, made)
  return made
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
