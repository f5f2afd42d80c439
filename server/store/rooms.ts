/** The table `room`. */
import type { Database } from 'better-sqlite3'
import type { PersonId, RoomId, Seat } from '#shared/ids.ts'
import type { SlowSeconds } from '#shared/slow.ts'
import type { Addresses, Drawing, Entry, Posting, Role, RoomAccess } from '#shared/room.ts'

export type RoomRow = Readonly<{
  id: RoomId
  title: string
  topic: string
  access: RoomAccess
  drawing: Drawing
  posting: Posting
  addresses: Addresses
  entry: Entry
  slow: SlowSeconds
  /** Of a conversation: the ids of those it was begun with. */
  directKey: string | null
  createdBy: PersonId
  archivedAt: number | null
  messageCount: number
  lastActiveAt: number
}>

/** A room in the list of one person, with what they are in it. */
export type ListedRoomRow = RoomRow &
  Readonly<{
    role: Role | null
    readCount: number | null
    mentionCount: number
    peopleCount: number
    isMuted: 0 | 1
  }>

type NewRoom = Readonly<{
  id: RoomId
  title: string
  access: RoomAccess
  createdBy: PersonId
  nowMs: number
  directKey?: string
}>
/** Null leaves a thing as it is. */
type RoomChange = Readonly<{
  title: string | null
  topic: string | null
  drawing: Drawing | null
  posting: Posting | null
  addresses: Addresses | null
  entry: Entry | null
  slow: SlowSeconds | null
  access: RoomAccess | null
}>
type OfPerson = Readonly<{ personId: PersonId; limit: number }>

export function roomsTable(db: Database) {
  const columns = `r.id, r.title, r.topic, r.access, r.drawing, r.posting, r.addresses, r.entry, r.slow, r.direct_key AS directKey,
    r.created_by AS createdBy, r.archived_at AS archivedAt,
    r.message_count AS messageCount, r.last_active_at AS lastActiveAt`
  const peopleCount =
    '(SELECT count(*) FROM seat o WHERE o.room_id = r.id AND o.left_at IS NULL) AS peopleCount'
  const mentions = (roomId: string, seat: string, readCount: string): string =>
    `SELECT count(DISTINCT n.number) FROM mention n WHERE n.room_id = ${roomId} AND n.seat IN (${seat}, 0) AND n.number > ${readCount}`
  const mentionsAfter = db.prepare<[RoomId, Seat, number], number>(mentions('?', '?', '?')).pluck()
  const byId = db.prepare<[RoomId], RoomRow>(`SELECT ${columns} FROM room r WHERE r.id = ?`)
  const byDirectKey = db.prepare<[string], RoomRow>(`SELECT ${columns} FROM room r WHERE r.direct_key = ?`)
  const mine = db.prepare<[OfPerson], ListedRoomRow>(`
    SELECT ${columns}, s.role, s.read_count AS readCount, s.is_muted AS isMuted, ${peopleCount},
      (${mentions('r.id', 's.seat', 's.read_count')}) AS mentionCount
    FROM seat s JOIN room r ON r.id = s.room_id
    WHERE s.person_id = @personId AND s.left_at IS NULL
    ORDER BY r.archived_at IS NOT NULL, r.last_active_at DESC, r.id LIMIT @limit`)
  const open = db.prepare<[OfPerson], ListedRoomRow>(`
    SELECT ${columns}, NULL AS role, NULL AS readCount, 0 AS isMuted, 0 AS mentionCount, ${peopleCount}
    FROM room r
    WHERE r.access = 'open' AND r.archived_at IS NULL AND NOT EXISTS (
      SELECT 1 FROM seat s WHERE s.room_id = r.id AND s.person_id = @personId
        AND (s.left_at IS NULL OR s.banned_at IS NOT NULL))
    ORDER BY r.last_active_at DESC, r.id LIMIT @limit`)
  const insert = db.prepare<[Omit<NewRoom, 'directKey'> & { directKey: string | null }]>(`
    INSERT INTO room (id, title, access, created_by, created_at, last_active_at, is_indexed, direct_key)
    VALUES (@id, @title, @access, @createdBy, @nowMs, @nowMs, 1, @directKey)`)
  const change = db.prepare<[RoomChange & { id: RoomId }]>(`
    UPDATE room SET title = coalesce(@title, title), topic = coalesce(@topic, topic), drawing = coalesce(@drawing, drawing),
      posting = coalesce(@posting, posting), addresses = coalesce(@addresses, addresses), entry = coalesce(@entry, entry),
      access = coalesce(@access, access), slow = coalesce(@slow, slow)
    WHERE id = @id`)
  const archive = db.prepare<[number | null, RoomId]>('UPDATE room SET archived_at = ? WHERE id = ?')
  const createdSince = db
    .prepare<[PersonId, number], number>('SELECT count(*) FROM room WHERE created_by = ? AND created_at > ?')
    .pluck()
  const addMessage = db.prepare<[Readonly<{ id: RoomId; atMs: number }>]>(`
    UPDATE room SET message_count = message_count + 1, last_active_at = max(last_active_at, @atMs)
    WHERE id = @id`)
  const messageCount = db.prepare<[RoomId], number>('SELECT message_count FROM room WHERE id = ?').pluck()
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
    byDirectKey: (key: string): RoomRow | null => byDirectKey.get(key) ?? null,
    /** Latest activity first, and archived ones last. */
    mine: (personId: PersonId, limit: number): ListedRoomRow[] => mine.all({ personId, limit }),
    /** Open rooms that this person is not in and may enter, latest activity first. */
    open: (personId: PersonId, limit: number): ListedRoomRow[] => open.all({ personId, limit }),
    add: ({ directKey, ...room }: NewRoom): void =>
      void insert.run({ ...room, directKey: directKey ?? null }),
    change: (id: RoomId, to: RoomChange): void => void change.run({ id, ...to }),
    /** Null brings it back. */
    archive: (id: RoomId, atMs: number | null): void => void archive.run(atMs, id),
    countCreatedSince: (personId: PersonId, sinceMs: number): number =>
      createdSince.get(personId, sinceMs) ?? 0,
    /** A new chat message: it counts as activity and as unread. */
    addMessage: (id: RoomId, atMs: number): void => void addMessage.run({ id, atMs }),
    /** Messages after so many that mention this seat, or everybody. */
    mentionCount: (id: RoomId, seat: Seat, readCount: number): number =>
      mentionsAfter.get(id, seat, readCount) ?? 0,
    /** Messages that were counted in it, deleted or not. */
    messageCount: (id: RoomId): number => messageCount.get(id) ?? 0,
    /** Number of the newest page of chat; 0 also where there is no such room. */
    chatTail: (id: RoomId): number => chatTail.get(id) ?? 0,
    setChatTail: (id: RoomId, page: number): void => void setChatTail.run(page, id),
    /** Rooms whose messages are not in the index, the oldest first. */
    notIndexed: (): RoomId[] => notIndexed.all(),
    markIndexed: (id: RoomId, messageCount: number): void => void markIndexed.run({ id, messageCount }),
  }
}
