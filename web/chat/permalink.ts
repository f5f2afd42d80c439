/** A link to one message: `/r/<room>/<page>.<key>`. Pure. */
import { placeOf, type MessagePlace } from '#shared/chat/message.ts'
import type { RoomId } from '#shared/ids.ts'

/** With an empty origin: within this server. */
export function permalink(origin: string, roomId: RoomId, place: MessagePlace): string {
  return `${origin}/r/${roomId}/${placeOf(place)}`
}
