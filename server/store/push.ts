/** The tables `push` and `push_key`: browsers to be told of news, and the keys that this server signs with. */
import type { Database } from 'better-sqlite3'
import type { PersonId } from '#shared/ids.ts'

export type PushRow = Readonly<{
  endpoint: string
  /** The browser's keys, as base64url. */
  p256dh: string
  auth: string
  /** What was written may be shown. */
  hasText: 0 | 1
}>
export type NewPush = PushRow & Readonly<{ sessionKey: string; personId: PersonId }>

/** As base64url: a point of P-256, and its scalar. */
export type PushKeys = Readonly<{ publicKey: string; privateKey: string }>

export function pushTable(db: Database) {
  const put = db.prepare<[NewPush]>(`
    INSERT INTO push (endpoint, session_id_hash, person_id, p256dh, auth, has_text)
    VALUES (@endpoint, @sessionKey, @personId, @p256dh, @auth, @hasText)
    ON CONFLICT (endpoint) DO UPDATE SET session_id_hash = excluded.session_id_hash, person_id = excluded.person_id,
      p256dh = excluded.p256dh, auth = excluded.auth, has_text = excluded.has_text`)
  const remove = db.prepare<[string]>('DELETE FROM push WHERE endpoint = ?')
  const removeOf = db.prepare<[string, PersonId]>('DELETE FROM push WHERE endpoint = ? AND person_id = ?')
  const of = db.prepare<[PersonId], PushRow>(
    'SELECT endpoint, p256dh, auth, has_text AS hasText FROM push WHERE person_id = ? ORDER BY rowid',
  )
  const people = db.prepare<[], PersonId>('SELECT DISTINCT person_id FROM push').pluck()
  const keys = db.prepare<[], PushKeys>(
    'SELECT public AS publicKey, private AS privateKey FROM push_key WHERE id = 1',
  )
  const keepKeys = db.prepare<[PushKeys]>(
    'INSERT INTO push_key (id, public, private) VALUES (1, @publicKey, @privateKey)',
  )
  return {
    /** In place of what the browser had before, whosever that was. */
    put: (push: NewPush): void => void put.run(push),
    remove: (endpoint: string): void => void remove.run(endpoint),
    removeOf: (personId: PersonId, endpoint: string): void => void removeOf.run(endpoint, personId),
    /** The oldest first. */
    of: (personId: PersonId): PushRow[] => of.all(personId),
    /** Everybody who has at least one. */
    people: (): PersonId[] => people.all(),
    keys: (): PushKeys | null => keys.get() ?? null,
    keepKeys: (pair: PushKeys): void => void keepKeys.run(pair),
  }
}
