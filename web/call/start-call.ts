/**
 * Starts what runs a call in this browser: its engine, what lets the others be heard, and its own short sounds.
 *
 * Fetched with the call's screens (call-screens.ts): whoever only reads and draws never loads it.
 */
import { giveFiles } from '../files/give-files.ts'
import { Direct } from '../sync/direct/direct.ts'
import type { RoomSession } from '../sync/room-session.ts'
import { browserWorld } from './engine/browser-world.ts'
import { createCall, type CallEngine, type CallOptions } from './engine/call.ts'
import { pageChimes, type Chimes } from '../ui/chime.ts'
import { Voices } from './engine/voices.ts'
import { startEffects } from './kept-effects.ts'
import { roomIce } from './room-ice.ts'
import { tellShown } from './shown-pictures.ts'

export type StartedCall = Readonly<{
  engine: CallEngine
  /** What the participants tell each other of the room’s documents, and give each other of its files. */
  beside: Disposable
  voices: Voices
  chimes: Chimes
}>

export function startCall(
  { session, self }: Readonly<{ session: RoomSession; self: CallOptions['self'] }>,
  soundChanged: () => void,
): StartedCall {
  const world = browserWorld()
  const direct = new Direct(session.direct)
  const files = giveFiles(session)
  const engine = createCall({
    world,
    presence: session.presence,
    self,
    ice: roomIce(session),
    besides: (clientId, channels) => {
      const undos = [direct.add(clientId, channels.documents), files.add(clientId, channels.files)]
      return () => {
        for (const undo of undos) undo()
      }
    },
  })
  tellShown(engine)
  startEffects(engine)
  return {
    engine,
    beside: {
      [Symbol.dispose]() {
        direct[Symbol.dispose]()
        files[Symbol.dispose]()
      },
    },
    chimes: pageChimes,
    voices: new Voices(() => new Audio(), soundChanged),
  }
}
