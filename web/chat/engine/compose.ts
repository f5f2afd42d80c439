/**
 * What a chat log shows: the messages of its pages, and what is being sent, in order; replies in threads apart.
 *
 * Pure. Invariant: a list, a row or a thread of which nothing changed is the same object as before.
 */
import type { MessageKey } from '#shared/chat/message.ts'
import { compareMessages } from '#shared/chat/order.ts'
import type { Threads } from './chat-ports.ts'
import { isSameRow, type ChatRow } from './chat-row.ts'
import type { PageLog } from './page-log.ts'
import { threadsOf } from './threads.ts'

export type Composed = Readonly<{
  /** The room's own talk: what is shown of `all`. */
  rows: readonly ChatRow[]
  /** On the pages of the window, and what is being sent. */
  all: readonly ChatRow[]
  /** In threads, on all pages that are open, and what is being sent there. */
  replies: readonly ChatRow[]
  threads: Threads
}>

export const nothing: Composed = { rows: [], all: [], replies: [], threads: new Map() }

type Page = Pick<PageLog, 'rows' | 'threads' | 'deletedRow'>

type Input = Readonly<{
  /** Those that are open, by number, and those of them that are in the window. */
  pages: ReadonlyMap<number, Page>
  shown: readonly Page[]
  /** The outbox. */
  waiting: readonly ChatRow[]
  /** The newest page is in the window: what is being sent stands after it. */
  isAtEnd: boolean
}>

export function compose({ pages, shown, waiting, isAtEnd }: Input, before: Composed): Composed {
  const known = new Map([...before.replies, ...before.all].map((row) => [row.key, row]))
  const settle = (row: ChatRow): ChatRow => {
    const old = known.get(row.key)
    return old !== undefined && isSameRow(old, row) ? old : row
  }
  const own = waiting.map(settle)

  const said = [...pages.values()].flatMap((page) => page.rows().filter(({ thread }) => thread !== null))
  const answers = byKey([...own.filter(({ thread }) => thread !== null), ...said])
  const replies = unlessSame(before.replies, [...answers.values()].sort(compareMessages))
  const threads = threadsOf(pages, replies, before.threads)

  // What is left of deleted messages stands in the order of its page.
  const gone = (page: Page) =>
    [...threads.keys()].flatMap((key) => page.deletedRow(key) ?? []).map((row) => settle(row))
  const stood = shown.flatMap((page) => {
    const left = gone(page)
    return left.length === 0 ? page.rows() : [...page.rows(), ...left].sort(compareMessages)
  })
  const stamped = stood.filter(({ order }) => order !== null)
  const keys = new Set(stamped.map(({ key }) => key))
  const unsent = isAtEnd ? own.filter(({ key }) => !keys.has(key)) : []
  const last = byKey([...unsent, ...stood.filter(({ order }) => order === null)])
  const all = unlessSame(before.all, [...stamped, ...[...last.values()].sort(compareMessages)])
  const rows = unlessSame(
    before.rows,
    all.filter(({ thread }) => thread === null),
  )
  return { rows, all, replies, threads }
}

/** Of those with the same key the one that the server has counted, else the last. */
function byKey(rows: readonly ChatRow[]): ReadonlyMap<MessageKey, ChatRow> {
  const found = new Map<MessageKey, ChatRow>()
  for (const row of rows) if (found.get(row.key)?.order == null) found.set(row.key, row)
  return found
}

/** The list that was there before, if it has the same rows. */
function unlessSame(before: readonly ChatRow[], now: readonly ChatRow[]): readonly ChatRow[] {
  return now.length === before.length && now.every((row, index) => row === before[index]) ? before : now
}
