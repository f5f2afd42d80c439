/**
 * What a link is made with: between whom it is, and whom it tells.
 */
import type { SignalSlot } from '#shared/call/signal.ts'
import type { ToldCall } from './control.ts'
import type { CallWorld } from './world.ts'

export type LinkOptions = Readonly<{
  world: CallWorld
  /** What a connection is made with now. */
  configuration: () => RTCConfiguration
  /** The higher clientID (CA3). */
  isPolite: boolean
  session: string
  remoteSession: string
  /** Above any generation that these two sessions have used before (CA2). */
  generation: number
  call: ToldCall
  /** The slot for presence may have changed. */
  onSlot: () => void
  /** Anything else that can be seen may have changed. */
  onChange: () => void
  onBye: () => void
  /** The other side asks to pass a slot on, or has passed one on (CA11). */
  onRelay: (to: number, slot: SignalSlot) => void
  onRelayed: (from: number, slot: SignalSlot) => void
}>
