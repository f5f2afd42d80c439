/**
 * Presence: what a peer says of itself now, in the awareness of the room document.
 *
 * Each peer writes its own entry only. The server overwrites `user` with the verified identity, adds `standing`, and
 * gives each slot of `signals` only to the peer it is addressed to. Rules P1–P5 of docs/PROTOCOL.md.
 */
import type { PersonId, Seat, SheetId } from '../ids.ts'
import type { Role } from '../room.ts'
import type { CallPresence, SignalSlot } from '../call/signal.ts'
import type { CallReaction, CallStanding } from '../call/standing.ts'

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
  /** The hand is up in the call: since when, as the server has told, or 0 (P5). */
  hand?: number
  reaction?: CallReaction
  /** What the server says of its part in the call (P5). */
  standing?: CallStanding
  /** Signals by the addressee's clientID in decimal (P4). */
  signals?: Readonly<Record<string, SignalSlot>>
}>
