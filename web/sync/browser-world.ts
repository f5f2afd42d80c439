/** The world of a real page. */
import { paths } from '#shared/http.ts'
import { openIndexedStore } from './indexed-store.ts'
import { openKeptEntries } from './kept-entries.ts'
import type { SyncWorld } from './world.ts'

export function browserWorld(): SyncWorld {
  const url = new URL(paths.socket, location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return {
    socketUrl: url.href,
    WebSocket,
    openStore: openIndexedStore,
    openKept: openKeptEntries,
    events: window,
    isOnline: () => navigator.onLine,
    isVisible: () => document.visibilityState === 'visible',
    nowMs: () => performance.now(),
    random: () => Math.random(),
    random32: () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs)
      return () => {
        clearTimeout(timer)
      }
    },
  }
}
