/** What the quick switcher offers, in the order in which the arrows walk through it. */
import type { Component } from 'vue'
import type { PersonNamed, RoomSummary } from '#shared/http.ts'
import type { FoundMessage } from '../chat/find-messages.ts'

export type Choice = Readonly<
  { id: string; run: () => unknown } & (
    | { kind: 'room'; room: RoomSummary; isHere: boolean }
    | { kind: 'person'; person: PersonNamed }
    | { kind: 'action'; label: string; icon: Component }
    | { kind: 'message'; message: FoundMessage }
  )
>

export type ChoiceGroup = Readonly<{
  name: 'rooms' | 'people' | 'actions' | 'messages'
  choices: readonly Choice[]
}>

/** The one after or before, round the ends; the first where there is none. */
export function stepFrom(
  choices: readonly Choice[],
  id: string | undefined,
  step: 1 | -1,
): string | undefined {
  const at = choices.findIndex((choice) => choice.id === id)
  return choices[(Math.max(at, 0) + step + choices.length) % choices.length]?.id
}
