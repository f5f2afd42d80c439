/**
 * Where the chat has to come into view: for the message that the page's address names, and for searching, which
 * `?search=1` asks for.
 */
import { watch, type ShallowRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { parsePlace } from '#shared/chat/message.ts'
import { useChatStore } from '../chat/chat-store.ts'
import { useI18n } from '../i18n.ts'
import { toast } from '../ui/toast.ts'
import { show, type RoomLayout } from './room-layout.ts'
import { useRoomStore } from './room-store.ts'

/** Goes to the message of the address once its room is open; `search` opens the search. */
export function useMessageLink(layout: ShallowRef<RoomLayout>): Readonly<{ search: () => void }> {
  const { t } = useI18n()
  const route = useRoute()
  const router = useRouter()
  const room = useRoomStore()
  const chat = useChatStore()

  watch(
    [() => room.session?.roomId, () => route.params['message']],
    ([roomId, message]) => {
      if (roomId === undefined || roomId !== route.params['roomId']) return
      if (typeof message !== 'string' || message === '') return
      const place = parsePlace(message)
      layout.value = show(layout.value, 'chat')
      if (place === null) toast(t('chat.seek.gone'))
      else chat.goTo(place)
    },
    { immediate: true },
  )

  function search(): void {
    layout.value = show(layout.value, 'chat')
    chat.isSearching = true
  }

  watch(
    () => route.query['search'],
    (asked) => {
      if (asked === undefined) return
      search()
      void router.replace({ path: route.path })
    },
    { immediate: true },
  )

  return { search }
}
