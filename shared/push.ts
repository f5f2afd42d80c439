/**
 * News for browsers in which no page is open, by Web Push (RFC 8030, RFC 8291, RFC 8292). Rule NO4 of docs/PROTOCOL.md.
 */
import * as v from 'valibot'

/** GET → PushResponse; PUT PushRequest → 204; DELETE EndPushRequest → 204. */
export const pushPath = '/api/push'

/** `publicKey` is what a browser is to subscribe with, as base64url; null where this server sends nothing. */
export type PushResponse = Readonly<{ publicKey: string | null }>

/** What the browser says of its subscription, and whether it may be sent what was written. */
export const PushRequest = v.strictObject({
  endpoint: v.pipe(v.string(), v.maxLength(1_024)),
  p256dh: v.pipe(v.string(), v.regex(/^[\w-]{87}$/u)),
  auth: v.pipe(v.string(), v.regex(/^[\w-]{22}$/u)),
  hasText: v.boolean(),
})
export type PushRequest = v.InferOutput<typeof PushRequest>

export const EndPushRequest = v.strictObject({ endpoint: v.pipe(v.string(), v.maxLength(1_024)) })
export type EndPushRequest = v.InferOutput<typeof EndPushRequest>
