/** The table `person`: accounts and guests. */
import type { Database } from 'better-sqlite3'
import type { PersonId } from '#shared/ids.ts'

export type PersonRow = Readonly<{
  id: PersonId
  name: string
  isGuest: 0 | 1
  isServerOwner: 0 | 1
  passwordHash: string | null
  disabledAt: number | null
}>

export type AcquaintanceRow = Readonly<{ id: PersonId; name: string }>

type NewAccount = Readonly<{
  id: PersonId
  name: string
  nameKey: string
  passwordHash: string
  nowMs: number
}>
type NewGuest = Readonly<{ id: PersonId; name: string; nowMs: number }>

export function peopleTable(db: Database) {
  const columns = `id, name, is_guest AS isGuest, is_server_owner AS isServerOwner, password_hash AS passwordHash,
    disabled_at AS disabledAt`
  const byNameKey = db.prepare<[string], PersonRow>(`SELECT ${columns} FROM person WHERE name_key = ?`)
  const byId = db.prepare<[PersonId], PersonRow>(`SELECT ${columns} FROM person WHERE id = ?`)
  const anyAccount = db.prepare<[], 1>('SELECT 1 FROM person WHERE is_guest = 0 LIMIT 1').pluck()
  // One statement decides who is first, so that of two people who register at once only one becomes the owner.
  const insertAccount = db.prepare<[NewAccount]>(`
    INSERT INTO person (id, name, name_key, password_hash, is_guest, is_server_owner, created_at)
    SELECT @id, @name, @nameKey, @passwordHash, 0, NOT EXISTS (SELECT 1 FROM person WHERE is_guest = 0), @nowMs
    ON CONFLICT (name_key) DO NOTHING`)
  // Whoever sits in a room with them: other accounts are nobody's to list.
  const acquainted = `
    FROM seat own JOIN seat other ON other.room_id = own.room_id JOIN person p ON p.id = other.person_id
    WHERE own.person_id = @personId AND own.left_at IS NULL AND other.left_at IS NULL
      AND p.id <> @personId AND p.is_guest = 0 AND p.disabled_at IS NULL`
  const acquaintances = db.prepare<[{ personId: PersonId; limit: number }], AcquaintanceRow>(
    `SELECT DISTINCT p.id, p.name ${acquainted} ORDER BY p.name_key LIMIT @limit`,
  )
  const isAcquainted = db
    .prepare<[{ personId: PersonId; otherId: PersonId }], 1>(
      `SELECT 1 ${acquainted} AND other.person_id = @otherId LIMIT 1`,
    )
    .pluck()
  const insertGuest = db.prepare<[NewGuest]>(
    'INSERT INTO person (id, name, is_guest, created_at) VALUES (@id, @name, 1, @nowMs)',
  )
  return {
    byNameKey: (nameKey: string): PersonRow | null => byNameKey.get(nameKey) ?? null,
    byId: (id: PersonId): PersonRow | null => byId.get(id) ?? null,
    /** Accounts in a room with this person, by name. */
    acquaintances: (personId: PersonId, limit: number): AcquaintanceRow[] =>
      acquaintances.all({ personId, limit }),
    isAcquainted: (personId: PersonId, otherId: PersonId): boolean =>
      isAcquainted.get({ personId, otherId }) !== undefined,
    hasAccounts: (): boolean => anyAccount.get() !== undefined,
    /** False if the name is taken. */
    addAccount: (account: NewAccount): boolean => insertAccount.run(account).changes === 1,
    addGuest: (guest: NewGuest): void => void insertGuest.run(guest),
  }
}
