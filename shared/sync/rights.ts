/**
 * Who may change a document of each kind at all: what a page needs of the guard's rules before anything is written.
 *
 * Rules D3, RO6 and BO5 of docs/PROTOCOL.md. Pure.
 */
import type { Seat } from '../ids.ts'
import type { DocumentKind, Role } from '../room.ts'

/** Known by their seat, which every struct's clientID carries (ID3), their role, and what the room lets them do. */
export type Writer = Readonly<{
  seat: Seat
  role: Role
  canDraw: boolean
  canPost: boolean
  /** From one message of theirs to the next, in ms (CH15); none without. */
  slowMs?: number
}>

export function mayWrite(kind: DocumentKind, { canDraw, canPost }: Writer): boolean {
  // A room's is the server's alone (D3).
  return (kind === 'chat' && canPost) || (kind === 'board' && canDraw)
}
