/** A browser that has subscribed to push messages, and the push service that hands them to it. */
import assert from 'node:assert/strict'
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto'
import { type PushMessage } from '#shared/push-message.ts'
import { pushPath, type PushRequest } from '#shared/push.ts'
import type { PushSending } from '#server/news/push.ts'
import type { TestClient } from './client.ts'

export class PushBrowser {
  readonly endpoint: string
  readonly #keys = createECDH('prime256v1')
  readonly #auth = randomBytes(16)

  constructor(endpoint: string) {
    this.endpoint = endpoint
    this.#keys.generateKeys()
  }

  request(hasText: boolean): PushRequest {
    return {
      endpoint: this.endpoint,
      p256dh: this.#keys.getPublicKey('base64url'),
      auth: this.#auth.toString('base64url'),
      hasText,
    }
  }

  async subscribe(client: TestClient, hasText = false): Promise<void> {
    await client.ask('PUT', pushPath, this.request(hasText))
  }

  /** As RFC 8291, section 3, and RFC 8188 say it. Throws for what was not sealed for this browser. */
  open(body: Uint8Array): PushMessage {
    const bytes = Buffer.from(body)
    const salt = bytes.subarray(0, 16)
    const keyEnd = 21 + (bytes[20] ?? 0)
    const serverKey = bytes.subarray(21, keyEnd)
    const sealed = bytes.subarray(keyEnd)
    const shared = this.#keys.computeSecret(serverKey)
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#keys.getPublicKey(), serverKey])
    const secret = Buffer.from(hkdfSync('sha256', shared, this.#auth, info, 32))
    const part = (name: string, size: number): Buffer =>
      Buffer.from(hkdfSync('sha256', secret, salt, `Content-Encoding: ${name}\0`, size))
    const decipher = createDecipheriv('aes-128-gcm', part('aes128gcm', 16), part('nonce', 12))
    decipher.setAuthTag(sealed.subarray(-16))
    const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
    // The last record ends with 2, and zeros after it.
    return JSON.parse(padded.subarray(0, padded.lastIndexOf(2)).toString('utf8')) as PushMessage
  }
}

/** Whom a message says it is from, once its signature was found to be by this key (RFC 8292, section 2). */
export function signerOf({ headers }: PushSending, publicKey: string): Readonly<Record<string, unknown>> {
  const [, token = '', key] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/u.exec(headers['Authorization'] ?? '') ?? []
  assert.equal(key, publicKey)
  const point = Buffer.from(publicKey, 'base64url')
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'))
  assert.ok(x !== undefined && y !== undefined)
  const [head = '', claims = '', signature = ''] = token.split('.')
  const isGenuine = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    {
      key: createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' }),
      dsaEncoding: 'ieee-p1363',
    },
    Buffer.from(signature, 'base64url'),
  )
  assert.ok(isGenuine, 'the signature is by this key')
  return JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as Record<string, unknown>
}
