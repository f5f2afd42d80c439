/** The pinned messages of the room this page shows, as its document lists them (CH14). */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { MessageKey } from '#shared/chat/message.ts'
import { pinPaths, type Pin } from '#shared/chat/pin.ts'
import { may } from '#shared/room.ts'
import { request, wordsOf } from '../api.ts'
import { useRoomStore } from '../room/room-store.ts'
import { toast } from '../ui/toast.ts'

export type Pinned = Pin & Readonly<{ key: MessageKey }>

export const usePinsStore = defineStore('pins', () => {
  const room = useRoomStore()
  /** The newest pin first. */
  const pins = shallowRef<readonly Pinned[]>([])

  watch(
    () => room.session,
    (session, _, onCleanup) => {
      pins.value = []
      if (session === null) return
      const listed = session.room.doc.getMap<Pin>('pins')
      const read = (): void => {
        const all = [...listed.entries()].map(([key, pin]) => ({ ...pin, key: key as MessageKey }))
        pins.value = all.sort((a, b) => b.order - a.order)
      }
      listed.observe(read)
      onCleanup(() => {
        listed.unobserve(read)
      })
      read()
    },
    { immediate: true },
  )

  /** It shows once the server has said so to everybody. */
  async function change(method: 'PUT' | 'DELETE', key: MessageKey): Promise<void> {
    if (room.roomId === null) return
    try {
      await request(method, pinPaths.pin(room.roomId, key))
    } catch (error) {
      toast(wordsOf(error), { tone: 'bad' })
    }
  }

  return {
    pins,
    keys: computed<ReadonlySet<MessageKey>>(() => new Set(pins.value.map(({ key }) => key))),
    mayPin: computed(() => may(room.room?.role ?? 'guest', 'pin')),
    pin: (key: MessageKey) => change('PUT', key),
    unpin: (key: MessageKey) => change('DELETE', key),
  }
})
