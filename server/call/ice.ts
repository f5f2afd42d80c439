/**
 * Where the calls of a room find paths: STUN and TURN servers, with credentials for the person who asks.
 *
 * Credentials are those of the TURN REST API, which coturn checks with the shared secret: the name is when they end and
 * a number for the person, the password an HMAC of that. Invariants: only people of a room get any, for ten minutes at
 * most (T-05); a room that hides addresses never gets anything but relays (T-06). The number is the same each time, so
 * that a relay can count what one person uses, and tells nobody else who it is.
 */
import { createHmac } from 'node:crypto'
import type { IceResponse, IceServer } from '#shared/call/http.ts'
import { AppError } from '#shared/errors.ts'
import type { PersonId } from '#shared/ids.ts'
import { iceAnswersPerMinuteMax, turnCredentialLifeMs } from '#shared/limits.ts'
import type { SignedInPerson } from '../accounts/sessions.ts'
import type { Access, Clock } from '../ports.ts'
import { rateLimit, takeOne } from '../rate-limit.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { IceConfig } from './ice-config.ts'

type Options = Readonly<{
  config: IceConfig | null
  rooms: Pick<Rooms, 'enterTo'>
  access: Pick<Access, 'barredFromCall'>
  clock: Clock
}>

export type Ice = ReturnType<typeof createIce>

export function createIce({ config, rooms, access, clock }: Options) {
  const perPerson = rateLimit(iceAnswersPerMinuteMax, 60)
  const turn = config?.turn ?? null
  const stunUrls = config?.stun.map(({ text }) => text) ?? []

  return async ({ personId }: SignedInPerson, id: string): Promise<IceResponse> => {
    const { room, seat } = rooms.enterTo('call', personId, id)
    if (access.barredFromCall(room.id, seat) !== null) throw new AppError('forbidden')
    await takeOne(perPerson, personId)
    const isRelayOnly = room.addresses === 'hidden'
    if (isRelayOnly && turn === null) throw new AppError('no-relay')
    const servers: IceServer[] = isRelayOnly || stunUrls.length === 0 ? [] : [{ urls: stunUrls }]
    if (turn === null) return { servers, isRelayOnly, lifeMs: null }
    servers.push({
      urls: turn.urls.map(({ text }) => text),
      ...turnCredentials(turn.secret, personId, clock() + turnCredentialLifeMs),
    })
    return { servers, isRelayOnly, lifeMs: turnCredentialLifeMs }
  }
}

/** Good until the second before `endsAtMs`. `holder` is who will use them: the relay sees a number in its place. */
export function turnCredentials(
  secret: string,
  holder: PersonId | 'doctor',
  endsAtMs: number,
): Readonly<{ username: string; credential: string }> {
  const number = createHmac('sha256', secret).update(`holder ${holder}`).digest('base64url').slice(0, 16)
  const username = `${String(Math.floor(endsAtMs / 1000))}:${number}`
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') }
}
