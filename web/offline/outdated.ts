/** What a page says whose server does not understand it (W7), and loading it anew as the server has it. */
import { errorRow, type ErrorCode } from '#shared/errors.ts'
import type { ToWorker } from '#shared/app-shell.ts'
import { loadWords, useI18n } from '../i18n.ts'
import { toast } from '../ui/toast.ts'
import { offer } from './offer.ts'

export async function offerReload(code: ErrorCode): Promise<void> {
  await loadWords(['offline'])
  const { sentence, fix } = errorRow(code)
  const { t } = useI18n()
  offer(`${sentence} ${fix}`, {
    label: t('offline.reload'),
    why: 'needed',
    onSelect: () => void reloadAnew(),
  })
}

/** The server has refused something of this device's, and the room was opened anew. */
export async function tellBegunAnew(): Promise<void> {
  await loadWords(['offline'])
  toast(useI18n().t('offline.begun_anew'))
}

/** Also where this device keeps the version before, and would answer with it again. */
export async function reloadAnew(): Promise<void> {
  const waiting = await newestWorker().catch(() => null)
  if (waiting === null) {
    location.reload()
    return
  }
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    location.reload()
  })
  waiting.postMessage({ kind: 'take-over' } satisfies ToWorker)
}

/** The service worker of the server's version, once it has all of it; null where there is none that waits. */
async function newestWorker(): Promise<ServiceWorker | null> {
  if (!('serviceWorker' in navigator)) return null
  const registration = await navigator.serviceWorker.getRegistration()
  await registration?.update()
  const coming = registration?.installing
  if (coming != null)
    await new Promise<void>((resolve) => {
      coming.addEventListener('statechange', () => {
        if (coming.state !== 'installing') resolve()
      })
    })
  return registration?.waiting ?? null
}
