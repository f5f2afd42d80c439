/** What a page does for later, once it stands: keeps the client and what it stores, and tells of newer versions. */
import type { Router } from 'vue-router'
import { loadWords, useI18n } from '../i18n.ts'
import { followVersions } from './app-versions.ts'
import { offer } from './offer.ts'
import { startStorage } from './start-storage.ts'

export async function startOffline(router: Router): Promise<void> {
  startStorage(router)
  await loadWords(['offline'])
  const { t } = useI18n()
  const versions = await followVersions()
  if (versions === null) return

  const tell = (text: string): void => {
    offer(text, { label: t('offline.reload'), why: 'new', onSelect: versions.takeOver })
  }
  versions.onReady(() => {
    tell(t('offline.new_version'))
  })
  versions.onTakenOver(() => {
    tell(t('offline.taken_over'))
  })
}
