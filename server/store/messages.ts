/**
 * The tables `message` and `message_text`: every message of every room, and what it says.
 *
 * A text is first kept in `message_text_fresh`, and taken into the index of words with others: each time costs as much
 * as a hundred texts. Invariant: a text is in one of the two, never in both.
 */
import type { Database } from 'better-sqlite3'
import type { MessageKey } from '#shared/chat/message.ts'
import type { RoomId } from '#shared/ids.ts'

export type NewMessageRow = Readonly<{
  roomId: RoomId
  key: MessageKey
  page: number
  /** Null where it has been deleted. */
  text: string | null
  atMs: number
}>

/** `id` rises with the arrival. */
export type FoundMessage = Readonly<{ id: number; key: MessageKey; page: number; at: number; text: string }>

export function messagesTable(db: Database) {
  const insert = db.prepare<[NewMessageRow]>(
    'INSERT OR IGNORE INTO message (room_id, key, page, at) VALUES (@roomId, @key, @page, @atMs)',
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
  const search = db.prepare<[Readonly<{ match: string; beforeId: number; limit: number }>], FoundMessage>(`
    SELECT m.id, m.key, m.page, m.at, t.text
    FROM message_text t JOIN message m ON m.id = t.rowid
    WHERE message_text MATCH @match AND t.rowid < @beforeId
    ORDER BY t.rowid DESC LIMIT @limit`)

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
    /** The greatest key in the room that begins with a seat and ".", on any page; null if there is none. */
    newestKey: (roomId: RoomId, seatPart: string): string | null =>
      // "/" is the character after ".".
      newestKey.get(roomId, seatPart, seatPart.replace('.', '/')) ?? null,
    /** False where the room has it already. */
    add(message: NewMessageRow): boolean {
      const { changes, lastInsertRowid } = insert.run(message)
      if (changes === 0) return false
      if (message.text !== null) insertFresh.run(lastInsertRowid, roomWord(message.roomId), message.text)
      return true
    },
    edit(roomId: RoomId, key: MessageKey, text: string): void {
      withId(roomId, key, (id) => {
        if (editFresh.run(text, id).changes === 0) edit.run(text, id)
      })
    },
    /** Forgets what it said; that it was there stays known. */
    remove(roomId: RoomId, key: MessageKey): void {
      withId(roomId, key, (id) => {
        if (removeFresh.run(id).changes === 0) removeText.run(id)
      })
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
     * Of the texts that have been taken in, those with all of the words, the newest first. Where few have them, the last word may also be the beginning of
     * one: of common words that would be too many to read.
     */
    search(roomId: RoomId, words: readonly string[], beforeId: number, limit: number): FoundMessage[] {
      if (words.length === 0) return []
      const whole = matchOf(roomId, words)
      const isCommon = search.all({ match: whole, beforeId: Number.MAX_SAFE_INTEGER, limit }).length === limit
      const canContinue = (words.at(-1) ?? '').length >= beginningLengthMin
      return search.all({ match: isCommon || !canContinue ? whole : `${whole} *`, beforeId, limit })
    },
  }
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
