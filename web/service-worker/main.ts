/**
 * The service worker: answers with the client's own files from this device, and brings in new versions.
 *
 * Rules OF1–OF4 of docs/PROTOCOL.md. It never looks at what the server says of people and rooms. Invariant: a new version
 * takes over only when a person asks for it, when no page is open, or when the one before does not start.
 */
import { noticeOptions, noticesLock } from '#shared/push-message.ts'
import { answerOf, type AppVersion, type ToPage, type ToWorker } from '#shared/app-shell.ts'
import { readPush } from './push.ts'
import { Shell } from './shell.ts'

declare const self: ServiceWorkerGlobalScope
/** Written here by the build (service-worker-plugin.ts). */
declare const __APP_VERSION__: AppVersion

/** A page that has not told its version by then is frozen, or older than the question. */
const answerTimeoutMs = 3_000

const shell = new Shell(
  {
    caches: self.caches,
    fetch: (path, init) => self.fetch(path, init),
  },
  __APP_VERSION__,
)

self.addEventListener('install', (event) => {
  event.waitUntil(
    shell.install().then(async () => {
      if (await shell.isUsedOneBroken()) await self.skipWaiting()
    }),
  )
})

self.addEventListener('activate', (event) => {
  // Also of pages that were opened before there was a worker: their parts come from here when the network goes.
  event.waitUntil(self.clients.claim())
})

self.addEventListener('fetch', (event) => {
  const { method, mode, url: address } = event.request
  const url = new URL(address)
  const isOwn = url.origin === self.location.origin
  const answer = answerOf({ method, isNavigation: mode === 'navigate', isOwn, path: url.pathname })
  if (answer === 'network') return
  const kept = answer === 'page' ? shell.page() : shell.file(url.pathname)
  // A browser that cannot read what it keeps has the network, as without a worker.
  event.respondWith(kept.catch(() => self.fetch(event.request)))
})

self.addEventListener('message', (event) => {
  const message = event.data as ToWorker
  switch (message.kind) {
    case 'take-over':
      event.waitUntil(self.skipWaiting())
      return
    case 'started':
      event.waitUntil(tidy())
      return
  }
})

self.addEventListener('push', (event) => {
  event.waitUntil(showPushed(event.data))
})

/** Where a page is looked at, that tells it. */
async function showPushed(data: PushMessageData | null): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  if (pages.some(({ visibilityState }) => visibilityState === 'visible')) return
  const shown = readPush(jsonOf(data))
  if (shown === null) return
  const { title, body, tag, path } = shown
  await self.navigator.locks.request(noticesLock, () =>
    self.registration.showNotification(title, { ...noticeOptions, body, tag, data: { path } }),
  )
}

function jsonOf(data: PushMessageData | null): unknown {
  try {
    return data?.json()
  } catch {
    return null
  }
}

self.addEventListener('notificationclick', (event) => {
  const { notification } = event
  notification.close()
  const path = pathOf(notification.data)
  if (path !== null) event.waitUntil(openPath(path))
})

/** Where a notice leads: on this server, and nowhere else. */
function pathOf(data: unknown): string | null {
  const path = (data as Readonly<{ path?: unknown }> | null)?.path
  return typeof path === 'string' && /^\/(?!\/)/u.test(path) ? path : null
}

/** In a page that is there, which goes on with what it does, such as a call; else in a new one. */
async function openPath(path: string): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window' })
  const page = pages.find(({ focused }) => focused) ?? pages[0]
  if (page === undefined) {
    await self.clients.openWindow(path)
    return
  }
  page.postMessage({ kind: 'open', path } satisfies ToPage)
  // Browsers allow it in answer to a press alone.
  await page.focus().catch(() => undefined)
}

/** A page runs: this version is sound, and what nobody uses any more can go. */
async function tidy(): Promise<void> {
  await shell.started()
  await shell.complete()
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const versions = await Promise.all(pages.map(versionOf))
  if (versions.every((version) => version !== null)) await shell.forget(new Set(versions))
}

/** Null if it does not say. */
function versionOf(page: WindowClient): Promise<string | null> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = (event) => {
      resolve(typeof event.data === 'string' ? event.data : null)
    }
    setTimeout(resolve, answerTimeoutMs, null)
    page.postMessage({ kind: 'which-version' } satisfies ToPage, [port2])
  })
}
