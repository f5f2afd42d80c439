/**
 * What time takes away: expired sessions and invites, guests whose session is gone, and files that nobody needs.
 *
 * Invariant: nobody gets in by what is waiting here to be removed; every look-up checks the time itself. This only
 * keeps tables small and rooms true.
 */
import type { Files } from './files/files.ts'
import type { Logger } from './log.ts'
import type { Clock } from './ports.ts'
import type { Rooms } from './rooms/rooms.ts'
import type { Store } from './store/open.ts'

const intervalMs = 60_000

type Options = Readonly<{ store: Store; rooms: Rooms; files: Files; clock: Clock; log: Logger }>

/** Cleans up now, and then every minute. */
export function startHousekeeping(options: Options): Disposable {
  const { log } = options
  options.files.sweep()
  cleanUp(options)
  const timer = setInterval(() => {
    try {
      cleanUp(options)
    } catch (err) {
      log.error({ err }, 'housekeeping failed')
    }
  }, intervalMs)
  timer.unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

function cleanUp({ store, rooms, files, clock }: Options): void {
  store.sessions.removeExpired(clock())
  store.invites.removeExpired(clock())
  for (const personId of store.seats.goneGuests()) rooms.removeGuest(personId)
  files.cleanUp()
}
