/** What sockets and documents ask of accounts and rooms. */
import { firstSheetId, may, mayDraw, mayPost } from '#shared/room.ts'
import { versions as ownVersions, type Versions } from '#shared/wire/version.ts'
import type { Sessions } from './accounts/sessions.ts'
import type { Access } from './ports.ts'
import type { Store } from './store/open.ts'

/** Every room has one board so far. */
const boards = [{ id: firstSheetId, name: 'Board', order: 0 }]

type Options = Readonly<{
  store: Pick<Store, 'seats' | 'rooms' | 'calls'>
  sessions: Pick<Sessions, 'peek'>
  /** Others than this server's own are for tests. */
  versions?: Pick<Versions, 'oldest'>
}>

export function createAccess({ store, sessions, versions = ownVersions }: Options): Access {
  return {
    visitor: sessions.peek,
    membership(personId, roomId) {
      const seat = store.seats.find(roomId, personId)
      if (seat === null || seat.leftAt !== null) return null
      const { role, drawing, posting, slow } = seat
      const isLivedIn = seat.archivedAt === null
      return {
        seat: seat.seat,
        role,
        canDraw: isLivedIn && mayDraw(role, drawing),
        canPost: isLivedIn && mayPost(role, posting),
        slowMs: may(role, 'moderate') ? 0 : slow * 1_000,
      }
    },
    barredFromCall(roomId, { seat, role }) {
      // Nothing goes on in a room that is archived (RO4).
      if (store.rooms.byId(roomId)?.archivedAt != null) return 'locked'
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
      const { title, topic, access, drawing, posting, addresses, entry, slow } = room
      const call = store.calls.isLocked(roomId) ? 'locked' : 'open'
      const isArchived = room.archivedAt !== null
      return {
        info: {
          title,
          topic,
          isArchived,
          access,
          drawing,
          posting,
          addresses,
          entry,
          slow,
          call,
          v: versions.oldest,
        },
        people,
        boards,
      }
    },
  }
}
