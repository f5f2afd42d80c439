/** What a push message carries, as JSON: from the server to the service worker, encrypted in between. */
import type { RoomId } from './ids.ts'

export type PushMessage = Readonly<{
  kind: 'mention' | 'direct' | 'report'
  roomId: RoomId
  /** Where a press on it leads, on this server. */
  path: string
  /** Only where the person wants it: who wrote, where, and what. */
  said?: Readonly<{ from: string; room: string; isConversation: boolean; text: string }>
}>

/**
 * The lock under which notices are shown, and asked for. Chromium forgets a notice that it is about to show when it is
 * asked meanwhile for those that are shown.
 */
export const noticesLock = 'stoa/notices'

/** How the system shows a notice, from a page or from the service worker: one of each room, told again when it changes. */
export const noticeOptions = { icon: '/icon-192.png', badge: '/icon-192.png', renotify: true } as const
