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
  const insertGuest = db.prepare<[NewGuest]>(
    'INSERT INTO person (id, name, is_guest, created_at) VALUES (@id, @name, 1, @nowMs)',
  )
  return {
    byNameKey: (nameKey: string): PersonRow | null => byNameKey.get(nameKey) ?? null,
    byId: (id: PersonId): PersonRow | null => byId.get(id) ?? null,
    hasAccounts: (): boolean => anyAccount.get() !== undefined,
    /** False if the name is taken. */
    addAccount: (account: NewAccount): boolean => insertAccount.run(account).changes === 1,
    addGuest: (guest: NewGuest): void => void insertGuest.run(guest),
  }
}
