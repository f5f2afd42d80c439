/**
 * What those who moderate a room may do in its call. Rules CA6–CA8 of docs/PROTOCOL.md.
 *
 * A microphone is switched by its owner's page, which is asked; who has a part in the call, the server decides.
 */
import type { ModerateCallRequest } from '#shared/call/http.ts'
import { AppError } from '#shared/errors.ts'
import type { RoomId, Seat } from '#shared/ids.ts'
import type { DecisionKind } from '#shared/members.ts'
import { mayPutOut, type Role } from '#shared/room.ts'
import type { SignedInPerson } from '../accounts/sessions.ts'
import type { Clock, Presences } from '../ports.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Store } from '../store/open.ts'
import type { SeatedPersonRow } from '../store/seats.ts'

type Options = Readonly<{
  store: Store
  clock: Clock
  rooms: Pick<Rooms, 'enterTo'>
  presences: Presences
}>

export type Moderation = ReturnType<typeof createModeration>

export function createModeration({ store, clock, rooms, presences }: Options) {
  function personAt(roomId: RoomId, seat: number): SeatedPersonRow {
    const person = store.seats.people(roomId).find((one) => one.seat === seat && one.leftAt === null)
    if (person === undefined) throw new AppError('not-found')
    return person
  }

  function putOut(roomId: RoomId, by: Role, seat: Seat): void {
    // Whoever moderates could let themselves in again.
    if (!mayPutOut(by, personAt(roomId, seat).role)) throw new AppError('forbidden')
    store.calls.setStanding(roomId, seat, 'out')
  }

  const kindByAction = { remove: 'put-out', 'let-in': 'let-in', lock: 'locked', unlock: 'unlocked' } as const

  return (visitor: SignedInPerson, id: string, request: ModerateCallRequest): void => {
    const { room, seat: own } = rooms.enterTo('moderate', visitor.personId, id)
    switch (request.action) {
      case 'mute':
      case 'unmute':
        presences.askCaller(room.id, request.seat as Seat, request.action, visitor.name)
        return
      case 'remove':
        putOut(room.id, own.role, request.seat as Seat)
        break
      case 'let-in':
        personAt(room.id, request.seat)
        store.calls.setStanding(room.id, request.seat as Seat, store.calls.isLocked(room.id) ? 'in' : null)
        break
      case 'lock':
        store.calls.lock(
          room.id,
          presences.callers(room.id).filter((seat) => store.calls.standing(room.id, seat) === null),
        )
        break
      case 'unlock':
        store.calls.unlock(room.id)
        break
    }
    const kind: DecisionKind = kindByAction[request.action]
    const personId = 'seat' in request ? personAt(room.id, request.seat).personId : null
    store.decisions.add({ roomId: room.id, kind, byPersonId: visitor.personId, personId, nowMs: clock() })
    presences.roomChanged(room.id)
  }
}
