/**
 * Which pages of this browser show a room, told by Web Locks: they hold one together, and what is done in a room that no
 * page shows is done alone.
 *
 * Where a page is not secure there are no locks. Then two pages may do the same, which costs nothing but their time.
 */
import type { PersonId, RoomId } from '#shared/ids.ts'
import { hold } from '../sync/hold.ts'
import type { Undo } from '../sync/ports.ts'

/** Held until this is undone. */
export function showRoom(personId: PersonId, roomId: RoomId): Undo {
  return hold(lockOf(personId, roomId), 'shared', () => () => undefined)
}

/** Runs once no other page shows the room or does the same; what it gives ends it. */
export function whenNotShown(personId: PersonId, roomId: RoomId, run: () => Undo): Undo {
  return hold(lockOf(personId, roomId), 'exclusive', run)
}

function lockOf(personId: PersonId, roomId: RoomId): string {
  return `stoa/room/${personId}/${roomId}`
}
