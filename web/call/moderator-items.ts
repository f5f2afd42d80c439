/** What somebody who moderates may do with one person in the call, or with the call itself: items of a menu. */
import IconLock from '~icons/lucide/lock-keyhole'
import IconLockOpen from '~icons/lucide/lock-keyhole-open'
import IconMicrophone from '~icons/lucide/volume-1'
import IconMuted from '~icons/lucide/volume-x'
import IconIn from '~icons/lucide/user-check'
import IconOut from '~icons/lucide/user-x'
import { useI18n } from '../i18n.ts'
import type { PersonHere } from '../room/people.ts'
import { useModerationStore } from './moderation-store.ts'

/** Needs the words of calls. */
export function moderatorItems({ seat, isInCall }: Pick<PersonHere, 'seat' | 'isInCall'>) {
  const { t } = useI18n()
  const store = useModerationStore()
  const act = (action: 'mute' | 'unmute' | 'remove' | 'let-in') => () => void store.moderate({ action, seat })
  const letIn = { label: t('call.moderate.let_in'), icon: IconIn, onSelect: act('let-in') }
  const lock = store.isLocked
    ? {
        label: t('call.moderate.unlock'),
        icon: IconLockOpen,
        onSelect: () => void store.moderate({ action: 'unlock' }),
      }
    : {
        label: t('call.moderate.lock'),
        icon: IconLock,
        onSelect: () => void store.moderate({ action: 'lock' }),
      }
  if (!isInCall) return store.outSeats.has(seat) || store.isLocked ? [letIn, lock] : [lock]
  return [
    { label: t('call.moderate.mute'), icon: IconMuted, onSelect: act('mute') },
    { label: t('call.moderate.unmute'), icon: IconMicrophone, onSelect: act('unmute') },
    lock,
    { label: t('call.moderate.remove'), icon: IconOut, onSelect: act('remove'), danger: true },
  ]
}
