/**
 * The orders in which a person may see their rooms, and what of a room asks to be looked at. Pure.
 *
 * Rule RO5 of docs/PROTOCOL.md: of a muted room only mentions do.
 */
import type { RoomSummary } from '#shared/http.ts'

export const roomOrders = ['active', 'name', 'unread'] as const
export type RoomOrder = (typeof roomOrders)[number]

type Asking = Pick<RoomSummary, 'unreadCount' | 'mentionCount' | 'isMuted'>
type Sorted = Asking & Pick<RoomSummary, 'title' | 'lastActiveAtMs'>

/** What badges show: nothing is both. */
export function newsOf({ unreadCount, mentionCount, isMuted }: Asking): Readonly<{
  unread: number
  mentions: number
}> {
  return { unread: isMuted ? 0 : unreadCount, mentions: mentionCount }
}

/** The same rooms in this order; those that are alike in it by their last activity. */
export function sortRooms<Room extends Sorted>(rooms: readonly Room[], order: RoomOrder): readonly Room[] {
  const byActivity = (a: Room, b: Room): number => b.lastActiveAtMs - a.lastActiveAtMs
  return [...rooms].sort((a, b) => {
    switch (order) {
      case 'active':
        return byActivity(a, b)
      case 'name':
        return a.title.localeCompare(b.title, undefined, { numeric: true }) || byActivity(a, b)
      case 'unread':
        return urgencyOf(b) - urgencyOf(a) || byActivity(a, b)
    }
  })
}

function urgencyOf(room: Asking): 0 | 1 | 2 {
  const { unread, mentions } = newsOf(room)
  if (mentions > 0) return 2
  return unread > 0 ? 1 : 0
}
