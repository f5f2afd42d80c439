/** An honest person's page: works offline, is closed and opened again, and sends what our client sends. */
import assert from 'node:assert/strict'
import * as Y from 'yjs'
import { messageKey } from '#shared/chat/message.ts'
import { clientIdOf, seatOf, type Seat } from '#shared/ids.ts'
import { newShapeId } from '#shared/board/shape.ts'
import { changeOf, replicaOf } from '../support/seated.ts'
import type { Chance } from '../support/chance.ts'
import { shownIn, type World } from './world.ts'

export class HonestPage {
  readonly #world: World
  readonly #seat: Seat
  readonly #chance: Chance
  readonly #doc: Y.Doc
  /** True while everything it wrote is with the server. */
  #isSynced = true

  constructor(world: World, seat: Seat, chance: Chance) {
    this.#world = world
    this.#seat = seat
    this.#chance = chance
    this.#doc = replicaOf(seat, world.kind, chance.below(2 ** 32))
  }

  /** Does one thing that a person does. */
  act(): void {
    const dice = this.#chance.below(10)
    if (dice === 0) this.sync()
    else if (dice === 1) this.#reopen()
    else this.#write()
  }

  /** What the handshake does: gets what it lacks, brings what the server lacks. */
  sync(): void {
    const { doc } = this.#world
    Y.applyUpdate(this.#doc, Y.encodeStateAsUpdate(doc, Y.encodeStateVector(this.#doc)))
    this.#send(Y.encodeStateAsUpdate(this.#doc, Y.encodeStateVector(doc)), true)
    this.#isSynced = true
  }

  /** After a sync of everybody: all see the same. */
  check(): void {
    const { doc, kind } = this.#world
    Y.applyUpdate(this.#doc, Y.encodeStateAsUpdate(doc, Y.encodeStateVector(this.#doc)))
    assert.deepEqual(shownIn(this.#doc, kind), shownIn(doc, kind), 'a page shows what the server has')
  }

  /** A tab closed and opened again has a new clientID, and what the device kept. */
  #reopen(): void {
    this.#doc.clientID = clientIdOf(this.#seat, this.#chance.below(2 ** 32))
  }

  #write(): void {
    const update = changeOf(this.#doc, () => {
      for (let left = 1 + this.#chance.below(3); left > 0; left--) {
        if (this.#world.kind === 'chat') this.#chat()
        else this.#draw()
      }
    })
    // Offline one time in three; then only a handshake brings it.
    if (!this.#isSynced || this.#chance.isLikely(0.3)) this.#isSynced = false
    else this.#send(update, false)
  }

  #chat(): void {
    const messages = this.#doc.getMap('m')
    const own = [...messages.keys()].filter((key) => key.startsWith(`${this.#seat.toString(36)}.`))
    const text = this.#chance.pick(['Hello', 'žluťoučký 🐴', 'x'.repeat(300), '<b>'])
    const dice = own.length === 0 ? 0 : this.#chance.below(4)
    if (dice === 1) messages.delete(this.#chance.pick(own))
    else if (dice === 2) messages.set(this.#chance.pick(own), { x: text, l: 2, ed: 5 })
    else messages.set(freshMessageKey(this.#seat, this.#chance), { x: text, l: 1, ...this.#thread(messages) })
  }

  /** One in three is said in a thread, if there is anything to say it to. */
  #thread(messages: Y.Map<unknown>): object {
    const roots = [...messages.keys()]
    return roots.length > 0 && this.#chance.isLikely(0.3) ? { th: `0.${this.#chance.pick(roots)}` } : {}
  }

  #draw(): void {
    const shapes = this.#doc.getMap('shapes')
    const all = [...shapes.keys()]
    const dice = all.length === 0 ? 0 : this.#chance.below(4)
    if (dice === 1) shapes.delete(this.#chance.pick(all))
    else if (dice === 2) shapes.set(this.#chance.pick(all), freshRow(this.#chance))
    else shapes.set(newShapeId(this.#seat, this.#chance.next()), freshRow(this.#chance))
  }

  #send(update: Uint8Array, isHandshake: boolean): void {
    const verdict = this.#world.take({ seat: this.#seat, update, isHandshake })
    assert.notEqual(verdict.outcome, 'refuse', `an honest page: ${JSON.stringify(verdict)}`)
    const clients = [...Y.decodeStateVector(Y.encodeStateVector(this.#doc))]
    for (const [client, clock] of clients) {
      if (seatOf(client) === this.#seat)
        assert.equal(Y.getState(this.#world.doc.store, client), clock, 'all of it has entered')
    }
  }
}

export function freshMessageKey(seat: Seat, chance: Chance): string {
  return messageKey(seat, Date.UTC(2026, 6, 1) + chance.below(1e9), chance.next())
}

export function freshRow(chance: Chance): Readonly<Record<string, unknown>> {
  const p = Uint8Array.from({ length: 1 + chance.below(40) }, () => chance.below(256))
  return { k: 'stroke', c: chance.below(8), w: 1 + chance.below(64), z: 'V', p }
}
