/**
 * The tables `file`, `room_file`, `file_use` and `upload`: which files there are, where, for what, and on their way.
 *
 * Rules FI3 and FI4 of docs/PROTOCOL.md. Sizes are counted where they are asked for, never kept beside: so they are
 * always right.
 */
import { existsSync } from 'node:fs'
import SqliteDatabase, { type Database } from 'better-sqlite3'
import type { FileHash } from '#shared/files/file.ts'
import type { ShownType } from '#shared/files/sniff.ts'
import type { PersonId, RoomId } from '#shared/ids.ts'

export type FileRow = Readonly<{ hash: FileHash; size: number; type: ShownType | null }>

/** One person's file on its way to one room. */
export type UploadId = Readonly<{ roomId: RoomId; hash: FileHash; personId: PersonId }>

/** Bytes that are taken, also by what is only on its way. */
export type FileSizes = Readonly<{ person: number; room: number; server: number }>

export function filesTable(db: Database) {
  const inRoom = db.prepare<[RoomId, string], FileRow>(`
    SELECT f.hash, f.size, f.type FROM room_file r JOIN file f ON f.hash = r.hash
    WHERE r.room_id = ? AND r.hash = ?`)
  const insertFile = db.prepare<[FileRow & Readonly<{ nowMs: number }>]>(
    'INSERT OR IGNORE INTO file (hash, size, type, created_at) VALUES (@hash, @size, @type, @nowMs)',
  )
  const insertRoomFile = db.prepare<[UploadId & Readonly<{ nowMs: number }>]>(`
    INSERT OR IGNORE INTO room_file (room_id, hash, person_id, idle_since)
    VALUES (@roomId, @hash, @personId, @nowMs)`)
  const uploadSize = db
    .prepare<[UploadId], number>(
      'SELECT size FROM upload WHERE room_id = @roomId AND hash = @hash AND person_id = @personId',
    )
    .pluck()
  const insertUpload = db.prepare<[UploadId & Readonly<{ size: number; nowMs: number }>]>(`
    INSERT INTO upload (room_id, hash, person_id, size, begun_at)
    VALUES (@roomId, @hash, @personId, @size, @nowMs)`)
  const removeUpload = db.prepare<[UploadId]>(
    'DELETE FROM upload WHERE room_id = @roomId AND hash = @hash AND person_id = @personId',
  )
  const uploadCount = db
    .prepare<[PersonId], number>('SELECT count(*) FROM upload WHERE person_id = ?')
    .pluck()
  const oldUploads = db.prepare<[number], UploadId>(
    'SELECT room_id AS roomId, hash, person_id AS personId FROM upload WHERE begun_at < ?',
  )
  const sizes = db.prepare<[Readonly<{ roomId: RoomId; personId: PersonId }>], FileSizes>(`
    SELECT
      (SELECT coalesce(sum(f.size), 0) FROM room_file r JOIN file f ON f.hash = r.hash
        WHERE r.person_id = @personId)
      + (SELECT coalesce(sum(size), 0) FROM upload WHERE person_id = @personId) AS person,
      (SELECT coalesce(sum(f.size), 0) FROM room_file r JOIN file f ON f.hash = r.hash WHERE r.room_id = @roomId)
      + (SELECT coalesce(sum(size), 0) FROM upload WHERE room_id = @roomId) AS room,
      (SELECT coalesce(sum(size), 0) FROM file) + (SELECT coalesce(sum(size), 0) FROM upload) AS server`)
  const totals = db.prepare<[], Readonly<{ count: number; size: number }>>(
    'SELECT count(*) AS count, coalesce(sum(size), 0) AS size FROM file',
  )

  const usesOf = db.prepare<[RoomId, string], FileHash>(
    'SELECT hash FROM file_use WHERE room_id = ? AND place = ?',
  )
  usesOf.pluck()
  const insertUse = db.prepare<[RoomId, string, string]>(
    'INSERT OR IGNORE INTO file_use (room_id, place, hash) VALUES (?, ?, ?)',
  )
  const removeUse = db.prepare<[RoomId, string, string]>(
    'DELETE FROM file_use WHERE room_id = ? AND place = ? AND hash = ?',
  )
  const idle = db.prepare<[number, RoomId, string]>(
    'UPDATE room_file SET idle_since = ? WHERE room_id = ? AND hash = ?',
  )
  const forgetIdle = db.prepare<[number]>(`
    DELETE FROM room_file WHERE idle_since < ? AND NOT EXISTS (
      SELECT 1 FROM file_use u WHERE u.room_id = room_file.room_id AND u.hash = room_file.hash)`)
  const homeless = db
    .prepare<[], FileHash>(
      'SELECT hash FROM file WHERE NOT EXISTS (SELECT 1 FROM room_file r WHERE r.hash = file.hash)',
    )
    .pluck()
  const removeFile = db.prepare<[string]>('DELETE FROM file WHERE hash = ?')
  const isKnown = db.prepare<[string], number>('SELECT 1 FROM file WHERE hash = ?').pluck()

  const arrive = db.transaction((upload: UploadId, file: FileRow, nowMs: number): void => {
    insertFile.run({ ...file, nowMs })
    insertRoomFile.run({ ...upload, nowMs })
    removeUpload.run(upload)
  })
  const letGo = db.transaction((idleBeforeMs: number): FileHash[] => {
    forgetIdle.run(idleBeforeMs)
    const gone = homeless.all()
    for (const hash of gone) removeFile.run(hash)
    return gone
  })

  return {
    inRoom: (roomId: RoomId, hash: FileHash): FileRow | null => inRoom.get(roomId, hash) ?? null,
    isKnown: (hash: string): boolean => isKnown.get(hash) !== undefined,
    /** The upload is over: the room has the file. */
    arrive: (upload: UploadId, file: FileRow, nowMs: number): void => {
      arrive(upload, file, nowMs)
    },
    /** The size that was said when it was begun; null where it was not. */
    uploadSize: (upload: UploadId): number | null => uploadSize.get(upload) ?? null,
    addUpload: (upload: UploadId & Readonly<{ size: number; nowMs: number }>): void =>
      void insertUpload.run(upload),
    removeUpload: (upload: UploadId): void => void removeUpload.run(upload),
    uploadCount: (personId: PersonId): number => uploadCount.get(personId) ?? 0,
    uploadsBefore: (atMs: number): UploadId[] => oldUploads.all(atMs),
    sizes: (roomId: RoomId, personId: PersonId): FileSizes =>
      sizes.get({ roomId, personId }) ?? { person: 0, room: 0, server: 0 },
    totals: (): Readonly<{ count: number; size: number }> => totals.get() ?? { count: 0, size: 0 },
    /** From now on this place refers to these files and no others. */
    refer(roomId: RoomId, place: string, hashes: readonly FileHash[], nowMs: number): void {
      for (const hash of usesOf.all(roomId, place)) {
        if (hashes.includes(hash)) continue
        removeUse.run(roomId, place, hash)
        idle.run(nowMs, roomId, hash)
      }
      for (const hash of hashes) insertUse.run(roomId, place, hash)
    },
    /** Rooms forget what nothing has referred to since then. Returns the files that no room has any more. */
    letGo: (idleBeforeMs: number): FileHash[] => letGo(idleBeforeMs),
  }
}

/** Of a database that a server may have open; null where there is none, or it knows of no files. */
export function readFileTotals(file: string): Readonly<{ count: number; size: number }> | null {
  if (!existsSync(file)) return null
  let db: Database | null = null
  try {
    db = new SqliteDatabase(file, { readonly: true })
    return filesTable(db).totals()
  } catch (error) {
    // Older than files, or no database: the server's start says so.
    if (error instanceof SqliteDatabase.SqliteError) return null
    throw error
  } finally {
    db?.close()
  }
}
