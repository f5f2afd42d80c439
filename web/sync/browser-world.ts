/** The world of a real page. */
import { paths } from '#shared/http.ts'
import { versionQuery, versions } from '#shared/wire/version.ts'
import { makeRoom } from '../offline/make-room.ts'
import { notingKept, notingStore } from '../offline/waiting.ts'
import { openIndexedStore } from './indexed-store.ts'
import { openKeptEntries } from './kept-entries.ts'
import type { SyncWorld } from './world.ts'

export function browserWorld(): SyncWorld {
  const url = new URL(paths.socket, location.href)
  url.searchParams.set(versionQuery, String(versions.now))
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return {
    socketUrl: url.href,
    WebSocket,
    openStore: (name, ...store) => notingStore(name, openIndexedStore(makeRoom, name, ...store)),
    openKept: (name) => notingKept(name, openKeptEntries(name, makeRoom)),
    openChannel(name, hear) {
      const channel = new BroadcastChannel(name)
      channel.onmessage = ({ data }) => {
        hear(data)
      }
      return {
        post: (message) => {
          channel.postMessage(message)
        },
        close: () => {
          channel.close()
        },
      }
    },
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
