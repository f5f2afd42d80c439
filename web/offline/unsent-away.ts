/** Whether something waits here for a server that is not heard. Reactive. */
import { shallowRef, watch } from 'vue'
import type { PersonId } from '#shared/ids.ts'
import { useHomeStore } from '../home/home-store.ts'
import { useRoomStore } from '../room/room-store.ts'
import type { ConnectionState } from '../sync/ports.ts'
import { onWaiting, waitingOf } from './waiting.ts'

const away: ReadonlySet<ConnectionState['kind']> = new Set(['reconnecting', 'offline', 'outdated'])

/** For as long as the page lives; `personId` gives whose. */
export function watchUnsentAway(personId: () => PersonId | undefined): () => boolean {
  const room = useRoomStore()
  const home = useHomeStore()
  const read = (): boolean => {
    const id = personId()
    return id !== undefined && waitingOf(id).length > 0
  }
  const hasUnsent = shallowRef(read())
  const look = (): void => {
    hasUnsent.value = read()
  }
  onWaiting(look)
  watch(personId, look)
  return () => hasUnsent.value && (room.session === null ? home.isServerAway : away.has(room.connection.kind))
}
