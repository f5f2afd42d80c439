/**
 * One document among the participants of a call: what this page has changed and can tell them, and what they have told.
 *
 * Rules DP1–DP4 of docs/PROTOCOL.md. Documents are flat maps, so what peers tell is entries: a key, its value or that
 * it was deleted, and a clock that is larger than any its writer had seen. Of those of one key the largest counts. What
 * the server brings later counts more. Invariant: nothing that was told enters the replica; but who has overwritten or
 * deleted something told does so again if that comes through the server afterwards.
 */
import { equalityDeep } from 'lib0/function'
import type * as Y from 'yjs'
import { parseMessageKey } from '#shared/chat/message.ts'
import { seatOf, serverSeat, type Seat } from '#shared/ids.ts'
import type { DocumentKind } from '#shared/room.ts'
import { policies, type Writer } from '#shared/sync/policy.ts'
import { Listeners } from '../listeners.ts'
import type { Undo } from '../ports.ts'
import type { Told, ToldEntry } from '../root-view.ts'

/** Of one peer, over all documents: a large board, and an evening of talk. */
export const toldEntriesMax = 20_000
/** By how much what one entry says of its clock moves the document's here: nobody can use up the numbers. */
const clockJumpMax = 1_000_000
/** Overwritten entries that are remembered. */
const claimsMax = 1_000
const claimOversMax = 32

/** The root maps that people write. */
export const toldRoots = {
  room: [],
  chat: ['m', 'r'],
  board: ['shapes', 'sheets'],
} as const satisfies Record<DocumentKind, readonly string[]>

/** The open document, as far as it is needed here. */
export type Replica = Readonly<{
  doc: Y.Doc
  /** The origin of what the server brings. */
  link: unknown
  transact(change: () => void): void
  /** What was told of these keys is another. */
  toldChanged(root: string, keys: ReadonlySet<string>): void
}>

type Winner = Readonly<{ entry: ToldEntry; clientId: number; seat: Seat }>
/** What this page has put over what others had told: to be put there again where that comes through the server. */
type Claim = Readonly<{ entry: ToldEntry; over: readonly Overwritten[] }>
type Overwritten = Readonly<{ seat: Seat; value: unknown }>

type Heard = Readonly<{ root: string; key: string; map: Y.Map<unknown>; isServers: boolean }>

type Peer = { readonly entries: Map<string, ToldEntry>; isOver: boolean }

type Options = Readonly<{
  kind: DocumentKind
  clientId: number
  /** Runs it when nothing else is under way. */
  soon: (run: () => void) => void
}>

export class DirectDocument implements Told {
  readonly #options: Options
  readonly #own = new Map<string, ToldEntry>()
  readonly #claims = new Map<string, Claim>()
  readonly #peers = new Map<number, Peer>()
  readonly #winners = new Map<string, Map<string, Winner>>()
  readonly #ownChanges = new Listeners<[ReadonlySet<string>]>()
  /** Of what this page has told: what it has not written yet. */
  readonly #said = new Set<string>()
  #replica: Replica | null = null
  #clock = 0

  constructor(options: Options) {
    this.#options = options
  }

  /** While the document is open here. */
  bind(replica: Replica | null): void {
    this.#replica = replica
  }

  // ── Own ─────────────────────────────────────────────────────────────────────────────────────
  /** What this page has changed, by names of its own. */
  get own(): ReadonlyMap<string, ToldEntry> {
    return this.#own
  }

  onOwn(listener: (ids: ReadonlySet<string>) => void): Undo {
    return this.#ownChanges.add(listener)
  }

  /** Something was told that is still to be written. */
  get isSaying(): boolean {
    return this.#said.size > 0
  }

