/**
 * Presence: what a peer says of itself now, in the awareness of the room document.
 *
 * Each peer writes its own entry only. The server overwrites `user` with the verified identity, adds `standing`, and
 * gives each slot of `signals` only to the peer it is addressed to. Rules P1–P5 of docs/PROTOCOL.md.
 */
import { isSheetId, type PersonId, type Seat, type SheetId } from '../ids.ts'
import { isPlainObject } from '../plain-object.ts'
import type { Role } from '../room.ts'
import { readCallPresence, type CallPresence, type SignalSlot } from '../call/signal.ts'
import { readCallReaction, readHand, type CallReaction, type CallStanding } from '../call/standing.ts'

/** Who a peer is; stamped by the server, whatever the peer claims (P2). */
export type PresenceUser = Readonly<{ personId: PersonId; seat: Seat; name: string; role: Role }>

export type PresenceState = Readonly<{
  user?: PresenceUser
  /** The sheet it looks at (BO10). */
  sheet?: SheetId
  /** True while this peer writes a message. */
  isTyping?: boolean
  /** Its part in the room's call; null or absent when it is in none. */
  call?: CallPresence | null
  /** The hand is up in the call: since when, as the server has told, or by the own clock without it; or 0 (P5). */
  hand?: number
  reaction?: CallReaction
  /** What the server says of its part in the call (P5). */
  standing?: CallStanding
  /** Signals by the addressee's clientID in decimal (P4). */
  signals?: Readonly<Record<string, SignalSlot>>
}>

/** What a peer says to everybody, to the server and to those that it hears directly (DP5). */
export type SaidState = Pick<PresenceState, 'sheet' | 'isTyping' | 'call' | 'hand' | 'reaction'>

/** What of it means something: hands and reactions only with a part in the call. Never throws. */
export function readSaidState(value: unknown): SaidState {
  if (!isPlainObject(value)) return {}
  const { sheet, isTyping, call, hand, reaction } = value
  const always = { ...(isSheetId(sheet) && { sheet }), ...(isTyping === true && { isTyping }) }
  const part = readCallPresence(call)
  if (part === null) return always
  const raised = readHand(hand)
  const shown = readCallReaction(reaction)
  return {
    ...always,
    call: part,
    ...(raised !== null && { hand: raised }),
    ...(shown !== null && { reaction: shown }),
  }
}
