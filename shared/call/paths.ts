/** Paths of a room's call, as shared/http.ts has those of everything else. Pages load these with the call, and no schemas. */
import type { RoomId } from '../ids.ts'

export const callPaths = {
  ice: (id: RoomId) => `/api/rooms/${id}/ice`,
  moderate: (id: RoomId) => `/api/rooms/${id}/call/moderate`,
} as const