  /** The server has these; and what somebody has told of the same must not come out from under them. */
  forgetOwn(ids: Iterable<string>): void {
    for (const id of ids) if (!this.#isTold(id)) this.#own.delete(id)
  }

  took({ changed, local, origin }: Y.Transaction): void {
    const { doc, link } = this.#replica ?? {}
    if (doc === undefined || changed.size === 0) return
    if (local) this.#clock = Math.max(this.#clock + 1, sizeOf(doc))
    const ids = new Set<string>()
    for (const root of toldRoots[this.#options.kind]) {
      const map = doc.getMap(root)
      // As yjs types it, a map from types of any events; it is looked up by identity.
      const keys = (changed as ReadonlyMap<unknown, ReadonlySet<string | null>>).get(map) ?? []
      for (const key of keys) {
        if (key === null) continue
        if (local) ids.add(this.#wrote(root, key, map.get(key)))
        else this.#heard({ root, key, map, isServers: origin === link })
      }
    }
    if (ids.size > 0) this.#ownChanges.tell(ids)
  }

  say(root: string, key: string, value: unknown): void {
    const id = idOf({ root, key })
    // It has been written meanwhile, and that is what counts.
    if (value === undefined && !this.#said.delete(id)) return
    if (value !== undefined) this.#said.add(id)
    this.#clock += 1
    this.#record(root, key, value)
    this.#ownChanges.tell(new Set([id]))
  }

  /** This page deletes what only others have told. */
  deleteTold(root: string, key: string): void {
    if (this.winner(root, key)?.entry.value === undefined) return
    this.#clock += 1
    const id = this.#record(root, key, undefined)
    this.#replica?.toldChanged(root, new Set([key]))
    this.#ownChanges.tell(new Set([id]))
  }

  #wrote(root: string, key: string, value: unknown): string {
    const id = this.#record(root, key, value)
    this.#said.delete(id)
    return id
  }

  #record(root: string, key: string, value: unknown): string {
    const id = idOf({ root, key })
    let seen = this.#own.get(id)?.clock ?? 0
    for (const { entries } of this.#peers.values()) seen = Math.max(seen, entries.get(id)?.clock ?? 0)
    const clock = Math.min(Math.max(this.#clock, seen + 1), Number.MAX_SAFE_INTEGER)
    this.#own.set(id, { root, key, value, clock })
    this.#choose(root, key)
    return id
  }

  /** What this page has written counts more than what others have told of the same key. */
  #claim(id: string, entry: ToldEntry): void {
    const before = this.#claims.get(id)
    const over = [...(before?.over ?? [])]
    for (const [clientId, { entries }] of this.#peers) {
      const [seat, told] = [seatOf(clientId), entries.get(id)]
      if (seat !== null && told !== undefined) over.push({ seat, value: told.value })
    }
    if (over.length === 0) return
    // The newest last.
    this.#claims.delete(id)
    this.#claims.set(id, { entry, over: over.slice(-claimOversMax) })
    const [oldest] = this.#claims.keys()
    if (this.#claims.size > claimsMax && oldest !== undefined) this.#claims.delete(oldest)
  }

  // ── Others' ─────────────────────────────────────────────────────────────────────────────────
  winner(root: string, key: string): Winner | undefined {
    return this.#winners.get(root)?.get(key)
  }

  keys(root: string): Iterable<string> {
    return this.#winners.get(root)?.keys() ?? []
  }

  /** How many entries of a peer are kept. */
  countOf(clientId: number): number {
    return this.#peers.get(clientId)?.entries.size ?? 0
  }

  /** Takes in what a peer tells. False where any of it may not be told by this writer: then nothing is taken in. */
  take(clientId: number, entries: readonly ToldEntry[], writer: Writer): boolean {
    if (!entries.every((entry) => this.#mayTell(entry, writer))) return false
    const peer = this.#peers.get(clientId) ?? { entries: new Map<string, ToldEntry>(), isOver: false }
    this.#peers.set(clientId, peer)
    for (const entry of entries) {
      this.#clock = Math.max(this.#clock, Math.min(entry.clock, this.#clock + clockJumpMax))
      const id = idOf(entry)
      const before = peer.entries.get(id)
      if (before !== undefined && before.clock > entry.clock) continue
      // Also what the replica says already: something older may still be told of it.
      peer.entries.set(id, entry)
    }
    this.#chooseAll(entries)
    return true
  }

  /** Whether the peer has said that the server has all that it told, or is gone. */
  setOver(clientId: number, isOver: boolean): void {
    const peer = this.#peers.get(clientId)
    if (peer !== undefined) peer.isOver = isOver
  }

  /** The server's state is here: what is over and has not come with it never will. */
  dropOver(): void {
    for (const [clientId, { isOver }] of this.#peers) if (isOver) this.forget(clientId)
  }

  forget(clientId: number): void {
    const peer = this.#peers.get(clientId)
    if (peer === undefined) return
    this.#peers.delete(clientId)
    this.#chooseAll(peer.entries.values())
  }

  #mayTell({ root, key, value, clock }: ToldEntry, writer: Writer): boolean {
    const { kind } = this.#options
    const policy = policies[kind]
    if (!(toldRoots[kind] as readonly string[]).includes(root) || !policy.mayWrite(writer)) return false
    if (!Number.isSafeInteger(clock) || clock < 1) return false
    if (value !== undefined) return policy.allowsEntry(root, key, value, writer)
    // A moderator deletes what they may not write.
    const owner = root === 'm' ? parseMessageKey(key)?.seat : undefined
    if (policy.allowsKey(root, key, writer)) return true
    return owner !== undefined && owner !== serverSeat && policy.mayDelete(owner, writer)
  }

  /** The server has brought another value, which counts more than what was told before; or this device has. */
  #heard({ root, key, map, isServers }: Heard): void {
    const id = idOf({ root, key })
    const value = map.get(key)
    const own = this.#own.get(id)
    // What this page has put there is there no more, and must not be told again.
    if (own !== undefined && !equalityDeep(own.value, value)) this.#own.delete(id)
    if (isServers) for (const { entries } of this.#peers.values()) entries.delete(id)
    this.#choose(root, key)
    const claim = this.#claims.get(id)
    if (claim === undefined || !isServers) return
    const item = map._map.get(key)
    const seat = item === undefined ? null : seatOf(item.id.client)
    if (equalityDeep(value, claim.entry.value)) return
    const lost = claim.over.find((each) => each.seat === seat && equalityDeep(each.value, value))
    if (lost === undefined) this.#claims.delete(id)
    else
      this.#options.soon(() => {
        this.#claimAgain(claim, lost)
      })
  }

  /** Once over each thing: the server may not take it, and would bring the same again. */
  #claimAgain({ entry: { root, key, value } }: Claim, lost: Overwritten): void {
    const id = idOf({ root, key })
    const replica = this.#replica
    if (replica === null) return
    const map = replica.doc.getMap(root)
    // Somebody may have written meanwhile.
    if (!equalityDeep(lost.value, map.get(key))) return
    const claim = this.#claims.get(id)
    if (claim !== undefined)
      this.#claims.set(id, { ...claim, over: claim.over.filter((each) => each !== lost) })
    replica.transact(() => {
      if (value === undefined) map.delete(key)
      else map.set(key, value)
    })
  }

  #chooseAll(entries: Iterable<ToldEntry>): void {
    const keysByRoot = new Map<string, Set<string>>()
    for (const { root, key } of entries) {
      if (!this.#choose(root, key)) continue
      const keys = keysByRoot.get(root) ?? new Set<string>()
      keysByRoot.set(root, keys.add(key))
    }
    for (const [root, keys] of keysByRoot) this.#replica?.toldChanged(root, keys)
  }

  /** Finds what counts of a key now; returns whether that is another than before. */
  #choose(root: string, key: string): boolean {
    const id = idOf({ root, key })
    const own = this.#own.get(id)
    let best: Candidate | null = own === undefined ? null : { entry: own, clientId: this.#options.clientId }
    for (const [clientId, { entries }] of this.#peers) {
      const entry = entries.get(id)
      if (entry !== undefined && (best === null || isAfter({ entry, clientId }, best)))
        best = { entry, clientId }
    }
    const winners = this.#winners.get(root) ?? new Map<string, Winner>()
    this.#winners.set(root, winners)
    if (best === null) return winners.delete(key)
    const { entry, clientId } = best
    if (entry === own) this.#claim(id, entry)
    else this.#claims.delete(id)
    const seat = seatOf(clientId)
    // What is own is in the replica, but for what was deleted that only others have.
    if (seat === null || (entry === own && !this.#hidesTold(id, entry))) return winners.delete(key)
    const before = winners.get(key)
    winners.set(key, { entry, clientId, seat })
    return before?.entry !== entry
  }

  #hidesTold(id: string, own: ToldEntry): boolean {
    return own.value === undefined && this.#isTold(id)
  }

  #isTold(id: string): boolean {
    for (const { entries } of this.#peers.values()) if (entries.has(id)) return true
    return false
  }
}

function idOf({ root, key }: Readonly<{ root: string; key: string }>): string {
  return `${root}\0${key}`
}

/**
 * Grows with every change: whoever has had a change from the server has more than its writer had then. So their clocks
 * are larger, though the server brings none.
 */
function sizeOf({ store }: Y.Doc): number {
  let size = 0
  for (const structs of store.clients.values())
    for (const { length, deleted } of structs) size += deleted ? 2 * length : length
  return size
}

type Candidate = Readonly<{ entry: ToldEntry; clientId: number }>

function isAfter(a: Candidate, b: Candidate): boolean {
  return a.entry.clock > b.entry.clock || (a.entry.clock === b.entry.clock && a.clientId > b.clientId)
}
