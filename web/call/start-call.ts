/**
 * Starts what runs a call in this browser: its engine, what lets the others be heard, and its own short sounds.
 *
 * Fetched with the call's screens (call-screens.ts): whoever only reads and draws never loads it.
 */
import type { RoomSession } from '../sync/room-session.ts'
import { browserWorld } from './engine/browser-world.ts'
import { createCall, type CallEngine, type CallOptions } from './engine/call.ts'
import { createChimes, type Chimes } from './engine/chime.ts'
import { Voices } from './engine/voices.ts'
import { roomIce } from './room-ice.ts'

export type StartedCall = Readonly<{ engine: CallEngine; voices: Voices; chimes: Chimes }>

export function startCall(
  { session, self }: Readonly<{ session: RoomSession; self: CallOptions['self'] }>,
  soundChanged: () => void,
): StartedCall {
  const world = browserWorld()
  return {
    engine: createCall({ world, presence: session.presence, self, ice: roomIce(session) }),
    chimes: createChimes(world.clock, () => new AudioContext()),
    voices: new Voices(() => new Audio(), soundChanged),
  }
}
