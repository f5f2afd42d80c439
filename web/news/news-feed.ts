/**
 * What happens in this person's rooms, as their pages hear it: one page of a browser follows the server's events and
 * tells the others. A browser has few connections for one address, and everybody would be told of everything twice.
 *
 * Rule NO3 of docs/PROTOCOL.md. When the page that follows closes or hangs, another takes its place. Where there are no
 * locks, as outside HTTPS, every page that is looked at follows by itself.
 */
import type { PersonId } from '#shared/ids.ts'
import { newsPath, type NewsEvent } from '#shared/news.ts'

/** After an answer that is no stream of events: the server is full, older, or has ended the session. */
const tryAgainMs = 30_000

/** `connected`: what happened before, nobody was told. */
export type Told = NewsEvent | Readonly<{ kind: 'connected' }>

type Listener = (told: Told, isFollower: boolean) => void

/** `isFollower`: this page is the one that follows. */
export function openFeed(personId: PersonId, listener: Listener): Disposable {
  const end = new AbortController()
  if ('locks' in navigator) shareFeed(personId, listener, end.signal)
  else followWhileSeen(listener, end.signal)
  return {
    [Symbol.dispose]() {
      end.abort()
    },
  }
}

function shareFeed(personId: PersonId, listener: Listener, signal: AbortSignal): void {
  const name = `stoa/news/${personId}`
  const channel = new BroadcastChannel(name)
  channel.onmessage = ({ data }: MessageEvent<Told>) => {
    listener(data, false)
  }
  signal.addEventListener('abort', () => {
    channel.close()
  })
  const follow = async (): Promise<void> => {
    followServer((told) => {
      channel.postMessage(told)
      listener(told, true)
    }, signal)
    await aborted(signal)
  }
  // The request ends with the page's interest in it.
  navigator.locks.request(name, { signal }, follow).catch(() => undefined)
}

function followWhileSeen(listener: Listener, signal: AbortSignal): void {
  let seen: AbortController | null = null
  const look = (): void => {
    const isSeen = document.visibilityState === 'visible'
    if (isSeen === (seen !== null)) return
    seen?.abort()
    seen = isSeen ? new AbortController() : null
    if (seen === null) return
    followServer(
      (told) => {
        listener(told, true)
      },
      AbortSignal.any([signal, seen.signal]),
    )
  }
  document.addEventListener('visibilitychange', look, { signal })
  look()
}

function followServer(tell: (told: Told) => void, signal: AbortSignal): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let events: EventSource | null = null

  const open = (): void => {
    events = new EventSource(newsPath)
    events.onopen = () => {
      tell({ kind: 'connected' })
    }
    for (const kind of ['room', 'message', 'rooms'] as const) {
      events.addEventListener(kind, ({ data }: MessageEvent<string>) => {
        tell((data === '' ? { kind } : { kind, news: JSON.parse(data) as unknown }) as NewsEvent)
      })
    }
    events.onerror = () => {
      // A cut connection the browser makes anew by itself; what is no stream it does not ask for again.
      if (events?.readyState === EventSource.CLOSED) timer = setTimeout(open, tryAgainMs)
    }
  }
  signal.addEventListener('abort', () => {
    clearTimeout(timer)
    events?.close()
  })
  if (!signal.aborted) open()
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true })
  })
}
