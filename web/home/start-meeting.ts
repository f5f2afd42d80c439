/** Makes a room that is named by the moment, and goes to its call. What hinders it is told. */
import type { Router } from 'vue-router'
import { errorRow } from '#shared/errors.ts'
import { codeOf } from '../api.ts'
import { useI18n } from '../i18n.ts'
import { toast } from '../ui/toast.ts'
import { useHomeStore } from './home-store.ts'

/** Needs the words of home. */
export async function startMeeting(router: Router): Promise<void> {
  const { t, locale } = useI18n()
  const when = new Date().toLocaleString(locale.value, { dateStyle: 'medium', timeStyle: 'short' })
  try {
    const { id } = await useHomeStore().create(t('home.meeting_title', { when }), 'invite')
    await router.push(`/r/${id}?call=1`)
  } catch (error) {
    toast(errorRow(codeOf(error)).sentence, { tone: 'bad' })
  }
}
