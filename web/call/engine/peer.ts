/**
 * One other participant as this mesh knows it: by its link, and by presence.
 */
import { readCallPresence, type CallPresence } from '#shared/call/signal.ts'
import type { PresenceState } from '#shared/presence/presence.ts'
import type { ParticipantSnapshot } from './call.ts'
import type { Speaking } from './levels.ts'
import type { Link } from './link.ts'
import { participantState } from './link-state.ts'
import type { Quality } from './quality.ts'
import type { PassBudget, RelayPlan } from './relay.ts'

export type Peer = {
  readonly clientId: number
  readonly session: string
  readonly link: Link
  /** As presence said last. */
  state: PresenceState
  call: CallPresence
  /** Until when it is waited for, once the server does not know it any more; null while it does. */
  awaitedUntilMs: number | null
  speaking: Speaking
  readonly budget: PassBudget
  readonly plan: RelayPlan
}

/** A peer's part in the call; whom the server bars has none (CA6). */
export function callIn(state: PresenceState | undefined): CallPresence | null {
  return state?.standing?.barred === undefined ? readCallPresence(state?.call) : null
}

/** It can pass on what it is given. */
export function isHeard({ link }: Peer): boolean {
  return link.state.kind === 'connected' && !link.isSilent()
}

/** On the channel it is heard first, and without the server; presence counts until the channel speaks. */
export function callOf({ link, call }: Peer): CallPresence {
  return link.isSilent() ? call : (link.remoteCall ?? call)
}

export function describe(peer: Peer, quality: Quality): ParticipantSnapshot {
  const { clientId, link, state, speaking } = peer
  const { hasMicrophone, hasCamera, hasScreen, isRecording = false } = callOf(peer)
  return {
    clientId,
    personId: state.user?.personId ?? null,
    name: state.user?.name ?? '',
    isSelf: false,
    state: participantState(link.state),
    hasMicrophone,
    hasCamera,
    hasScreen,
    isRecording,
    isSpeaking: speaking.isSpeaking,
    quality,
    voice: link.media.voice,
    camera: hasCamera ? link.media.camera : null,
    screen: hasScreen ? link.media.screen : null,
  }
}
