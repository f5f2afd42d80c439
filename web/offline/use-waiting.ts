/** The rooms in which something of this person's waits for the server, as this device knows it. */
import { onBeforeUnmount, shallowRef, watch, type ShallowRef } from 'vue'
import type { RoomId } from '#shared/ids.ts'
import { useAccountStore } from '../account/account-store.ts'
import { onWaiting, waitingOf } from './waiting.ts'

export function useWaitingRooms(): Readonly<ShallowRef<ReadonlySet<RoomId>>> {
  const account = useAccountStore()
  const read = (): ReadonlySet<RoomId> =>
    new Set(account.me === null ? [] : waitingOf(account.me.id).map(({ roomId }) => roomId))
  const rooms = shallowRef(read())
  const look = (): void => {
    rooms.value = read()
  }
  onBeforeUnmount(onWaiting(look))
  watch(() => account.me?.id, look)
  return rooms
}
