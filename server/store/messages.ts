/**
 * The tables `message` and `message_text`: every message of every room, and what it says.
 *
 * A text is first kept in `message_text_fresh`, and taken into the index of words with others: each time costs as much
 * as a hundred texts. Invariant: a text is in one of the two, never in both.
 */
import type { Database } from 'better-sqlite3'
import type { MessageKey, Place } from '#shared/chat/message.ts'
import type { RoomId } from '#shared/ids.ts'

export type NewMessageRow = Readonly<{
  roomId: RoomId
  key: MessageKey
  page: number
  /** Null where it has been deleted. */
  text: string | null
  atMs: number
  /** How many messages of the room had arrived when it had, itself counted. */
  number: number
  /** The seats it mentions; 0 for everybody. */
  mentions: readonly number[]
  /** The root of the thread that it is in; null outside of threads, and where it was deleted. */
  thread: Place | null
}>

/** Replies of one thread on one page. */
export type ThreadPage = Readonly<{ thread: Place; page: number; count: number; lastAtMs: number }>

export type EditedMessage = Omit<NewMessageRow, 'page' | 'atMs' | 'text'> & Readonly<{ text: string }>

/** `id` rises with the arrival. */
export type FoundMessage = Readonly<{ id: number; key: MessageKey; page: number; at: number; text: string }>

/** What is looked for; null is left out. */
export type Wanted = Readonly<{
  words: readonly string[]
  beforeId: number
  seat: number | null
  sinceMs: number | null
  untilMs: number | null
}>

type Bounds = Readonly<{ beforeId: number; fromId: number; keyMin: string; keyMax: string; limit: number }>

