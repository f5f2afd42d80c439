/**
 * The rooms of this person and the open ones of this server.
 *
 * The last answer is kept on the device, so that rooms opened before can be reached while the server is away.
 */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { RoomsResponse, RoomSummary } from '#shared/http.ts'
import type { RoomId } from '#shared/ids.ts'
import { useAccountStore } from '../account/account-store.ts'
import { api, codeOf } from '../api.ts'
import { recall, remember } from '../device.ts'

export const useHomeStore = defineStore('home', () => {
  const account = useAccountStore()
  const rooms = shallowRef(recallRooms())
  const isServerAway = shallowRef(false)

  /** Asks the server; while it is away the last answer stays. */
  async function refresh(): Promise<void> {
    if (account.me === null) return
    try {
      rooms.value = await api.rooms()
      isServerAway.value = false
      remember('rooms', rooms.value)
    } catch (error) {
      const code = codeOf(error)
      if (code === 'signed-out') account.setMe(null)
      else if (code === 'network-away') {
        isServerAway.value = true
        rooms.value = recallRooms()
      } else throw error
    }
  }

  /** All that is said in a room was read here: so it is also while the server cannot say so. */
  function noteRead(roomId: RoomId): void {
    const isRead = ({ id, unreadCount }: RoomSummary): boolean => id !== roomId || unreadCount === 0
    if (rooms.value?.mine.every(isRead) !== false) return
    const mine = rooms.value.mine.map((room) =>
      isRead(room) ? room : { ...room, unreadCount: 0, mentionCount: 0 },
    )
    rooms.value = { ...rooms.value, mine }
    remember('rooms', rooms.value)
  }

  async function create(title: string, access: RoomSummary['access']): Promise<RoomSummary> {
    return (await api.createRoom({ title, access })).room
  }

  return { rooms, isServerAway, refresh, noteRead, create }
})

function recallRooms(): RoomsResponse | null {
  const value = recall('rooms') as Partial<RoomsResponse> | null
  return Array.isArray(value?.mine) && Array.isArray(value.open) ? (value as RoomsResponse) : null
}
