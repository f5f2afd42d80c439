/** What is known here of threads: what their roots' pages say, and the replies on open pages after that. Rule CH16. */
import { parsePlace, type MessageKey } from '#shared/chat/message.ts'
import type { Thread } from '#shared/chat/thread.ts'
import { threadSeatsMax } from '#shared/limits.ts'
import type { ChatRow } from './chat-row.ts'
import type { ThreadNow, Threads } from './chat-ports.ts'

type Page = Readonly<{ threads(): ReadonlyMap<MessageKey, Thread> }>

const unsaid: Thread = { n: 0, t: 0, u: 0, w: [], on: [] }

/**
 * Those whose roots stand on open pages, where there are replies. `replies` in their order; of what was there `before`
 * each that says the same is the same object.
 */
export function threadsOf(
  pages: ReadonlyMap<number, Page>,
  replies: readonly ChatRow[],
  before: Threads,
): Threads {
  const threads = new Map<MessageKey, ThreadNow>()
  for (const page of pages.values())
    for (const [root, said] of page.threads()) threads.set(root, nowOf(said, []))
  const byThread = Map.groupBy(replies, ({ thread }) => thread)
  for (const [thread, rows] of byThread) {
    const place = parsePlace(thread ?? '')
    const page = place === null ? undefined : pages.get(place.page)
    if (place !== null && page !== undefined)
      threads.set(place.key, nowOf(page.threads().get(place.key) ?? unsaid, rows))
  }
  for (const [root, thread] of threads) {
    const old = before.get(root)
    if (thread.count === 0) threads.delete(root)
    else if (old !== undefined && isSame(old, thread)) threads.set(root, old)
  }
  const isAsBefore =
    threads.size === before.size && [...threads].every(([root, now]) => before.get(root) === now)
  return isAsBefore ? before : threads
}

function nowOf({ n, t, u, w, on }: Thread, replies: readonly ChatRow[]): ThreadNow {
  const later = replies.filter(({ number }) => number === null || number > u)
  const last = later.at(-1)
  const numbers = replies.map(({ number }) => number ?? 0)
  const seats = new Set([...later.map(({ seat }) => seat).reverse(), ...w])
  const pages = new Set([...on, ...replies.flatMap(({ page }) => page ?? [])])
  return {
    count: n + later.length,
    lastAtMs: last === undefined ? t : (last.arrivedAtMs ?? last.sentAtMs),
    lastNumber: Math.max(0, ...numbers),
    seats: [...seats].slice(0, threadSeatsMax),
    pages: [...pages].sort((a, b) => a - b),
  }
}

function isSame(a: ThreadNow, b: ThreadNow): boolean {
  return (
    a.count === b.count &&
    a.lastAtMs === b.lastAtMs &&
    a.lastNumber === b.lastNumber &&
    String(a.seats) === String(b.seats) &&
    String(a.pages) === String(b.pages)
  )
}
