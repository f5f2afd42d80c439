/** What sockets and documents ask of accounts and rooms. */
import { firstSheetId, may, mayDraw } from '#shared/room.ts'
import type { Sessions } from './accounts/sessions.ts'
import type { Access } from './ports.ts'
import type { Store } from './store/open.ts'

/** Every room has one board so far. */
const boards = [{ id: firstSheetId, name: 'Board', order: 0 }]

type Options = Readonly<{ store: Pick<Store, 'seats' | 'rooms' | 'calls'>; sessions: Pick<Sessions, 'peek'> }>

export function createAccess({ store, sessions }: Options): Access {
  return {
    visitor: sessions.peek,
    membership(personId, roomId) {
      const seat = store.seats.find(roomId, personId)
      if (seat === null || seat.leftAt !== null) return null
      return { seat: seat.seat, role: seat.role, canDraw: mayDraw(seat.role, seat.drawing) }
    },
    barredFromCall(roomId, { seat, role }) {
      const standing = store.calls.standing(roomId, seat)
      if (standing === 'out') return 'removed'
      return standing === 'in' || may(role, 'moderate') || !store.calls.isLocked(roomId) ? null : 'locked'
    },
    roomSnapshot(roomId) {
      const room = store.rooms.byId(roomId)
      if (room === null) return null
      const people = store.seats
        .people(roomId)
        .map(({ seat, role, personId, name, leftAt, callStanding }) => ({
          seat,
          role,
          personId,
          name,
          ...(leftAt === null ? {} : { hasLeft: true as const }),
          ...(callStanding === 'out' ? { isOutOfCall: true as const } : {}),
        }))
      const { title, access, drawing, addresses } = room
      const call = store.calls.isLocked(roomId) ? 'locked' : 'open'
      return { info: { title, access, drawing, addresses, call }, people, boards }
    },
  }
}
