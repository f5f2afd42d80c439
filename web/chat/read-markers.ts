/**
 * How far this person has read in their rooms, as long as the server may not have heard it: kept on the device, and told
 * once the server is heard.
 *
 * Rule OF12 of docs/PROTOCOL.md. Of each room the last word counts, and the server takes the same one twice as once.
 */
import type { MarkReadRequest } from '#shared/http.ts'
import { isRoomId, type PersonId, type RoomId } from '#shared/ids.ts'
import { api, codeOf } from '../api.ts'
import { recall, recallKeys, remember } from '../device.ts'

const prefixOf = (personId: PersonId): string => `read.${personId}.`
const keyOf = (personId: PersonId, roomId: RoomId): string => prefixOf(personId) + roomId

/** How many messages of a room are read, where the server says `count`. */
export function readHere(personId: PersonId, roomId: RoomId, count: number): number {
  const kept = keptAt(keyOf(personId, roomId))
  if (kept === null) return count
  return kept.isBack === true ? kept.readCount : Math.max(count, kept.readCount)
}

/** Resolves once the server has heard it, or cannot be heard. */
export async function markRead(personId: PersonId, roomId: RoomId, marker: MarkReadRequest): Promise<void> {
  remember(keyOf(personId, roomId), marker)
  await tell(personId, roomId)
}

/** Tells what is kept. */
export async function bringReadMarkers(personId: PersonId): Promise<void> {
  for (const key of recallKeys(prefixOf(personId))) {
    const roomId = key.slice(prefixOf(personId).length)
    if (isRoomId(roomId)) await tell(personId, roomId)
  }
}

async function tell(personId: PersonId, roomId: RoomId): Promise<void> {
  const key = keyOf(personId, roomId)
  const marker = keptAt(key)
  if (marker === null) return
  try {
    await api.markRead(roomId, marker)
  } catch (error) {
    // Of a room that is gone nothing needs to be told; anything else may pass.
    if (codeOf(error) !== 'not-found') return
  }
  // Unless they have read on meanwhile.
  if (JSON.stringify(keptAt(key)) === JSON.stringify(marker)) remember(key, null)
}

function keptAt(key: string): MarkReadRequest | null {
  return recall(key) as MarkReadRequest | null
}
