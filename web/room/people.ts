/**
 * The people of a room, and which of them are here: the room document's list joined with presence. Pure.
 */
import { isSeat, type PersonId, type Seat } from '#shared/ids.ts'
import type { PresenceState } from '#shared/presence/presence.ts'
import type { Role, RoomPerson } from '#shared/room.ts'

/** One person of the room, over all their open tabs. */
export type PersonHere = Readonly<{
  personId: PersonId
  seat: Seat
  name: string
  role: Role
  /** At least one tab of theirs is in the room. */
  isHere: boolean
  isInCall: boolean
  isTyping: boolean
  isSelf: boolean
  /** They belong to the room no more, but what they wrote is still theirs. */
  hasLeft: boolean
  /** Their peers: one for each tab. */
  clientIds: readonly number[]
}>

type Sources = Readonly<{
  /** The room document's `people`, by the seat in decimal. */
  listed: Iterable<readonly [string, RoomPerson]>
  self: Readonly<{ seat: Seat; clientId: number; state: PresenceState }>
  others: ReadonlyMap<number, PresenceState>
}>

/** Those who are here first, then by name. A person who is here but not listed yet is taken from their presence. */
export function peopleOf({ listed, self, others }: Sources): readonly PersonHere[] {
  const statesBySeat = new Map<Seat, Map<number, PresenceState>>([
    [self.seat, new Map([[self.clientId, self.state]])],
  ])
  const known = new Map<Seat, RoomPerson>()
  for (const [key, person] of listed) {
    const seat = Number(key)
    if (isSeat(seat)) known.set(seat, person)
  }
  for (const [clientId, state] of others) {
    const { user } = state
    if (user === undefined) continue
    const states = statesBySeat.get(user.seat) ?? new Map<number, PresenceState>()
    statesBySeat.set(user.seat, states.set(clientId, state))
    if (!known.has(user.seat)) known.set(user.seat, user)
  }
  const people = [...known].map(([seat, { personId, name, role, hasLeft = false }]): PersonHere => {
    const states = statesBySeat.get(seat) ?? new Map<number, PresenceState>()
    const said = [...states.values()]
    return {
      personId: personId as PersonId,
      seat,
      name,
      role,
      isHere: said.length > 0,
      isInCall: said.some(({ call }) => call !== undefined && call !== null),
      isTyping: said.some(({ isTyping }) => isTyping === true),
      isSelf: seat === self.seat,
      hasLeft: hasLeft && said.length === 0,
      clientIds: [...states.keys()],
    }
  })
  return people.sort(
    (a, b) => Number(b.isHere) - Number(a.isHere) || a.name.localeCompare(b.name) || a.seat - b.seat,
  )
}
