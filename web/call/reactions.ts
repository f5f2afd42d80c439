/**
 * Reactions in a call: those that are offered, and which of those that presence says are to be shown (CA9). Pure.
 */
import type { CallReaction } from '#shared/call/standing.ts'
import { callReactionsBurstMax, callReactionsPerSecondMax } from '#shared/limits.ts'
import { TokenBucket } from '#shared/token-bucket.ts'

/** Each with its name under `reactions` in locales/en/call.json. */
export const offeredReactions = [
  ['👍', 'thumbs_up'],
  ['👏', 'applause'],
  ['❤️', 'heart'],
  ['😂', 'laughter'],
  ['😮', 'surprise'],
  ['🎉', 'party'],
] as const

type Said = ReadonlyMap<number, Readonly<{ reaction?: CallReaction }>>
type NewReaction = Readonly<{ clientId: number; reaction: CallReaction }>

export class ReactionsSeen {
  readonly #numbers = new Map<number, number>()
  readonly #buckets = new Map<number, TokenBucket>()

  /** What is said of old is not new. */
  constructor(said: Said) {
    for (const [clientId, { reaction }] of said)
      if (reaction !== undefined) this.#numbers.set(clientId, reaction.n)
  }

  /** Those that are seen for the first time now, and within the limit: whatever the server lets through. */
  look(said: Said, nowMs: number): NewReaction[] {
    for (const clientId of this.#numbers.keys()) if (!said.has(clientId)) this.#numbers.delete(clientId)
    const shown: NewReaction[] = []
    for (const [clientId, { reaction }] of said) {
      if (reaction === undefined || this.#numbers.get(clientId) === reaction.n) continue
      this.#numbers.set(clientId, reaction.n)
      if (this.#bucketOf(clientId, nowMs).take(nowMs)) shown.push({ clientId, reaction })
    }
    return shown
  }

  #bucketOf(clientId: number, nowMs: number): TokenBucket {
    // A full one tells nothing: whoever is gone, or quiet, is forgotten.
    for (const [id, bucket] of this.#buckets)
      if (id !== clientId && bucket.isFull(nowMs)) this.#buckets.delete(id)
    const known = this.#buckets.get(clientId)
    if (known !== undefined) return known
    const made = new TokenBucket(callReactionsBurstMax, callReactionsPerSecondMax, nowMs)
    this.#buckets.set(clientId, made)
    return made
  }
}
