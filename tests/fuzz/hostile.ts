/**
 * Updates of somebody who has a seat and any program they like: lies told with Yjs itself, honest bytes that were
 * tampered with, and structs and deletions made by hand.
 */
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { newShapeId } from '#shared/board/shape.ts'
import { clientIdOf, serverSeat, type Seat } from '#shared/ids.ts'
import { rootsByKind } from '#shared/room.ts'
import { changeOf, replicaOf } from '../support/seated.ts'
import type { Chance } from '../support/chance.ts'
import {
  anyContent,
  anyOf,
  besides,
  deletedContent,
  entryIn,
  gc,
  handmade,
  type Deletion,
  type PlainId,
  type Section,
  type Write,
} from './handmade.ts'
import { freshMessageKey, freshRow } from './honest.ts'
import { strangeNumber, tampered } from './tamper.ts'
import type { World } from './world.ts'

/** The document that is attacked, as the attacker knows it. */
type Target = Pick<World, 'kind' | 'doc'>

export class Attacker {
  readonly #world: Target
  readonly #seat: Seat
  readonly #chance: Chance
  /** How likely each struct is one that may be admitted: a single bad one spoils all that come with it. */
  #care = 1

  constructor(world: Target, seat: Seat, chance: Chance) {
    this.#world = world
    this.#seat = seat
    this.#chance = chance
  }

  update(): Uint8Array {
    this.#care = this.#chance.pick([0.5, 0.9, 1])
    const make = this.#chance.pick([
      () => this.#lie(),
      () => tampered(this.#chance, this.#lie()),
      () => this.#handmade(),
      () => this.#handmade(),
      () => tampered(this.#chance, this.#handmade()),
    ])
    return make()
  }

  // ── With Yjs ──

