/** What a page does for later, once it stands: keeps the client on this device, and tells of newer versions. */
import { loadWords, useI18n } from '../i18n.ts'
import { followVersions } from './app-versions.ts'
import { offer } from './offer.ts'

export async function startOffline(): Promise<void> {
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