export function messagesTable(db: Database) {
  const insert = db.prepare<[Omit<NewMessageRow, 'mentions'>]>(
    'INSERT OR IGNORE INTO message (room_id, key, page, at, thread) VALUES (@roomId, @key, @page, @atMs, @thread)',
  )
  const insertFresh = db.prepare<[number | bigint, string, string]>(
    'INSERT INTO message_text_fresh (id, room, text) VALUES (?, ?, ?)',
  )
  const copyFresh = db.prepare(
    'INSERT INTO message_text (rowid, room, text) SELECT id, room, text FROM message_text_fresh',
  )
  const forgetFresh = db.prepare('DELETE FROM message_text_fresh')
  const takeIn = db.transaction((): void => {
    copyFresh.run()
    forgetFresh.run()
  })
  const idOf = db
    .prepare<[RoomId, string], number>('SELECT id FROM message WHERE room_id = ? AND key = ?')
    .pluck()
  const textOf = db
    .prepare<[RoomId, string], string | null>(
      `SELECT coalesce(f.text, t.text) FROM message m LEFT JOIN message_text_fresh f ON f.id = m.id
         LEFT JOIN message_text t ON t.rowid = m.id WHERE m.room_id = ? AND m.key = ?`,
    )
    .pluck()
  const find = db.prepare<[RoomId, MessageKey], Readonly<{ page: number; text: string | null }>>(
    `SELECT m.page, coalesce(f.text, t.text) AS text FROM message m LEFT JOIN message_text_fresh f ON f.id = m.id
       LEFT JOIN message_text t ON t.rowid = m.id WHERE m.room_id = ? AND m.key = ?`,
  )
  const newestKey = db
    .prepare<[RoomId, string, string], string | null>(
      'SELECT max(key) FROM message WHERE room_id = ? AND key > ? AND key < ?',
    )
    .pluck()
  const editFresh = db.prepare<[string, number]>('UPDATE message_text_fresh SET text = ? WHERE id = ?')
  const removeFresh = db.prepare<[number]>('DELETE FROM message_text_fresh WHERE id = ?')
  const edit = db.prepare<[string, number]>('UPDATE message_text SET text = ? WHERE rowid = ?')
  const removeText = db.prepare<[number]>('DELETE FROM message_text WHERE rowid = ?')
  // By the order of arrival alone: a rank would have to read every hit there is.
  const search = db.prepare<[Bounds & Readonly<{ match: string }>], FoundMessage>(`
    SELECT m.id, m.key, m.page, m.at, t.text
    FROM message_text t JOIN message m ON m.id = t.rowid
    WHERE message_text MATCH @match AND t.rowid < @beforeId AND t.rowid >= @fromId AND m.key > @keyMin AND m.key < @keyMax
    ORDER BY t.rowid DESC LIMIT @limit`)
  const ofRoom = `SELECT m.id, m.key, m.page, m.at, t.text FROM message m JOIN message_text t ON t.rowid = m.id
    WHERE m.room_id = @roomId AND m.id < @beforeId AND m.id >= @fromId`
  // Of one person all keys are looked at, but nothing of anybody else.
  const searchSeat = db.prepare<[Bounds & Readonly<{ roomId: RoomId }>], FoundMessage>(
    `${ofRoom} AND m.key > @keyMin AND m.key < @keyMax ORDER BY m.id DESC LIMIT @limit`,
  )
  const searchTime = db.prepare<
    [Bounds & Readonly<{ roomId: RoomId; sinceMs: number; untilMs: number }>],
    FoundMessage
  >(`${ofRoom} AND m.at >= @sinceMs AND m.at < @untilMs ORDER BY m.at DESC, m.id DESC LIMIT @limit`)

  const insertMention = db.prepare<[RoomId, number, number, number | bigint]>(
    'INSERT OR IGNORE INTO mention (room_id, seat, number, message_id) VALUES (?, ?, ?, ?)',
  )
  const removeMentions = db.prepare<[number]>('DELETE FROM mention WHERE message_id = ?')
  const firstSince = db.prepare<[RoomId, number], Readonly<{ id: number }>>(
    'SELECT id FROM message WHERE room_id = ? AND at >= ? ORDER BY at, id LIMIT 1',
  )

  const firstOutsideSince = db.prepare<[RoomId, number], Readonly<{ key: MessageKey; page: number }>>(
    'SELECT key, page FROM message WHERE room_id = ? AND at >= ? AND thread IS NULL ORDER BY at, id LIMIT 1',
  )
  const setThread = db.prepare<[Place | null, number]>('UPDATE message SET thread = ? WHERE id = ?')
  const threadOf = db
    .prepare<[RoomId, string], Place | null>('SELECT thread FROM message WHERE room_id = ? AND key = ?')
    .pluck()
  const threadPages = db.prepare<[RoomId, string, string], ThreadPage>(
    `SELECT thread, page, count(*) AS count, max(at) AS lastAtMs FROM message
     WHERE room_id = ? AND thread > ? AND thread < ? GROUP BY thread, page ORDER BY thread, page`,
  )
  const newestIn = db
    .prepare<[RoomId, Place, number], MessageKey>(
      'SELECT key FROM message WHERE room_id = ? AND thread = ? ORDER BY page DESC, at DESC, id DESC LIMIT ?',
    )
    .pluck()

  const forgetTexts = db.prepare<[RoomId]>(
    'DELETE FROM message_text WHERE rowid IN (SELECT id FROM message WHERE room_id = ?)',
  )
  const forget = db.prepare<[RoomId]>('DELETE FROM message WHERE room_id = ?')

  function withId(roomId: RoomId, key: MessageKey, change: (id: number) => void): void {
    const id = idOf.get(roomId, key)
    if (id !== undefined) change(id)
  }

  return {
    has: (roomId: RoomId, key: string): boolean => idOf.get(roomId, key) !== undefined,
    /** Where it is and what it says; null where the room does not have it. */
    find: (roomId: RoomId, key: MessageKey): Readonly<{ page: number; text: string | null }> | null =>
      find.get(roomId, key) ?? null,
    /** Whether the room has it, and it was not deleted. */
    isLeft: (roomId: RoomId, key: MessageKey): boolean => (textOf.get(roomId, key) ?? null) !== null,
    /** The greatest key in the room that begins with a seat and ".", on any page; null if there is none. */
    newestKey: (roomId: RoomId, seatPart: string): string | null =>
      // "/" is the character after ".".
      newestKey.get(roomId, seatPart, seatPart.replace('.', '/')) ?? null,
    /** False where the room has it already. */
    add(message: NewMessageRow): boolean {
      const { mentions, ...row } = message
      const { changes, lastInsertRowid } = insert.run(row)
      if (changes === 0) return false
      for (const seat of mentions) insertMention.run(row.roomId, seat, row.number, lastInsertRowid)
      if (message.text !== null) insertFresh.run(lastInsertRowid, roomWord(message.roomId), message.text)
      return true
    },
    edit({ roomId, key, text, number, mentions, thread }: EditedMessage): void {
      withId(roomId, key, (id) => {
        removeMentions.run(id)
        for (const seat of mentions) insertMention.run(roomId, seat, number, id)
        if (editFresh.run(text, id).changes === 0) edit.run(text, id)
        setThread.run(thread, id)
      })
    },
    /** Forgets what it said; that it was there stays known. */
    remove(roomId: RoomId, key: MessageKey): void {
      withId(roomId, key, (id) => {
        if (removeFresh.run(id).changes === 0) removeText.run(id)
        removeMentions.run(id)
        setThread.run(null, id)
      })
    },
    /** The root of the thread in which it is a reply; null where it is none, or was deleted. */
    threadOf: (roomId: RoomId, key: string): Place | null => threadOf.get(roomId, key) ?? null,
    /** What the threads have whose roots stand on this page: by thread, and upwards by page. */
    threadPages: (roomId: RoomId, rootPage: number): ThreadPage[] =>
      // "/" is the character after ".".
      threadPages.all(roomId, `${String(rootPage)}.`, `${String(rootPage)}/`),
    /** Of a thread so many, the last one first. */
    newestIn: (roomId: RoomId, thread: Place, limit: number): MessageKey[] =>
      newestIn.all(roomId, thread, limit),
    /** The first outside of threads that came at this time or later, deleted or not; null if none did. */
    firstSince(roomId: RoomId, atMs: number): Readonly<{ key: MessageKey; page: number }> | null {
      return firstOutsideSince.get(roomId, atMs) ?? null
    },
    /** Takes the fresh texts into the index of words. */
    takeInTexts: (): void => {
      takeIn()
    },
    /** As if nothing had been said in it: to be indexed anew. */
    forgetRoom(roomId: RoomId): void {
      forgetTexts.run(roomId)
      forget.run(roomId)
    },
    /**
     * Of the texts that have been taken in, those that have all that is wanted, the newest first; none where nothing
     * is. Where few have the words, the last may also be the beginning of one: of common words that would be too many
     * to read.
     */
    search(roomId: RoomId, wanted: Wanted, limit: number): FoundMessage[] {
      const { words, seat, sinceMs, untilMs } = wanted
      if (words.length === 0 && seat === null && sinceMs === null && untilMs === null) return []
      const untilId = untilMs === null ? undefined : firstSince.get(roomId, untilMs)?.id
      const fromId = sinceMs === null ? 0 : (firstSince.get(roomId, sinceMs)?.id ?? Number.MAX_SAFE_INTEGER)
      const bounds: Bounds = {
        ...keysOf(seat),
        fromId,
        beforeId: Math.min(wanted.beforeId, untilId ?? Number.MAX_SAFE_INTEGER),
        limit,
      }
      if (words.length === 0)
        return seat === null
          ? searchTime.all({
              ...bounds,
              roomId,
              sinceMs: sinceMs ?? 0,
              untilMs: untilMs ?? Number.MAX_SAFE_INTEGER,
            })
          : searchSeat.all({ ...bounds, roomId })
      const match = matchOf(roomId, words)
      const isCommon = search.all({ ...bounds, match, beforeId: Number.MAX_SAFE_INTEGER }).length === limit
      const canContinue = (words.at(-1) ?? '').length >= beginningLengthMin
      return search.all({ ...bounds, match: isCommon || !canContinue ? match : `${match} *` })
    },
  }
}

/** All keys of a seat lie between these two; without one, all keys do. */
function keysOf(seat: number | null): Readonly<{ keyMin: string; keyMax: string }> {
  const part = seat?.toString(36)
  // "/" is the character after ".", and "{" the one after "z".
  return part === undefined ? { keyMin: '', keyMax: '{' } : { keyMin: `${part}.`, keyMax: `${part}/` }
}

/** UTF-16 code units of what is looked for as the beginning of a word. */
const beginningLengthMin = 3

/** The id of a room as one word of the index, which knows no capitals. */
function roomWord(roomId: RoomId): string {
  return Buffer.from(roomId, 'base64url').toString('hex')
}

/** In the language of FTS5: https://www.sqlite.org/fts5.html#full_text_query_syntax */
function matchOf(roomId: RoomId, words: readonly string[]): string {
  const quoted = words.map((word) => `"${word.replaceAll('"', '""')}"`)
  return `room : ${roomWord(roomId)} AND text : ${quoted.join(' AND text : ')}`
}
