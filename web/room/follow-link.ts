/** The board comes into view for whoever looks along with somebody. */
import { watch, type ShallowRef } from 'vue'
import { useFollowStore } from '../board/follow-store.ts'
import { show, type RoomLayout } from './room-layout.ts'

export function useFollowLink(layout: ShallowRef<RoomLayout>): void {
  const follow = useFollowStore()
  watch(
    () => follow.person,
    (person) => {
      if (person !== null) layout.value = show(layout.value, 'board')
    },
  )
}
