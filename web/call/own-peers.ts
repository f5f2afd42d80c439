/** A person who is in the call more than once: in another tab, or on another device (CA15). Pure. */
import { readCallPresence } from '#shared/call/signal.ts'
import type { PersonId } from '#shared/ids.ts'
import type { PresenceState } from '#shared/presence/presence.ts'
import type { ParticipantSnapshot } from './engine/call.ts'

/** This person is among those in the call. */
export function isAlreadyThere(others: ReadonlyMap<number, PresenceState>, ownId: PersonId): boolean {
  return [...others.values()].some(
    ({ call, user }) => user?.personId === ownId && readCallPresence(call) !== null,
  )
}

/** The others' voices, and what their screens sound like. One's own other tab would be an echo. */
export function soundsOf(
  participants: readonly ParticipantSnapshot[],
  ownId: PersonId | undefined,
): MediaStream[] {
  const sounds: MediaStream[] = []
  for (const { isSelf, personId, voice, screen } of participants) {
    if (isSelf || personId === ownId) continue
    if (voice !== null) sounds.push(voice)
    if (screen !== null && screen.getAudioTracks().length > 0) sounds.push(screen)
  }
  return sounds
}
