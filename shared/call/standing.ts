/**
 * What a peer says and what the server says of its part in the call beside its devices. Rules P5 and CA6–CA8 of
 * docs/PROTOCOL.md.
 *
 * State, as all of presence: an asking is the newest one, told apart by its time; a reaction by its number.
 */
import { reactionLengthMax } from '../limits.ts'
import { isPlainObject } from '../plain-object.ts'

/** Why a peer has no part in the call: somebody put them out, or it takes nobody new. */
export type Barred = 'removed' | 'locked'

/** Only the server says this. */
export type CallStanding = Readonly<{
  barred?: Barred
  /** Since when the hand is up, by the server's clock: hands are called in this order. */
  handAtMs?: number
  /** The newest thing that somebody who moderates has asked. */
  asked?: Readonly<{ what: 'mute' | 'unmute'; atMs: number; by: string }>
}>

/** Shown for a few seconds by whoever sees it under this number for the first time. */
export type CallReaction = Readonly<{ emoji: string; n: number }>

const numberMax = 1_000_000

/** What a peer says of its hand: when it was raised, as the server has told it; 0 when it goes up. Null if it is down. */
export function readHand(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

export function readCallReaction(value: unknown): CallReaction | null {
  if (!isPlainObject(value)) return null
  const { emoji, n } = value
  if (typeof emoji !== 'string' || emoji === '' || emoji.length > reactionLengthMax || !emoji.isWellFormed())
    return null
  return typeof n === 'number' && Number.isInteger(n) && n >= 0 && n <= numberMax ? { emoji, n } : null
}
