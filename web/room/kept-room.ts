/** What the server said of a room on an earlier visit, as this device remembers it for each person. */
import type { RoomResponse } from '#shared/http.ts'
import type { PersonId, RoomId } from '#shared/ids.ts'
import { recall, remember } from '../device.ts'

/** Null if nothing, or nonsense. */
export function recallRoom(personId: PersonId, id: RoomId): RoomResponse | null {
  const value = recall(keyOf(personId, id)) as RoomResponse | null
  const isWhole = typeof value?.seat === 'number' && typeof value.chatTail === 'number'
  return isWhole && value.room.id === id ? value : null
}

/** Null: there is no such room for this person any more. */
export function rememberRoom(personId: PersonId, id: RoomId, answer: RoomResponse | null): void {
  remember(keyOf(personId, id), answer)
}

function keyOf(personId: PersonId, id: RoomId): string {
  return `room.${personId}.${id}`
}
