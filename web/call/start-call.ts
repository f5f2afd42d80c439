/**
 * Starts what runs a call in this browser: its engine, and what lets the others be heard.
 *
 * Fetched with the call's screens (call-screens.ts): whoever only reads and draws never loads it.
 */
import { browserWorld } from './engine/browser-world.ts'
import { createCall, type CallEngine, type CallOptions } from './engine/call.ts'
import { Voices } from './engine/voices.ts'

export type StartedCall = Readonly<{ engine: CallEngine; voices: Voices }>

export function startCall(
  options: Pick<CallOptions, 'presence' | 'self'>,
  soundChanged: () => void,
): StartedCall {
  return {
    engine: createCall({ ...options, world: browserWorld() }),
    voices: new Voices(() => new Audio(), soundChanged),
  }
}
