/** Which rooms this device can show while the server is away: those whose document it keeps, and where it has a seat. */
import { shallowRef, watch, type ShallowRef } from 'vue'
import { isRoomId, type PersonId, type RoomId } from '#shared/ids.ts'
import { useAccountStore } from '../account/account-store.ts'
import { useHomeStore } from '../home/home-store.ts'
import { storeName } from '../sync/store-name.ts'

/** Where a room can be had from; null where that need not be said. */
export type RoomPlace = 'here' | 'away' | null

/** Tells of each room; in a component. */
export function useRoomPlaces(): (roomId: RoomId) => RoomPlace {
  const kept = useKeptRooms()
  return (roomId) => (kept.value === null ? null : kept.value.has(roomId) ? 'here' : 'away')
}

/** Null while the server is heard. */
function useKeptRooms(): Readonly<ShallowRef<ReadonlySet<RoomId> | null>> {
  const account = useAccountStore()
  const home = useHomeStore()
  const kept = shallowRef<ReadonlySet<RoomId> | null>(null)
  /** Newest look: what an earlier one finds comes too late. */
  let looking = Symbol()
  watch(
    // The last answer is read again each time the server is found to be away.
    () => [home.isServerAway, account.me?.id, home.rooms] as const,
    async ([isAway, personId]) => {
      const turn = (looking = Symbol())
      const found = isAway && personId !== undefined ? await findKept(personId) : null
      if (looking === turn) kept.value = found
    },
    { immediate: true },
  )
  return kept
}

async function findKept(personId: PersonId): Promise<ReadonlySet<RoomId>> {
  try {
    const [{ recallRoom }, databases] = await Promise.all([
      import('../room/kept-room.ts'),
      indexedDB.databases(),
    ])
    const prefix = storeName(personId, 'room/')
    const ids = databases.flatMap(({ name }) => {
      const id = name?.startsWith(prefix) === true ? name.slice(prefix.length) : null
      return isRoomId(id) ? [id] : []
    })
    return new Set(ids.filter((id) => recallRoom(personId, id) !== null))
  } catch {
    // What shows rooms is not here, or this device keeps nothing.
    return new Set()
  }
}
