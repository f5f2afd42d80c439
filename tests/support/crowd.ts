/** Rooms full of people, straight into a database: by the front door so many would take minutes, and be throttled. */
import { randomBytes } from 'node:crypto'
import { newPersonId, newRoomId } from '#server/random-id.ts'
import { secretHash } from '#server/secret-hash.ts'
import type { Store } from '#server/store/open.ts'
import type { PersonId, RoomId, Seat } from '#shared/ids.ts'
import { guestSessionMs } from '#shared/limits.ts'

/** How many rooms, and how many people in each. */
export type Shape = Readonly<{ rooms: number; people: number }>

export type CrowdPerson = Readonly<{ personId: PersonId; seat: Seat; cookie: string }>
export type CrowdRoom = Readonly<{ roomId: RoomId; people: readonly CrowdPerson[] }>

/** `addRoom` makes a room of this person, and may leave a past in it. */
export function seatCrowd(
  store: Store,
  { rooms, people }: Shape,
  addRoom: (store: Store, personId: PersonId) => RoomId = addEmptyRoom,
): CrowdRoom[] {
  return store.db.transaction(() =>
    Array.from({ length: rooms }, () => {
      const [first, ...others] = Array.from({ length: people }, () => addGuest(store))
      if (first === undefined) throw new Error('a room without people')
      const roomId = addRoom(store, first.personId)
      return {
        roomId,
        people: [first, ...others].map(({ personId, cookie }) => {
          store.seats.take({ roomId, personId, role: 'guest', nowMs: Date.now() })
          const seat = store.seats.find(roomId, personId)?.seat
          if (seat === undefined) throw new Error('a person without a seat')
          return { personId, seat, cookie }
        }),
      }
    }),
  )()
}

function addEmptyRoom(store: Store, personId: PersonId): RoomId {
  const id = newRoomId()
  store.rooms.add({ id, title: 'A room', access: 'invite', createdBy: personId, nowMs: Date.now() })
  return id
}

function addGuest(store: Store): Readonly<{ personId: PersonId; cookie: string }> {
  const personId = newPersonId()
  const nowMs = Date.now()
  const expiresAt = nowMs + guestSessionMs
  // As Lucia makes them.
  const token = Array.from(randomBytes(40), (byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte % 32]).join('')
  store.people.addGuest({ id: personId, name: 'Somebody', nowMs })
  store.sessions.add({
    idHash: secretHash(token),
    personId,
    nowMs,
    expiresAt,
    absoluteExpiresAt: expiresAt,
  })
  return { personId, cookie: `__Host-session=${token}` }
}
