/**
 * What the environment says of paths for calls beside the direct ones: STUN_URLS, TURN_URLS and TURN_SECRET.
 *
 * None is needed, and none is there unless it is named: no address ever goes to a server that nobody chose.
 */
import type { Reading } from '../config.ts'
import { readIceUrl, type IceUrl } from './ice-url.ts'

export type IceConfig = Readonly<{
  stun: readonly IceUrl[]
  /** `secret` is what coturn calls `static-auth-secret`. */
  turn: Readonly<{ urls: readonly IceUrl[]; secret: string }> | null
}>

type Env = Readonly<Record<string, string | undefined>>

/** Browsers warn of five, and are slower with each. */
const urlsMax = 4

/** Null where nothing is named. */
export function readIceConfig(env: Env): Reading<IceConfig | null> {
  const stun = readUrls('STUN_URLS', env['STUN_URLS'])
  if ('fault' in stun) return stun
  const turn = readUrls('TURN_URLS', env['TURN_URLS'])
  if ('fault' in turn) return turn
  const secret = env['TURN_SECRET'] ?? ''
  if (turn.value.length === 0)
    return { value: stun.value.length === 0 ? null : { stun: stun.value, turn: null } }
  // The secret is not repeated.
  if (!/^[\x21-\x7e]{16,256}$/.test(secret)) {
    return {
      fault: {
        code: 'turn-secret-wrong',
        sentence: 'TURN_URLS is set, but TURN_SECRET is missing, too short or too long.',
        fix: 'Use 16 to 256 letters, digits and signs of ASCII, the same as static-auth-secret of coturn.',
      },
    }
  }
  return { value: { stun: stun.value, turn: { urls: turn.value, secret } } }
}

function readUrls(name: 'STUN_URLS' | 'TURN_URLS', text = ''): Reading<readonly IceUrl[]> {
  const isRelay = name === 'TURN_URLS'
  const parts = text.split(/[\s,]+/).filter((part) => part !== '')
  const urls = parts.map(readIceUrl).filter((url) => url?.isRelay === isRelay)
  if (urls.length === parts.length && urls.length <= urlsMax)
    return { value: urls.filter((url) => url !== null) }
  const example = isRelay ? 'turn:turn.example.org,turns:turn.example.org:443' : 'stun:turn.example.org'
  return {
    fault: {
      code: isRelay ? 'turn-urls-wrong' : 'stun-urls-wrong',
      sentence: `${name} is ${JSON.stringify(text)}, which cannot be used.`,
      fix: `Name up to ${String(urlsMax)} addresses with commas between them, such as ${example}.`,
    },
  }
}
