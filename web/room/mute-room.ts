/** Mutes the room in view for this person, on all their devices, or lets it be heard again. What hinders it is told. */
import { mutePath } from '#shared/mute.ts'
import { request, wordsOf } from '../api.ts'
import { loadWords, useI18n } from '../i18n.ts'
import { toast } from '../ui/toast.ts'
import { useRoomStore } from './room-store.ts'

export async function muteRoom(isMuted: boolean): Promise<void> {
  const room = useRoomStore()
  const { t } = useI18n()
  const { room: answer } = room
  if (answer === null) return
  try {
    await Promise.all([loadWords(['rooms']), request('PUT', mutePath(answer.room.id), { isMuted })])
    room.learn({ isMuted }, answer.room.id)
    toast(t(isMuted ? 'rooms.now_muted' : 'rooms.now_heard'), { tone: 'good' })
  } catch (error) {
    toast(wordsOf(error), { tone: 'bad' })
  }
}
