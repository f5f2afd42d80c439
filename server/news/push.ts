/**
 * News for browsers in which no page is open, by their makers' push services (NO4 of docs/PROTOCOL.md).
 *
 * A push service learns that this server has sent something to that browser, and when, and nothing of what it says.
 * Invariant: nothing is sent but to subscriptions of sessions that live, at push services that the configuration names;
 * what hangs or fails there holds up nobody.
 */
import { createECDH } from 'node:crypto'
import webPush from 'web-push'
import { AppError } from '#shared/errors.ts'
import type { PersonId } from '#shared/ids.ts'
import { pushesPerPersonMax, pushesWaitingMax } from '#shared/limits.ts'
import type { MessageNews } from '#shared/news.ts'
import type { PushMessage } from '#shared/push-message.ts'
import type { EndPushRequest, PushRequest, PushResponse } from '#shared/push.ts'
import { TokenBucket } from '#shared/token-bucket.ts'
import type { Logger } from '../log.ts'
import type { Clock, Visitor } from '../ports.ts'
import type { Store } from '../store/open.ts'
import type { PushKeys, PushRow } from '../store/push.ts'
import type { News } from './news.ts'
import { isPushEndpoint, type PushConfig } from './push-config.ts'

/** Seconds that a push service keeps a message for a browser that is away. */
const keepS = 24 * 3_600
/** To one browser: so many at once, then so many per second. */
const burst = 20
const perSecond = 0.2
/** At the same time, to all browsers. */
const inFlightMax = 8

export type PushSending = Readonly<{
  endpoint: string
  headers: Readonly<Record<string, string>>
  body: Uint8Array
}>

type Options = Readonly<{
  store: Pick<Store, 'push'>
  news: Pick<News, 'follow'>
  config: PushConfig
  /** Whom a push service may ask about what is sent: an address of the web or of mail (RFC 8292). */
  contact: string
  clock: Clock
  log: Logger
  /** Resolves with the status of the answer. */
  send: (sending: PushSending) => Promise<number>
}>

export type Push = ReturnType<typeof createPush>

export function createPush({ store, news, config, contact, clock, log, send }: Options) {
  const followed = new Map<PersonId, () => void>()
  const buckets = new Map<string, TokenBucket>()
  const waiting: (() => Promise<void>)[] = []
  let inFlight = 0
  let hasEnded = false

  function keys(): PushKeys {
    const kept = store.push.keys()
    if (kept !== null) return kept
    const made = webPush.generateVAPIDKeys()
    store.push.keepKeys(made)
    return made
  }

  function follow(personId: PersonId): void {
    if (followed.has(personId)) return
    const unfollow = news.follow(personId, {
      tell(event) {
        if (event.kind === 'message') tell(personId, event.news)
      },
    })
    followed.set(personId, unfollow)
  }

  function tell(personId: PersonId, message: MessageNews): void {
    const rows = store.push.of(personId)
    if (rows.length === 0) {
      // Their last session with one has ended.
      followed.get(personId)?.()
      followed.delete(personId)
    }
    for (const row of rows) {
      if (!bucketOf(row.endpoint).take(clock())) continue
      if (waiting.length >= pushesWaitingMax) return
      waiting.push(() => deliver(row, message))
    }
    goOn()
  }

  function bucketOf(endpoint: string): TokenBucket {
    const known = buckets.get(endpoint)
    if (known !== undefined) return known
    for (const [each, bucket] of buckets) if (bucket.isFull(clock())) buckets.delete(each)
    const made = new TokenBucket(burst, perSecond, clock())
    buckets.set(endpoint, made)
    return made
  }

  function goOn(): void {
    while (inFlight < inFlightMax && !hasEnded) {
      const next = waiting.shift()
      if (next === undefined) return
      inFlight += 1
      void next().finally(() => {
        inFlight -= 1
        goOn()
      })
    }
  }

  async function deliver(row: PushRow, message: MessageNews): Promise<void> {
    const { host } = new URL(row.endpoint)
    try {
      const status = await send(sealed(row, message))
      // The browser has ended it, or was reset: https://www.rfc-editor.org/rfc/rfc8030#section-7.3
      if (status === 404 || status === 410) store.push.remove(row.endpoint)
      else if (status >= 300) log.warn({ host, status }, 'a push service did not take a message')
    } catch (err) {
      log.warn({ host, err }, 'a push service could not be reached')
    }
  }

  function sealed({ endpoint, p256dh, auth, hasText }: PushRow, message: MessageNews): PushSending {
    const payload = JSON.stringify(payloadOf(message, hasText === 1))
    const request = webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, payload, {
      vapidDetails: { subject: contact, ...keys() },
      TTL: keepS,
      urgency: 'high',
      contentEncoding: 'aes128gcm',
      // Of each room a browser that was away is given the newest alone. At most 32 characters of base64url.
      topic: message.roomId,
    })
    return { endpoint, headers: request.headers, body: request.body }
  }

  for (const personId of store.push.people()) follow(personId)

  return {
    key: (): PushResponse => ({ publicKey: config.hosts.length === 0 ? null : keys().publicKey }),

    /** Throws request-malformed, or push-service-unknown. */
    begin({ personId, sessionKey }: Visitor, { endpoint, p256dh, auth, hasText }: PushRequest): void {
      if (!isPoint(p256dh)) throw new AppError('request-malformed')
      if (!isPushEndpoint(config, endpoint)) throw new AppError('push-service-unknown')
      store.push.put({ endpoint, p256dh, auth, personId, sessionKey, hasText: hasText ? 1 : 0 })
      const rows = store.push.of(personId)
      for (const { endpoint: old } of rows.slice(0, Math.max(0, rows.length - pushesPerPersonMax)))
        store.push.remove(old)
      follow(personId)
    },

    end({ personId }: Visitor, { endpoint }: EndPushRequest): void {
      store.push.removeOf(personId, endpoint)
    },

    [Symbol.dispose](): void {
      hasEnded = true
      for (const unfollow of followed.values()) unfollow()
    },
  }
}

/** A public key that a message can be encrypted to: a point of P-256, as base64url. */
function isPoint(text: string): boolean {
  const own = createECDH('prime256v1')
  own.generateKeys()
  try {
    own.computeSecret(text, 'base64url')
    return true
  } catch {
    return false
  }
}

function payloadOf(message: MessageNews, hasText: boolean): PushMessage {
  const { kind, roomId, page, key, from, roomTitle, isConversation, text } = message
  const path = `/r/${roomId}/${String(page)}.${key}`
  const said = { from, room: roomTitle, isConversation, text }
  return { kind, roomId, path, ...(hasText ? { said } : {}) }
}

/** By HTTPS, without following anybody anywhere. */
export async function sendPush({ endpoint, headers, body }: PushSending): Promise<number> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers,
    body: new Uint8Array(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(10_000),
  })
  await response.body?.cancel()
  return response.status
}
