/** The table `invite`, by the SHA-256 of the token in the link. */
import type { Database } from 'better-sqlite3'
import type { PersonId, RoomId } from '#shared/ids.ts'

/** An invite that still opens its room: nobody comes into one that is archived. */
export type InviteRow = Readonly<{ roomId: RoomId; roomTitle: string; invitedBy: string }>

type NewInvite = Readonly<{
  tokenHash: string
  roomId: RoomId
  createdBy: PersonId
  nowMs: number
  expiresAt: number
}>

export function invitesTable(db: Database) {
  const live = db.prepare<[{ tokenHash: string; nowMs: number }], InviteRow>(`
    SELECT i.room_id AS roomId, r.title AS roomTitle, p.name AS invitedBy
    FROM invite i JOIN room r ON r.id = i.room_id JOIN person p ON p.id = i.created_by
    WHERE i.token_hash = @tokenHash AND i.revoked_at IS NULL AND i.expires_at > @nowMs AND r.archived_at IS NULL`)
  const insert = db.prepare<[NewInvite]>(`
    INSERT INTO invite (token_hash, room_id, created_by, created_at, expires_at)
    VALUES (@tokenHash, @roomId, @createdBy, @nowMs, @expiresAt)`)
  const createdSince = db
    .prepare<[PersonId, number], number>(
      'SELECT count(*) FROM invite WHERE created_by = ? AND created_at > ?',
    )
    .pluck()
  const removeExpired = db.prepare<[number]>('DELETE FROM invite WHERE expires_at <= ?')
  return {
    live: (tokenHash: string, nowMs: number): InviteRow | null => live.get({ tokenHash, nowMs }) ?? null,
    add: (invite: NewInvite): void => void insert.run(invite),
    countCreatedSince: (personId: PersonId, sinceMs: number): number =>
      createdSince.get(personId, sinceMs) ?? 0,
    removeExpired: (nowMs: number): void => void removeExpired.run(nowMs),
  }
}
