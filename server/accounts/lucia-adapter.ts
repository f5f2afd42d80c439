/**
 * What Lucia needs of our database, and what we ask beyond Lucia.
 *
 * Lucia 3 keeps session ids as they are and knows one end of life, by the system's clock. Here the id is stored only
 * as SHA-256 (H-07), compared in constant time, refused when somebody chose it, ends at an absolute time too (H-13),
 * and time is the injected clock: expiries are carried over to Lucia's by their distance from now.
 */
import type { Adapter, DatabaseSession } from 'lucia'
import type { PersonId } from '#shared/ids.ts'
import { assert } from '#shared/assert.ts'
import type { Clock } from '../ports.ts'
import { isSameHash, secretHash } from '../secret-hash.ts'
import type { SessionRow } from '../store/sessions.ts'
import type { Store } from '../store/open.ts'
import { isSessionToken } from './cookie.ts'

type Options = Readonly<{ store: Pick<Store, 'sessions'>; clock: Clock }>

/** The session a token stands for, if it is alive. One that has ended is gone at once: it must not come back (D-11). */
export function findLiveSession({ store, clock }: Options, token: string): SessionRow | null {
  const idHash = secretHash(token)
  const row = store.sessions.byHash(idHash)
  if (row === null || !isSameHash(row.idHash, idHash)) return null
  const now = clock()
  if (now < row.expiresAt && now < row.absoluteExpiresAt) return row
  store.sessions.remove(idHash)
  return null
}

export function luciaAdapter(options: Options): Adapter {
  const { store, clock } = options
  const toLucia = (ms: number) => new Date(ms - clock() + Date.now())
  const fromLucia = (date: Date) => date.getTime() - Date.now() + clock()
  const toSession = (id: string, row: SessionRow): DatabaseSession => ({
    id,
    userId: row.personId,
    expiresAt: toLucia(row.expiresAt),
    attributes: { absoluteExpiresAtMs: row.absoluteExpiresAt },
  })
  return {
    getSessionAndUser(token) {
      const row = findLiveSession(options, token)
      if (row === null) return Promise.resolve([null, null])
      const attributes = {
        name: row.name,
        isGuest: row.isGuest === 1,
        isServerOwner: row.isServerOwner === 1,
      }
      return Promise.resolve([toSession(token, row), { id: row.personId, attributes }])
    },
    /** With hashes for ids, which list sessions but log nobody in. */
    getUserSessions(personId: PersonId) {
      return Promise.resolve(store.sessions.ofPerson(personId).map((row) => toSession(row.idHash, row)))
    },
    setSession({ id, userId, expiresAt, attributes }) {
      assert(isSessionToken(id), 'session ids are made by Lucia, not chosen')
      store.sessions.add({
        idHash: secretHash(id),
        personId: userId,
        nowMs: clock(),
        expiresAt: fromLucia(expiresAt),
        absoluteExpiresAt: attributes.absoluteExpiresAtMs,
      })
      return Promise.resolve()
    },
    updateSessionExpiration(token, expiresAt) {
      store.sessions.extend(secretHash(token), fromLucia(expiresAt))
      return Promise.resolve()
    },
    deleteSession(token) {
      store.sessions.remove(secretHash(token))
      return Promise.resolve()
    },
    deleteUserSessions(personId: PersonId) {
      store.sessions.removeOfPerson(personId)
      return Promise.resolve()
    },
    deleteExpiredSessions() {
      store.sessions.removeExpired(clock())
      return Promise.resolve()
    },
  }
}
