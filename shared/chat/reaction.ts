/**
 * Reactions to a message: for each person and message one entry of the page's map `r`.
 *
 * Rule CH6 of docs/PROTOCOL.md. An entry holds all that this person feels about this message, so that taking one
 * reaction back never takes another's. Pure.
 */
import { isSeat, type Seat } from '../ids.ts'
import { reactionLengthMax, reactionsPerMessageMax } from '../limits.ts'
import { parseMessageKey, type MessageKey } from './message.ts'

/** The reacting seat in base36, "~", the message's key. */
export type ReactionKey = `${string}~${MessageKey}`

/** One person's reactions to one message, each once; empty once all are taken back. */
export type ReactionValue = readonly string[]

export type ReactionKeyParts = Readonly<{ seat: Seat; messageKey: MessageKey }>

export function reactionKey(seat: Seat, messageKey: MessageKey): ReactionKey {
  return `${seat.toString(36)}~${messageKey}`
}

/** Whose reaction this is, and to what; null if it is no key. */
export function parseReactionKey(key: string): ReactionKeyParts | null {
  const [seatText = '', messageKey = '', ...rest] = key.split('~')
  const seat = parseInt(seatText, 36)
  if (rest.length > 0 || !isSeat(seat) || seat.toString(36) !== seatText) return null
  return parseMessageKey(messageKey) === null ? null : { seat, messageKey: messageKey as MessageKey }
}

/** True if this is what `r` may hold (CH6). */
export function isReactionValue(value: unknown): value is ReactionValue {
  return (
    Array.isArray(value) &&
    value.length <= reactionsPerMessageMax &&
    new Set(value).size === value.length &&
    value.every((reaction) => typeof reaction === 'string' && isReaction(reaction))
  )
}

/** One that can be seen: an emoji, or a short word. */
function isReaction(text: string): boolean {
  return text.length > 0 && text.length <= reactionLengthMax && !/[\s\p{C}]/u.test(text.replace(joiners, ''))
}

/** What emoji are put together with: joiners, variation selectors and tags. */
const joiners = /\u200D|\uFE0F|[\u{E0020}-\u{E007F}]/gu
