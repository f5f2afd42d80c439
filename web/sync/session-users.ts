/**
 * Who uses a room's session: the page that shows the room, and a call that goes on while the person is elsewhere.
 *
 * Invariant: a person has one open session for a room in this page. It is disposed when its last user lets go of it,
 * or by `endSession`, for all of them at once.
 */
import type { PersonId, RoomId } from '#shared/ids.ts'
import type { Undo } from './ports.ts'
import type { RoomSession } from './room-session.ts'

const usersCount = new Map<RoomSession, number>()

/** Keeps a session open until this is undone. */
export function useSession(session: RoomSession): Undo {
  usersCount.set(session, (usersCount.get(session) ?? 0) + 1)
  let isUsed = true
  return () => {
    const count = usersCount.get(session)
    if (!isUsed || count === undefined) return
    isUsed = false
    if (count === 1) endSession(session)
    else usersCount.set(session, count - 1)
  }
}

/** The open session of that room, or null. */
export function sessionOf(roomId: RoomId, personId: PersonId): RoomSession | null {
  for (const session of usersCount.keys())
    if (session.roomId === roomId && session.personId === personId) return session
  return null
}

export function isSessionOpen(session: RoomSession): boolean {
  return usersCount.has(session)
}

/** Whoever uses it: its room is left, or it has to begin anew. */
export function endSession(session: RoomSession): void {
  if (usersCount.delete(session)) session[Symbol.dispose]()
}
