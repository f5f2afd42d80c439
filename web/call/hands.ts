/**
 * Raised hands in their order: as the server gives it (P5), and without the server as this page has seen them go up
 * (CA9). Pure: what a peer claims of its hand's time counts nothing here.
 */
import type { PresenceState } from '#shared/presence/presence.ts'

export type RaisedHand = Readonly<{ clientId: number; name: string }>

type Said = ReadonlyMap<number, Pick<PresenceState, 'hand' | 'standing' | 'user'>>
type Place = Readonly<{
  /** By the server's clock; infinite until it has told. */
  atMs: number
  /** Counts up with the hands that this page sees. */
  number: number
}>

type Raised = RaisedHand & Place

export class HandsSeen {
  readonly #places = new Map<number, Place>()
  #count = 0

  /**
   * Those that are up, the first one first. Who is not in `said` keeps their place while the server is not heard: the
   * way to them may be under repair.
   */
  look(said: Said, isLive: boolean): readonly RaisedHand[] {
    if (isLive)
      for (const clientId of this.#places.keys()) if (!said.has(clientId)) this.#places.delete(clientId)
    const raised: Raised[] = []
    for (const [clientId, { hand, standing, user }] of said) {
      if (hand === undefined && standing?.handAtMs === undefined) {
        this.#places.delete(clientId)
        continue
      }
      const before = this.#places.get(clientId) ?? { atMs: Infinity, number: (this.#count += 1) }
      const place = { ...before, atMs: standing?.handAtMs ?? before.atMs }
      this.#places.set(clientId, place)
      raised.push({ clientId, name: user?.name ?? '', ...place })
    }
    return raised.sort(comparePlaces)
  }
}

function comparePlaces(a: Raised, b: Raised): number {
  if (a.atMs !== b.atMs) return a.atMs < b.atMs ? -1 : 1
  // Of the same millisecond, in an order that is everybody's.
  return a.atMs === Infinity ? a.number - b.number : a.clientId - b.clientId
}
