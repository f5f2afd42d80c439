/** When rooms were last opened on this device, by whom. */
import type { PersonId, RoomId } from '#shared/ids.ts'
import { recall, remember } from '../device.ts'

export function noteOpened(personId: PersonId, roomId: RoomId): void {
  remember(keyOf(personId, roomId), Date.now())
}

/** In milliseconds since 1970; 0 where that is not known. */
export function openedAtMs(personId: PersonId, roomId: RoomId): number {
  const value = recall(keyOf(personId, roomId))
  return typeof value === 'number' ? value : 0
}

function keyOf(personId: PersonId, roomId: RoomId): string {
  return `opened.${personId}.${roomId}`
}
