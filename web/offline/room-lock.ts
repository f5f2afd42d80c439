/**
 * Which pages of this browser show a room, told by Web Locks: they hold one together, and what is done in a room that no
 * page shows is done alone.
 *
 * Where a page is not secure there are no locks. Then two pages may do the same, which costs nothing but their time.
 */
import type { PersonId, RoomId } from '#shared/ids.ts'
import type { Undo } from '../sync/ports.ts'

/** Held until this is undone. */
export function showRoom(personId: PersonId, roomId: RoomId): Undo {
  return hold(personId, roomId, 'shared', () => () => undefined)
}

/** Runs once no other page shows the room or does the same; what it gives ends it. */
export function whenNotShown(personId: PersonId, roomId: RoomId, run: () => Undo): Undo {
  return hold(personId, roomId, 'exclusive', run)
}

function hold(personId: PersonId, roomId: RoomId, mode: LockMode, run: () => Undo): Undo {
  const ending = new AbortController()
  const { signal } = ending
  let end: Undo | null = null
  const held = async (): Promise<void> => {
    if (signal.aborted) return
    end = run()
    await new Promise((release) => {
      signal.addEventListener('abort', release)
    })
  }
  if (!isSecureContext) end = run()
  // Given up while it waits, it rejects.
  else
    navigator.locks.request(`stoa/room/${personId}/${roomId}`, { mode, signal }, held).catch(() => undefined)
  return () => {
    ending.abort()
    end?.()
    end = null
  }
}
