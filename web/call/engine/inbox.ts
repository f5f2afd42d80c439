/**
 * What has come from the other side of a link: only the newest slot counts (CA1), by whatever way.
 *
 * Invariant: what a third has brought never overrules what came first hand after it: a liar can only delay (CA11).
 */
import type { SignalSlot } from '#shared/call/signal.ts'
import { certificateOf, mayTakeRelayed } from './relay.ts'

/** By which way a slot has come: from the server, from the other side itself, or from a third. */
export type Way = 'presence' | 'channel' | 'relay'

export class Inbox {
  #newest: SignalSlot | null = null
  #newestFirstHand: SignalSlot | null = null
  /** Of the other side's descriptions, first hand. */
  #certificate: string | null = null

  get newest(): SignalSlot | null {
    return this.#newest
  }

  /** Whether a third may have brought this slot. */
  mayTakeRelayed(slot: SignalSlot, generation: number): boolean {
    return mayTakeRelayed(slot, this.#certificate, generation)
  }

  /** False for what is old. */
  take(slot: SignalSlot, way: Way): boolean {
    const before = way === 'relay' ? this.#newest : this.#newestFirstHand
    if (before !== null && !isNewer(slot, before)) return false
    this.#newest = slot
    if (way === 'relay') return true
    this.#newestFirstHand = slot
    const sdp = slot.o?.[1] ?? slot.a?.[1]
    if (sdp !== undefined) this.#certificate = certificateOf(sdp)
    return true
  }
}

/** CA1: the larger (g, v) is the truth. */
function isNewer(slot: SignalSlot, other: SignalSlot): boolean {
  return slot.g > other.g || (slot.g === other.g && slot.v > other.v)
}
