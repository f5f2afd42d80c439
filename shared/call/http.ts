/** HTTP routes of a room's call, as shared/http.ts has those of everything else. Pages load them with the call. */
import type { RoomId } from '../ids.ts'

export const callPaths = {
  ice: (id: RoomId) => `/api/rooms/${id}/ice`,
} as const

/** As RTCIceServer has it. */
export type IceServer = Readonly<{ urls: readonly string[]; username?: string; credential?: string }>

/** GET ice: where connections of the room's call find paths beside the direct ones. */
export type IceResponse = Readonly<{
  servers: readonly IceServer[]
  /** Only relays may be used, so that nobody in the call learns another's address (T-06). */
  isRelayOnly: boolean
  /** The credentials end this long after the answer; null where there are none. Clocks differ: no time of day. */
  lifeMs: number | null
}>
