/** Who records a call, for everybody in it and for whoever is about to join. Rule CA17 of docs/PROTOCOL.md. Pure. */
import type { PresenceState } from '#shared/presence/presence.ts'
import type { ParticipantSnapshot } from './call.ts'
import { callIn } from './peer.ts'

export type RecorderName = Readonly<{ clientId: number; name: string; isSelf: boolean }>

/** By what participants say in the call; outside it, by what presence says of them. */
export function recordersOf(
  participants: readonly ParticipantSnapshot[],
  others: ReadonlyMap<number, PresenceState>,
): RecorderName[] {
  if (participants.length > 0)
    return participants
      .filter(({ isRecording }) => isRecording)
      .map(({ clientId, name, isSelf }) => ({ clientId, name, isSelf }))
  return [...others].flatMap(([clientId, state]) =>
    callIn(state)?.isRecording === true ? [{ clientId, name: state.user?.name ?? '', isSelf: false }] : [],
  )
}
