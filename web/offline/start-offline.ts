/** What a page does for later, once it stands: keeps the client on this device, and tells of newer versions. */
import { watchEffect } from 'vue'
import { loadWords, useI18n } from '../i18n.ts'
import { toast } from '../ui/toast.ts'
import { followVersions } from './app-versions.ts'
import { mustStay } from './stay.ts'

/** As long as a timer can be: such news stays until it is taken or sent away. */
const lastingMs = 2 ** 31 - 1

export async function startOffline(): Promise<void> {
  await loadWords(['offline'])
  const { t } = useI18n()
  const versions = await followVersions()
  if (versions === null) return

  const offer = (text: string): void => {
    const action = { label: t('offline.reload'), onSelect: versions.takeOver }
    const stop = watchEffect(() => {
      if (mustStay()) return
      toast(text, { action, durationMs: lastingMs })
      queueMicrotask(() => {
        stop()
      })
    })
  }
  versions.onReady(() => {
    offer(t('offline.new_version'))
  })
  versions.onTakenOver(() => {
    offer(t('offline.taken_over'))
  })
}
