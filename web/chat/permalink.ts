/** A link to one message: `/r/<room>/<page>.<key>`. Pure. */
import { parseMessageKey, type MessageKey } from '#shared/chat/message.ts'
import type { RoomId } from '#shared/ids.ts'

export type MessagePlace = Readonly<{ page: number; key: MessageKey }>

const placePattern = /^(0|[1-9][0-9]{0,8})\.(.+)$/

/** With an empty origin: within this server. */
export function permalink(origin: string, roomId: RoomId, { page, key }: MessagePlace): string {
  return `${origin}/r/${roomId}/${String(page)}.${key}`
}

/** The part of the address behind the room, or null if it names no message. */
export function parsePlace(text: string): MessagePlace | null {
  const [, page = '', key = ''] = placePattern.exec(text) ?? []
  return parseMessageKey(key) === null ? null : { page: Number(page), key: key as MessageKey }
}