  /** What a page says that has everything, writes as anybody and knows no rules; or whole, or in the wrong format. */
  #lie(): Uint8Array {
    const chance = this.#chance
    const { doc, kind } = this.#world
    const page = replicaOf(this.#seat, kind, 2 ** 32 - 1)
    page.gc = chance.isLikely(0.5)
    if (chance.isLikely(0.9)) Y.applyUpdate(page, Y.encodeStateAsUpdate(doc))
    page.clientID = chance.isLikely(this.#care) ? this.#ownClient() : this.#client()
    const update = changeOf(page, () => chance.some(4, () => this.#change(page)))
    const dice = chance.below(10)
    if (dice === 0) return Y.encodeStateAsUpdateV2(page)
    return dice < 4 ? Y.encodeStateAsUpdate(page) : update
  }

  #change(page: Y.Doc): void {
    const chance = this.#chance
    const map = page.getMap(this.#root())
    const key = this.#key()
    if (chance.isLikely(this.#care)) {
      if (map.has(key) && chance.isLikely(0.3)) map.delete(key)
      else map.set(key, this.#goodValue())
      return
    }
    chance.pick([
      () => void map.set(key, this.#value()),
      () => void map.set(key, this.#value()),
      () => void map.set(key, new Y.Map([['x', 'nested']])),
      () => void map.set(key, new Y.Text('text')),
      () => void map.set(key, new Y.Doc()),
      () => {
        map.delete(key)
      },
      () => {
        page.getText('words').insert(0, 'words')
      },
      () => {
        map.clear()
      },
    ])()
  }

  // ── By hand ──

  #handmade(): Uint8Array {
    const chance = this.#chance
    const sections = chance.isLikely(0.8) ? chance.some(3, () => this.#section()) : []
    const deletions = chance.isLikely(0.4) ? chance.some(3, () => this.#deletion()) : []
    // In Yjs' order, mostly: otherwise nothing behind the order would ever be tried.
    if (chance.isLikely(0.9)) {
      return handmade(inOrder(sections), inOrder(deletions))
    }
    return handmade(sections, deletions)
  }

  #section(): Section {
    const client = this.#chance.isLikely(this.#care) ? this.#ownClient() : this.#client()
    const next = Y.getState(this.#world.doc.store, client)
    const clock = this.#chance.isLikely(this.#care) ? next : strangeNumber(this.#chance, next)
    return { client, clock, structs: this.#chance.some(5, () => this.#struct(client, clock)) }
  }

  #struct(client: number, clock: number): Write {
    const chance = this.#chance
    const isGood = chance.isLikely(this.#care)
    const kind = isGood ? chance.pick([anyContent, anyContent, deletedContent]) : chance.below(32)
    const content = isGood ? this.#goodContent(kind) : this.#content()
    const earlier = { client, clock: Math.max(0, clock - (isGood ? 1 : -2) - chance.below(3)) }
    return chance.pick([
      () => entryIn(this.#root(), this.#key(), kind, content),
      () => entryIn(this.#root(), this.#key(), kind, content),
      () => besides({ origin: this.#id() }, kind, content),
      () => besides({ origin: earlier }, kind, content),
      () => besides({ origin: earlier }, kind, content),
      () =>
        isGood
          ? entryIn(this.#root(), this.#key(), kind, content)
          : besides({ rightOrigin: this.#id() }, kind, content),
      () => (isGood ? besides({ origin: this.#id() }, kind, content) : gc(strangeNumber(this.#chance))),
      () =>
        isGood
          ? besides({ origin: this.#id() }, kind, content)
          : besides({ origin: this.#id(), rightOrigin: this.#id() }, kind, content),
    ])()
  }

  #goodContent(kind: number): Write {
    return kind === anyContent
      ? anyOf(this.#goodValue())
      : (encoder) => encoding.writeVarUint(encoder, 1 + this.#chance.below(3))
  }

  #content(): Write {
    const chance = this.#chance
    const count = strangeNumber(this.#chance)
    const value = this.#value()
    return chance.pick<Write>([
      anyOf(value),
      anyOf(value, value),
      (encoder) => encoding.writeVarUint(encoder, count),
      (encoder) => encoding.writeVarString(encoder, '{"x":1}'),
      (encoder) => encoding.writeVarUint8Array(encoder, new Uint8Array(3)),
    ])
  }

  #deletion(): Deletion {
    const client = this.#chance.isLikely(this.#care) ? this.#ownClient() : this.#client()
    const state = Y.getState(this.#world.doc.store, client)
    const isGood = state > 0 && this.#chance.isLikely(this.#care)
    if (isGood) return { client, ranges: [[this.#chance.below(state), 1]] }
    const ranges = this.#chance.some(
      3,
      () => [strangeNumber(this.#chance, state), strangeNumber(this.#chance, 2)] as const,
    )
    if (this.#chance.isLikely(0.7)) ranges.sort(([a], [b]) => a - b)
    return { client, ranges }
  }

  // ── What they are made of ──

  #ownClient(): number {
    return clientIdOf(this.#seat, this.#chance.below(4))
  }

  #client(): number {
    const known = [...this.#world.doc.store.clients.keys()]
    const strange = [0, 1, clientIdOf(serverSeat, 1), 2 ** 53 - 1, clientIdOf(7 as Seat, 1)]
    return this.#chance.pick([...known, ...known, ...strange, this.#ownClient()])
  }

  #id(): PlainId {
    const isGood = this.#chance.isLikely(this.#care)
    const client = isGood ? this.#ownClient() : this.#client()
    const state = Y.getState(this.#world.doc.store, client)
    if (isGood && state > 0) return { client, clock: this.#chance.below(state) }
    return { client, clock: strangeNumber(this.#chance, state) }
  }

  #root(): string {
    const { kind } = this.#world
    if (this.#chance.isLikely(0.9) || this.#chance.isLikely(this.#care))
      return kind === 'chat' ? 'm' : 'shapes'
    const maps = rootsByKind[kind].filter((root) => root !== 's')
    return this.#chance.pick([...maps, 'other', '__proto__', ''])
  }

  #key(): string {
    const chance = this.#chance
    const { doc, kind } = this.#world
    const known = [...doc.getMap(kind === 'chat' ? 'm' : 'shapes').keys()]
    const own = known.filter((key) => key.startsWith(`${this.#seat.toString(36)}.`))
    if (own.length > 0 && chance.isLikely(0.4)) return chance.pick(own)
    const isStrange = !chance.isLikely(this.#care)
    if (isStrange && known.length > 0 && chance.isLikely(0.5)) return chance.pick(known)
    if (isStrange && chance.isLikely(0.5))
      return chance.pick(['__proto__', 'constructor', '', '0', '\0', '1.zzzzzzzzzzz'])
    return kind === 'chat' ? freshMessageKey(this.#seat, chance) : newShapeId(this.#seat, chance.next())
  }

  #goodValue(): unknown {
    return this.#world.kind === 'chat'
      ? { x: this.#chance.pick(['mine', 'ä🐴']), l: this.#chance.below(9) }
      : freshRow(this.#chance)
  }

  #value(): unknown {
    return this.#chance.pick<unknown>([
      null,
      undefined,
      '',
      -0,
      NaN,
      2 ** 53,
      10n,
      [],
      {},
      new Uint8Array(2),
      { x: 'words', l: 1, more: true },
      { x: 'x'.repeat(4_001), l: 1 },
      { x: 'words', l: -1 },
      { x: 'words', l: 1, th: '0.nowhere' },
      { k: 'stroke', c: 99, w: 1, z: 'V', p: new Uint8Array(1) },
      [[[[[[[[[[1]]]]]]]]]],
    ])
  }
}

/** In falling order of clients, each once. */
function inOrder<T extends Readonly<{ client: number }>>(list: readonly T[]): T[] {
  return [...new Map(list.map((each) => [each.client, each])).values()].sort((a, b) => b.client - a.client)
}
