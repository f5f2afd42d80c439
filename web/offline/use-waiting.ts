/** What of this person's waits for the server, as this device knows it. */
import { computed, onBeforeUnmount, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import type { RoomId } from '#shared/ids.ts'
import { useAccountStore } from '../account/account-store.ts'
import { onWaiting, waitingOf, type Waiting } from './waiting.ts'

/** In all rooms. */
export function useWaiting(): Readonly<ShallowRef<readonly Waiting[]>> {
  const account = useAccountStore()
  const read = (): readonly Waiting[] => (account.me === null ? [] : waitingOf(account.me.id))
  const waiting = shallowRef(read())
  const look = (): void => {
    waiting.value = read()
  }
  onBeforeUnmount(onWaiting(look))
  watch(() => account.me?.id, look)
  return waiting
}

/** The rooms in which something does. */
export function useWaitingRooms(): ComputedRef<ReadonlySet<RoomId>> {
  const waiting = useWaiting()
  return computed(() => new Set(waiting.value.map(({ roomId }) => roomId)))
}
