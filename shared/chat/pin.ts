/** Pinned messages: what a room's document says of each, and where one asks for it. Rule CH14 of docs/PROTOCOL.md. */
import type { RoomId } from '../ids.ts'
import type { MessageKey } from './message.ts'

/** What the room document's `pins` map holds for each pinned message, by its key. */
export type Pin = Readonly<{
  /** The later pinned, the greater. */
  order: number
  page: number
  /** Milliseconds since 1970: when the message came. */
  atMs: number
  /** The beginning of what it says. */
  text: string
}>

export const pinPaths = {
  /** PUT pins, DELETE unpins; each again changes nothing. → 204 */
  pin: (id: RoomId, key: MessageKey) => `/api/rooms/${id}/pins/${key}`,
} as const
