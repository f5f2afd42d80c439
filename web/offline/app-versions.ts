/**
 * The client's versions, as this page sees them: keeps the client on the device, and tells when a newer one is there.
 *
 * Rules OF1, OF3 and OF4 of docs/PROTOCOL.md. Invariant: a page is loaded anew only because its person said so in it.
 */
import { versionMeta, workerPath, type ToPage, type ToWorker } from '#shared/app-shell.ts'

/** A page that stays open asks for a new version this often, and no more often than once in the shorter time. */
const checkEveryMs = 15 * 60_000
const checkPauseMs = 60_000

export type AppVersions = Readonly<{
  /** A newer version is on this device, and waits. Called once for each. */
  onReady(isReady: () => void): void
  /** Another page of this browser has let the newer version in. */
  onTakenOver(isTakenOver: () => void): void
  /** Lets it in, and loads this page anew. */
  takeOver(): void
}>

/** Null where the browser has no service workers, as outside HTTPS, or makes none now, as in a private window. */
export async function followVersions(): Promise<AppVersions | null> {
  if (!('serviceWorker' in navigator)) return null
  const { serviceWorker } = navigator
  const version = document.querySelector<HTMLMetaElement>(`meta[name="${versionMeta}"]`)?.content ?? ''
  serviceWorker.addEventListener('message', (event) => {
    const { kind } = event.data as ToPage
    if (kind === 'which-version') event.ports[0]?.postMessage(version)
  })
  serviceWorker.startMessages()
  const wasControlled = serviceWorker.controller !== null
  const registration = await register(serviceWorker)
  if (registration === null) return null
  tell(registration.active, { kind: 'started' })
  checkNowAndThen(registration)

  let isAsked = false
  return {
    onReady(isReady) {
      const told = new WeakSet<ServiceWorker>()
      const look = (): void => {
        const { waiting } = registration
        if (waiting === null || told.has(waiting) || serviceWorker.controller === null) return
        told.add(waiting)
        isReady()
      }
      registration.addEventListener('updatefound', () => {
        registration.installing?.addEventListener('statechange', look)
      })
      registration.installing?.addEventListener('statechange', look)
      look()
    },
    onTakenOver(isTakenOver) {
      // The first worker of all takes nothing over.
      let isFirst = !wasControlled
      serviceWorker.addEventListener('controllerchange', () => {
        if (isAsked) location.reload()
        else if (!isFirst) isTakenOver()
        isFirst = false
      })
    },
    takeOver() {
      isAsked = true
      if (registration.waiting === null) location.reload()
      else tell(registration.waiting, { kind: 'take-over' })
    },
  }
}

async function register(workers: ServiceWorkerContainer): Promise<ServiceWorkerRegistration | null> {
  try {
    // Some that block it answer with nothing.
    const made = (await workers.register(workerAddress() as string)) as ServiceWorkerRegistration | undefined
    return made ?? null
  } catch {
    return null
  }
}

function tell(worker: ServiceWorker | null, message: ToWorker): void {
  worker?.postMessage(message)
}

/** The one script address that this page may make, where the browser enforces Trusted Types. */
function workerAddress(): unknown {
  type Factory = Readonly<{
    createPolicy(
      name: string,
      rules: Readonly<{ createScriptURL: () => string }>,
    ): Readonly<{ createScriptURL(address: string): unknown }>
  }>
  const { trustedTypes } = window as { trustedTypes?: Factory }
  if (trustedTypes === undefined) return workerPath
  return trustedTypes
    .createPolicy('stoa-worker', { createScriptURL: () => workerPath })
    .createScriptURL(workerPath)
}

function checkNowAndThen(registration: ServiceWorkerRegistration): void {
  let checkedAtMs = performance.now()
  const check = (): void => {
    if (document.visibilityState !== 'visible' || performance.now() - checkedAtMs < checkPauseMs) return
    checkedAtMs = performance.now()
    // The server may be away, as it often is here.
    registration.update().catch(() => undefined)
  }
  setInterval(check, checkEveryMs)
  document.addEventListener('visibilitychange', check)
  addEventListener('online', check)
}
