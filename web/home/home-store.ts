/**
 * The rooms of this person and the open ones of this server.
 *
 * The last answer is kept on the device, so that rooms opened before can be reached while the server is away.
 */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { RoomsResponse, RoomSummary } from '#shared/http.ts'
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

  async function create(title: string, access: RoomSummary['access']): Promise<RoomSummary> {
    return (await api.createRoom({ title, access })).room
  }

  return { rooms, isServerAway, refresh, create }
})

function recallRooms(): RoomsResponse | null {
  const value = recall('rooms') as Partial<RoomsResponse> | null
  return Array.isArray(value?.mine) && Array.isArray(value.open) ? (value as RoomsResponse) : null
}
