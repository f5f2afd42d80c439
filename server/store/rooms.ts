/** The table `room`. */
import type { Database } from 'better-sqlite3'
import type { PersonId, RoomId } from '#shared/ids.ts'
import type { Addresses, Drawing, Role, RoomAccess } from '#shared/room.ts'

export type RoomRow = Readonly<{
  id: RoomId
  title: string
  access: RoomAccess
  drawing: Drawing
  addresses: Addresses
  messageCount: number
  lastActiveAt: number
}>

/** A room in the list of one person, with what they are in it. */
export type ListedRoomRow = RoomRow &
  Readonly<{ role: Role | null; readCount: number | null; peopleCount: number }>

type NewRoom = Readonly<{ id: RoomId; title: string; access: RoomAccess; createdBy: PersonId; nowMs: number }>
/** Null leaves a thing as it is. */
type RoomChange = Readonly<{ title: string | null; drawing: Drawing | null; addresses: Addresses | null }>
type OfPerson = Readonly<{ personId: PersonId; limit: number }>

export function roomsTable(db: Database) {
  const columns =
    'r.id, r.title, r.access, r.drawing, r.addresses, r.message_count AS messageCount, r.last_active_at AS lastActiveAt'
  const peopleCount =
    '(SELECT count(*) FROM seat o WHERE o.room_id = r.id AND o.left_at IS NULL) AS peopleCount'
  const byId = db.prepare<[RoomId], RoomRow>(`SELECT ${columns} FROM room r WHERE r.id = ?`)
  const mine = db.prepare<[OfPerson], ListedRoomRow>(`
    SELECT ${columns}, s.role, s.read_count AS readCount, ${peopleCount}
    FROM seat s JOIN room r ON r.id = s.room_id
    WHERE s.person_id = @personId AND s.left_at IS NULL
    ORDER BY r.last_active_at DESC, r.id LIMIT @limit`)
  const open = db.prepare<[OfPerson], ListedRoomRow>(`
    SELECT ${columns}, NULL AS role, NULL AS readCount, ${peopleCount}
    FROM room r
    WHERE r.access = 'open' AND NOT EXISTS (
      SELECT 1 FROM seat s WHERE s.room_id = r.id AND s.person_id = @personId AND s.left_at IS NULL)
    ORDER BY r.last_active_at DESC, r.id LIMIT @limit`)
  const insert = db.prepare<[NewRoom]>(`
    INSERT INTO room (id, title, access, created_by, created_at, last_active_at, is_indexed)
    VALUES (@id, @title, @access, @createdBy, @nowMs, @nowMs, 1)`)
  const change = db.prepare<[RoomChange & { id: RoomId }]>(`
    UPDATE room SET title = coalesce(@title, title), drawing = coalesce(@drawing, drawing),
      addresses = coalesce(@addresses, addresses)
    WHERE id = @id`)
  const createdSince = db
    .prepare<[PersonId, number], number>('SELECT count(*) FROM room WHERE created_by = ? AND created_at > ?')
    .pluck()
  const addMessage = db.prepare<[Readonly<{ id: RoomId; atMs: number }>]>(`
    UPDATE room SET message_count = message_count + 1, last_active_at = max(last_active_at, @atMs)
    WHERE id = @id`)
  const chatTail = db.prepare<[RoomId], number>('SELECT chat_tail FROM room WHERE id = ?').pluck()
  const setChatTail = db.prepare<[number, RoomId]>('UPDATE room SET chat_tail = ? WHERE id = ?')
  const notIndexed = db
    .prepare<[], RoomId>('SELECT id FROM room WHERE is_indexed = 0 ORDER BY created_at, id')
    .pluck()
  const markIndexed = db.prepare<[Readonly<{ id: RoomId; messageCount: number }>]>(
    'UPDATE room SET is_indexed = 1, message_count = @messageCount WHERE id = @id',
  )
  return {
    byId: (id: RoomId): RoomRow | null => byId.get(id) ?? null,
    /** Latest activity first. */
    mine: (personId: PersonId, limit: number): ListedRoomRow[] => mine.all({ personId, limit }),
    /** Open rooms this person is not in, latest activity first. */
    open: (personId: PersonId, limit: number): ListedRoomRow[] => open.all({ personId, limit }),
    add: (room: NewRoom): void => void insert.run(room),
    change: (id: RoomId, to: RoomChange): void => void change.run({ id, ...to }),
    countCreatedSince: (personId: PersonId, sinceMs: number): number =>
      createdSince.get(personId, sinceMs) ?? 0,
    /** A new chat message: it counts as activity and as unread. */
    addMessage: (id: RoomId, atMs: number): void => void addMessage.run({ id, atMs }),
    /** Number of the newest page of chat; 0 also where there is no such room. */
    chatTail: (id: RoomId): number => chatTail.get(id) ?? 0,
    setChatTail: (id: RoomId, page: number): void => void setChatTail.run(page, id),
    /** Rooms whose messages are not in the index, the oldest first. */
    notIndexed: (): RoomId[] => notIndexed.all(),
    markIndexed: (id: RoomId, messageCount: number): void => void markIndexed.run({ id, messageCount }),
  }
}
