/** How a chat's rows stand together: days, and what one person said in one go. Pure. */
import { textOfFiles } from '#shared/files/file.ts'
import { parseMention } from '#shared/chat/mention.ts'
import type { ChatRow } from './engine/chat-log.ts'
import { parseMarkdown, type Block } from './engine/markdown.ts'
import { namedIn } from './engine/mentions.ts'

export type ShownRow = Readonly<{
  row: ChatRow
  blocks: readonly Block[]
  timeMs: number
  /** The first of its day. */
  startsDay: boolean
  /** The first of its author's in a row, which carries the name. */
  startsGroup: boolean
  /** The first that this person has not read. */
  startsUnread: boolean
  /** It mentions this person, or everybody, and is another's. */
  isToMe: boolean
  /** Written much earlier than it arrived. */
  isLate: boolean
}>

/** What is said within this time after the last belongs to it. */
const groupMs = 5 * 60_000
const lateMs = 2 * 60_000

/** As a row was shown last: where nothing of it is otherwise it is the same object, and is not rendered again. */
const shownByRow = new WeakMap<ChatRow, ShownRow>()

function kept(now: ShownRow): ShownRow {
  const before = shownByRow.get(now.row)
  const fields = Object.keys(now) as (keyof ShownRow)[]
  if (before !== undefined && fields.every((field) => before[field] === now[field])) return before
  shownByRow.set(now.row, now)
  return now
}

/** `readCount` messages are read already; a later own message is never unread. `hasOlder`: than the first of these. */
export function showRows(
  rows: readonly ChatRow[],
  readCount: number,
  ownSeat: number | null,
  hasOlder = false,
): readonly ShownRow[] {
  // Where the first unread one is further up, the line is there too.
  let hasUnread = hasOlder && (rows[0]?.number ?? 0) > readCount + 1
  let beforeMs: number | null = null
  let beforeDay = ''
  return rows.map((row, index) => {
    const before = rows[index - 1]
    const timeMs = row.arrivedAtMs ?? row.sentAtMs
    const day = new Date(timeMs).toDateString()
    const startsDay = day !== beforeDay
    const isPause = beforeMs === null || timeMs - beforeMs > groupMs
    beforeMs = timeMs
    beforeDay = day
    const isUnread = row.number === null ? row.state === 'sent' : row.number > readCount
    const startsUnread = !hasUnread && isUnread && row.seat !== ownSeat
    if (startsUnread) hasUnread = true
    return kept({
      row,
      blocks: blocksOf(row),
      timeMs,
      startsDay,
      startsGroup:
        startsDay ||
        startsUnread ||
        isPause ||
        before?.seat !== row.seat ||
        before.thread !== row.thread ||
        row.replyTo !== null,
      startsUnread,
      isToMe: isToMe(row, ownSeat),
      isLate: row.arrivedAtMs !== null && row.arrivedAtMs - row.sentAtMs > lateMs,
    })
  })
}

/** It is another's, and mentions whoever has this seat, or everybody. */
export function isToMe({ seat, mentions }: ChatRow, ownSeat: number | null): boolean {
  return (
    seat !== ownSeat &&
    mentions.some((mention) => {
      const meant = parseMention(mention)
      return meant !== null && (meant.seat === null || meant.seat === ownSeat)
    })
  )
}

/** A row that did not change is the same object: it is read once. */
const blocksByRow = new WeakMap<ChatRow, readonly Block[]>()

function blocksOf(row: ChatRow): readonly Block[] {
  const known = blocksByRow.get(row)
  if (known !== undefined) return known
  // Where nothing was written the text is for whoever does not see the files (FI5).
  const isOnlyFiles = row.files.length > 0 && row.text === textOfFiles(row.files)
  const blocks = isOnlyFiles ? [] : parseMarkdown(row.text, namedIn(row.mentions))
  blocksByRow.set(row, blocks)
  return blocks
}
