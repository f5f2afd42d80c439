/** What the HTTP routes of a room's call take and give; paths.ts has their paths. */
import * as v from 'valibot'
import { seatMax } from '../ids.ts'

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

const Seat = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(seatMax))

/** POST moderate → 204. For those who moderate the room; `unmute` only asks, and all three are told who it was. */
export const ModerateCallRequest = v.variant('action', [
  v.strictObject({ action: v.picklist(['mute', 'unmute', 'remove', 'let-in']), seat: Seat }),
  v.strictObject({ action: v.picklist(['lock', 'unlock']) }),
])
export type ModerateCallRequest = v.InferOutput<typeof ModerateCallRequest>
