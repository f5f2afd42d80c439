/**
 * What happens in somebody's rooms, told to their pages as it happens, whichever page is open: the server-sent events
 * of GET news (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 *
 * Rules NO1–NO3 of docs/PROTOCOL.md. A file of its own: no page needs it before it stands.
 */
import type { MessageKey } from './chat/message.ts'
import type { RoomSummary } from './http.ts'
import type { RoomId } from './ids.ts'

export const newsPath = '/api/news'

/** Event `room`: how far this person has read in one of their rooms, and what there is. */
export type RoomNews = Pick<
  RoomSummary,
  'id' | 'messageCount' | 'unreadCount' | 'mentionCount' | 'isMuted' | 'lastActiveAtMs'
>

/** Event `message`: somebody has written to them. */
export type MessageNews = Readonly<{
  /** With `report` its writer is not `from`, but whoever wants it to be looked at by those who moderate (RO11). */
  kind: 'mention' | 'direct' | 'report'
  roomId: RoomId
  /** Of a conversation the names of the others. */
  roomTitle: string
  isConversation: boolean
  page: number
  key: MessageKey
  /** Who wrote it. */
  from: string
  /** How it begins, in one line. */
  text: string
}>

/** Event `rooms`, without data: rooms have come to their list, or gone from it. */
export type NewsEvent =
  | Readonly<{ kind: 'room'; news: RoomNews }>
  | Readonly<{ kind: 'message'; news: MessageNews }>
  | Readonly<{ kind: 'rooms' }>
