/**
 * Slots for two that have lost each other, passed on by a third. Rule CA11 of docs/PROTOCOL.md.
 *
 * One hop: what was passed on is never passed on again. The one in between can hold a slot back, and nothing else: it
 * names the sender as it knows them, and who receives takes only descriptions with the certificate that the sender has
 * shown before, by the server or on the channel itself.
 */
import type { SignalSlot } from '#shared/call/signal.ts'

/** Slots that one participant may have passed on at once, then per second. */
const passBurstMax = 32
const passPerSecondMax = 8
/** To whom this many bytes wait already, nothing is passed on. */
export const passBufferedMax = 64 * 1024
/** A relayed slot may be this many generations ahead: both sides count on while they do not hear each other. */
const generationsAheadMax = 16
/** The same slot is sent again after this time: the third may not have known the other yet. */
const againMs = 1_000
/** Another slot for the same addressee, no sooner than after this time. */
const nextMs = 200
/** How many are asked to pass on one slot; the next time others are. */
const thirdsMax = 2

/** How much of one participant's is passed on. */
export class PassBudget {
  #left = passBurstMax
  #atMs = -Infinity

  take(nowMs: number): boolean {
    const grownBy = (Math.max(0, nowMs - this.#atMs) / 1_000) * passPerSecondMax
    this.#left = Math.min(passBurstMax, this.#left + grownBy)
    this.#atMs = nowMs
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }
}

/** When, and to whom, what one addressee should hear is given. */
export class RelayPlan {
  #text = ''
  #atMs = -Infinity
  #round = 0

  /** Those of the thirds who are to pass this slot on now. */
  next<Third>(slot: SignalSlot, thirds: readonly Third[], nowMs: number): Third[] {
    const text = JSON.stringify(slot)
    const isDue = nowMs - this.#atMs >= (text === this.#text ? againMs : nextMs)
    if (!isDue || thirds.length === 0) return []
    this.#text = text
    this.#atMs = nowMs
    const from = (this.#round++ * thirdsMax) % thirds.length
    return [...thirds.slice(from), ...thirds.slice(0, from)].slice(0, thirdsMax)
  }
}

/** Whether a slot that a third has brought may be taken from this sender, who is known by a certificate. */
export function mayTakeRelayed(slot: SignalSlot, certificate: string | null, generation: number): boolean {
  if (slot.g > generation + generationsAheadMax) return false
  return [slot.o, slot.a].every(
    (description) =>
      description === undefined || (certificate !== null && certificateOf(description[1]) === certificate),
  )
}

/** The fingerprint of a description's certificate (RFC 8122 §5); null if it has none, or several. */
export function certificateOf(sdp: string): string | null {
  const found = new Set(Array.from(sdp.matchAll(/^a=fingerprint:(.+?)\r?$/gm), ([, value]) => value))
  const [only = null] = found
  return found.size === 1 ? only : null
}
