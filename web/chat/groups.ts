/** How a chat's rows stand together: days, and what one person said in one go. Pure. */
import type { ChatRow } from './engine/chat-log.ts'
import { parseMarkdown, type Block } from './engine/markdown.ts'

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
  /** Written much earlier than it arrived. */
  isLate: boolean
}>

/** What is said within this time after the last belongs to it. */
const groupMs = 5 * 60_000
const lateMs = 2 * 60_000

/** `readCount` messages are read already; a later own message is never unread. */
export function showRows(
  rows: readonly ChatRow[],
  readCount: number,
  ownSeat: number | null,
): readonly ShownRow[] {
  let hasUnread = false
  return rows.map((row, index) => {
    const before = rows[index - 1]
    const timeMs = row.arrivedAtMs ?? row.sentAtMs
    const beforeMs = before === undefined ? null : (before.arrivedAtMs ?? before.sentAtMs)
    const startsDay =
      beforeMs === null || new Date(beforeMs).toDateString() !== new Date(timeMs).toDateString()
    const isUnread = row.number === null ? row.state === 'sent' : row.number > readCount
    const startsUnread = !hasUnread && isUnread && row.seat !== ownSeat
    if (startsUnread) hasUnread = true
    return {
      row,
      blocks: parseMarkdown(row.text),
      timeMs,
      startsDay,
      startsGroup: startsDay || startsUnread || before?.seat !== row.seat || timeMs - beforeMs > groupMs,
      startsUnread,
      isLate: row.arrivedAtMs !== null && row.arrivedAtMs - row.sentAtMs > lateMs,
    }
  })
}
