/**
 * Conversations: whom one may write to, and the one room that some people have for it. Rule RO2 of docs/PROTOCOL.md.
 *
 * One may begin a conversation with accounts one is in a room with. So nobody learns who else has an account here, and
 * nobody is written to by strangers. Invariant: a person who does not exist, a guest, somebody whose account is closed
 * and one whom the asking person meets nowhere are the same not-found.
 */
import { AppError } from '#shared/errors.ts'
import { directKeyOf } from '#shared/direct.ts'
import type { DirectRequest, PeopleResponse, RoomResponse } from '#shared/http.ts'
import { isPersonId, type PersonId } from '#shared/ids.ts'
import { acquaintancesListedMax, roomsPerPersonPerDayMax } from '#shared/limits.ts'
import type { SignedInPerson } from '../accounts/sessions.ts'
import type { Clock } from '../ports.ts'
import { newRoomId } from '../random-id.ts'
import type { Store } from '../store/open.ts'
import type { Rooms } from './rooms.ts'

const dayMs = 24 * 3_600_000

type Options = Readonly<{
  store: Pick<Store, 'db' | 'people' | 'rooms' | 'seats'>
  clock: Clock
  rooms: Pick<Rooms, 'seat'>
}>

export type Direct = ReturnType<typeof createDirect>

export function createDirect({ store, clock, rooms }: Options) {
  /** Nothing in here waits: of two who ask at once, the second finds what the first has made. */
  function make(personId: PersonId, others: readonly PersonId[], directKey: string): RoomResponse {
    if (!others.every((otherId) => store.people.isAcquainted(personId, otherId)))
      throw new AppError('not-found')
    if (store.rooms.countCreatedSince(personId, clock() - dayMs) >= roomsPerPersonPerDayMax)
      throw new AppError('too-many-requests')
    const id = newRoomId()
    store.db.transaction(() => {
      const nowMs = clock()
      store.rooms.add({ id, title: '', access: 'invite', createdBy: personId, nowMs, directKey })
      for (const each of [personId, ...others])
        store.seats.take({ roomId: id, personId: each, role: 'member', nowMs })
    })()
    return rooms.seat(personId, id, 'member')
  }

  return {
    /** The one there is, also for who has left it and asks for it again. */
    open({ personId, isGuest }: SignedInPerson, { personIds }: DirectRequest): RoomResponse {
      if (isGuest) throw new AppError('forbidden')
      const others = [...new Set(personIds.filter(isPersonId))].filter((id) => id !== personId)
      if (others.length === 0 || !personIds.every(isPersonId)) throw new AppError('not-found')
      const directKey = directKeyOf([personId, ...others])
      const known = store.rooms.byDirectKey(directKey)
      return known === null ? make(personId, others, directKey) : rooms.seat(personId, known.id, 'member')
    },

    people({ personId, isGuest }: SignedInPerson): PeopleResponse {
      if (isGuest) throw new AppError('forbidden')
      return { people: store.people.acquaintances(personId, acquaintancesListedMax) }
    },
  }
}
