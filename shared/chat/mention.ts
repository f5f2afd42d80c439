/**
 * A mention: a person of the room, with the name that stands behind the `@` in the message's text.
 *
 * Rule CH10 of docs/PROTOCOL.md. Pure.
 */
import { isSeat, type Seat } from '../ids.ts'
import { nameLengthMax } from '../limits.ts'

/** The person's seat in base36, ":", the name as it was written; or everybody. */
export type Mention = `${string}:${string}` | typeof toAll

/** Everybody in the room. */
export const toAll = 'all'

/** UTF-16 code units: five for the seat, the colon, and a name of two to each character. */
const mentionLengthMax = 6 + 2 * nameLengthMax

export function mentionOf(seat: Seat, name: string): Mention {
  return `${seat.toString(36)}:${name}`
}

/** `seat` is null for everybody. Null if this is no mention. */
export function parseMention(text: string): Readonly<{ seat: Seat | null; name: string }> | null {
  if (text === toAll) return { seat: null, name: toAll }
  const colon = text.indexOf(':')
  const seat = parseInt(text.slice(0, colon), 36)
  const name = text.slice(colon + 1)
  if (colon < 1 || text.length > mentionLengthMax || name === '') return null
  return isSeat(seat) && seat.toString(36) === text.slice(0, colon) ? { seat, name } : null
}
