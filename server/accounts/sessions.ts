/**
 * Sessions: who a Cookie header belongs to, and how that begins and ends.
 *
 * An account's session ends 30 days after its last use and 90 days after its start; a guest's after a day (H-13, R-04).
 */
import { Lucia, TimeSpan } from 'lucia'
import type { PersonId } from '#shared/ids.ts'
import { guestSessionMs, sessionAbsoluteMs, sessionIdleMs } from '#shared/limits.ts'
import type { Clock, Visitor } from '../ports.ts'
import type { Store } from '../store/open.ts'
import { readSessionCookie, sessionCookie } from './cookie.ts'
import { findLiveSession, luciaAdapter } from './lucia-adapter.ts'

type PersonAttributes = Readonly<{ name: string; isGuest: boolean; isServerOwner: boolean }>
type SessionAttributes = Readonly<{ absoluteExpiresAtMs: number }>

declare module 'lucia' {
  interface Register {
    Lucia: Lucia<SessionAttributes, PersonAttributes>
    UserId: PersonId
    DatabaseUserAttributes: PersonAttributes
    DatabaseSessionAttributes: SessionAttributes
  }
}

/** A visitor as accounts and rooms need to know them. */
export type SignedInPerson = Visitor & Readonly<{ isServerOwner: boolean }>

export type Sessions = ReturnType<typeof createSessions>

export function createSessions(options: Readonly<{ store: Store; clock: Clock }>) {
  const { store, clock } = options
  const lucia = new Lucia<SessionAttributes, PersonAttributes>(luciaAdapter(options), {
    sessionExpiresIn: new TimeSpan(sessionIdleMs, 'ms'),
    getSessionAttributes: (attributes) => attributes,
    getUserAttributes: (attributes) => attributes,
  })

  function peek(cookieHeader: string | undefined): SignedInPerson | null {
    const token = readSessionCookie(cookieHeader)
    const row = token === null ? null : findLiveSession(options, token)
    if (row === null) return null
    return {
      sessionKey: row.idHash,
      personId: row.personId,
      name: row.name,
      isGuest: row.isGuest === 1,
      isServerOwner: row.isServerOwner === 1,
      expiresAtMs: row.expiresAt,
    }
  }

  return {
    /** Who this is. Synchronous, and no use that prolongs the session. */
    peek,

    /** Who this is, prolonging the session. */
    async use(cookieHeader: string | undefined): Promise<SignedInPerson | null> {
      const token = readSessionCookie(cookieHeader)
      if (token !== null) await lucia.validateSession(token)
      return peek(cookieHeader)
    },

    /** Always a new id, whatever the browser had before (H-05). Returns the cookie to set. */
    async begin(personId: PersonId, kind: 'account' | 'guest'): Promise<string> {
      const lifeMs = kind === 'guest' ? guestSessionMs : sessionAbsoluteMs
      const session = await lucia.createSession(personId, { absoluteExpiresAtMs: clock() + lifeMs })
      return sessionCookie(session.id, lifeMs)
    },

    end(sessionKey: string): void {
      store.sessions.remove(sessionKey)
    },
  }
}
