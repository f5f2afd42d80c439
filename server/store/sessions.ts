/** The table `session`, by the SHA-256 of the session's id. */
import type { Database } from 'better-sqlite3'
import type { PersonId } from '#shared/ids.ts'

/** A session together with the person it belongs to, who is not disabled. */
export type SessionRow = Readonly<{
  idHash: string
  expiresAt: number
  absoluteExpiresAt: number
  personId: PersonId
  name: string
  isGuest: 0 | 1
  isServerOwner: 0 | 1
}>

type NewSession = Readonly<{
  idHash: string
  personId: PersonId
  nowMs: number
  expiresAt: number
  absoluteExpiresAt: number
}>

export function sessionsTable(db: Database) {
  const columns = `s.id_hash AS idHash, s.expires_at AS expiresAt, s.absolute_expires_at AS absoluteExpiresAt,
    p.id AS personId, p.name, p.is_guest AS isGuest, p.is_server_owner AS isServerOwner`
  const joined = 'session s JOIN person p ON p.id = s.person_id AND p.disabled_at IS NULL'
  const byHash = db.prepare<[string], SessionRow>(`SELECT ${columns} FROM ${joined} WHERE s.id_hash = ?`)
  const byPerson = db.prepare<[PersonId], SessionRow>(
    `SELECT ${columns} FROM ${joined} WHERE s.person_id = ?`,
  )
  // Never an upsert: a session id that exists cannot be taken over.
  const insert = db.prepare<[NewSession]>(`
    INSERT INTO session (id_hash, person_id, created_at, expires_at, absolute_expires_at)
    VALUES (@idHash, @personId, @nowMs, min(@expiresAt, @absoluteExpiresAt), @absoluteExpiresAt)`)
  const extend = db.prepare<[{ idHash: string; expiresAt: number }]>(`
    UPDATE session SET expires_at = min(@expiresAt, absolute_expires_at)
    WHERE id_hash = @idHash AND expires_at < min(@expiresAt, absolute_expires_at)`)
  const remove = db.prepare<[string]>('DELETE FROM session WHERE id_hash = ?')
  const removeOfPerson = db.prepare<[PersonId]>('DELETE FROM session WHERE person_id = ?')
  const removeExpired = db.prepare<[number]>('DELETE FROM session WHERE expires_at <= ?')
  return {
    byHash: (idHash: string): SessionRow | null => byHash.get(idHash) ?? null,
    ofPerson: (personId: PersonId): SessionRow[] => byPerson.all(personId),
    add: (session: NewSession): void => void insert.run(session),
    extend: (idHash: string, expiresAt: number): void => void extend.run({ idHash, expiresAt }),
    remove: (idHash: string): void => void remove.run(idHash),
    removeOfPerson: (personId: PersonId): void => void removeOfPerson.run(personId),
    removeExpired: (nowMs: number): void => void removeExpired.run(nowMs),
  }
}
