/**
 * The call of a history as a whole: its mesh, what is said in it, and the one who may lie there.
 */
import assert from 'node:assert/strict'
import { toldRoots } from '#web/sync/direct/direct-document.ts'
import type { Chance } from '../support/chance.ts'
import { Liar } from './liar.ts'
import { Mesh, type Participant } from './mesh.ts'
import { Overheard, toldIn } from './overheard.ts'
import type { Page } from './page.ts'
import type { VirtualTime } from './time.ts'

export class Call {
  readonly mesh: Mesh
  readonly #overheard: Overheard
  readonly #time: VirtualTime
  readonly #chance: Chance
  readonly #participants = new Map<Page, Participant>()
  /** The newest of those who lied, if anybody does. */
  liar: Liar | null = null

  constructor(time: VirtualTime, chance: Chance) {
    this.#time = time
    this.#chance = chance
    this.#overheard = new Overheard(time)
    this.mesh = new Mesh(time, chance, this.#overheard)
  }

  has(page: Page): boolean {
    return this.#participants.has(page)
  }

  /** Those who run the real code. */
  honest(): readonly Participant[] {
    return [...this.#participants.values()].filter(({ isHonest }) => isHonest)
  }

  join(page: Page): void {
    this.#add(page, page.join())
  }

  joinAsLiar(page: Page): void {
    this.liar = new Liar(page, this.#time, this.#chance, this.liar)
    this.#add(page, this.liar.join())
  }

  leave(page: Page, saysBye = true): void {
    const participant = this.#participants.get(page)
    if (participant === undefined) return
    this.#participants.delete(page)
    this.mesh.leave(participant, saysBye)
    if (saysBye) page.leaveCall()
    this.#overheard.forget(page)
  }

  leaveLiars(): void {
    for (const [page, { isHonest }] of this.#participants) if (!isHonest) this.leave(page)
  }

  /** Somebody in the call does not listen to the liar any more. */
  get isLiarKnown(): boolean {
    const { liar } = this
    if (liar === null) return false
    const { clientId } = liar.page.session.presence
    return this.honest().some(({ page }) => this.#overheard.hasRefused(page, clientId))
  }

  /** Throws where something does not hold. */
  check(): void {
    this.#overheard.check(this.#participants.keys())
  }

  /** I21, once everybody has heard the server for long. */
  checkNothingTold(): void {
    assert.deepEqual([...this.toldKeys()], [], 'I21 nothing lies over anything in the end')
  }

  /** Keys of which anybody honest is shown what they were told. */
  toldKeys(): ReadonlySet<string> {
    const keys = new Set<string>()
    for (const { page } of this.honest())
      for (const { document } of page.documents.values())
        for (const root of toldRoots[document.kind]) for (const key of toldIn(document, root)) keys.add(key)
    return keys
  }

  #add(page: Page, participant: Participant): void {
    this.#participants.set(page, participant)
    this.mesh.join(participant)
  }
}
