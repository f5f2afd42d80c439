/** What those who moderate a room may do with one of its people: items of a menu (RO7, RO8). */
import IconOwner from '~icons/lucide/crown'
import IconMember from '~icons/lucide/shield-off'
import IconModerator from '~icons/lucide/shield-plus'
import IconRemove from '~icons/lucide/user-minus'
import { memberPaths } from '#shared/members.ts'
import { mayMake, mayPutOut, type Role } from '#shared/room.ts'
import { request, wordsOf } from '../api.ts'
import { useI18n } from '../i18n.ts'
import { toast } from '../ui/toast.ts'
import type { PersonHere } from './people.ts'
import { useRoomStore } from './room-store.ts'

/** What is asked about before it is done. */
export type MemberQuestion = 'owner' | 'remove'

/** Needs the words of rooms. `own` is the role of whoever opens the menu. */
export function memberItems(person: PersonHere, own: Role, onAsk: (question: MemberQuestion) => void) {
  const { t } = useI18n()
  const isModerator = person.role === 'moderator'
  const makeItems = mayMake(own, person.role, 'moderator')
    ? [
        isModerator
          ? {
              label: t('rooms.member.unmake_moderator'),
              icon: IconMember,
              onSelect: () => void setRole(person, 'member'),
            }
          : {
              label: t('rooms.member.make_moderator'),
              icon: IconModerator,
              onSelect: () => void setRole(person, 'moderator'),
            },
        {
          label: t('rooms.member.make_owner'),
          icon: IconOwner,
          onSelect: () => {
            onAsk('owner')
          },
        },
      ]
    : []
  const removeItem = {
    label: t('rooms.member.put_out'),
    icon: IconRemove,
    onSelect: () => {
      onAsk('remove')
    },
    danger: true,
  }
  return [...makeItems, ...(mayPutOut(own, person.role) ? [removeItem] : [])]
}

/** The room's document brings it to everybody. What hinders it is told. */
async function setRole({ personId, name }: PersonHere, role: 'moderator' | 'member'): Promise<void> {
  const { t } = useI18n()
  const { roomId } = useRoomStore()
  if (roomId === null) return
  try {
    await request('PUT', memberPaths.role(roomId, personId), { role })
    toast(t(`rooms.member.now_${role}`, { name }), { tone: 'good' })
  } catch (error) {
    toast(wordsOf(error), { tone: 'bad' })
  }
}
