/**
 * Five words that two participants compare by voice, to know that nobody stands between them (T-07).
 *
 * Both ends hash the same text: the room, and the fingerprints of the two certificates that their connection was made
 * with, sorted. Who passes signals on can put other certificates in their place; then the words differ, but for one
 * case in 2^55. Rule CA10 of docs/PROTOCOL.md. Pure; loaded when somebody asks for a code.
 */
import { digest } from 'lib0/hash/sha256'
import type { RoomId } from '../ids.ts'
import { codeWords } from './code-words.ts'

const wordsCount = 5
const bitsPerWord = 11

/** `local` and `remote` are descriptions in force. Null where either names no certificate. */
export function pairCode(local: string, remote: string, roomId: RoomId): readonly string[] | null {
  const ends = [fingerprintsIn(local), fingerprintsIn(remote)]
  if (ends.includes('')) return null
  const hash = digest(bytesOf(['stoa pair code', roomId, ...ends.sort()].join('\n')))
  let bits = 0n
  for (const byte of hash.subarray(0, 8)) bits = (bits << 8n) | BigInt(byte)
  bits >>= BigInt(64 - wordsCount * bitsPerWord)
  return Array.from({ length: wordsCount }, (_, index) => {
    const shift = BigInt((wordsCount - 1 - index) * bitsPerWord)
    return codeWords[Number((bits >> shift) & 0x7ffn)] ?? ''
  })
}

/** All that are named (RFC 8122): an honest description has one, however often. */
function fingerprintsIn(sdp: string): string {
  const found = Array.from(
    sdp.matchAll(/^a=fingerprint:(\S+) +([0-9a-f:]+)\s*$/gim),
    ([, kind = '', value = '']) => `${kind} ${value}`.toLowerCase(),
  )
  return [...new Set(found)].sort().join(' ')
}

/** Of ASCII: ids and fingerprints are nothing else. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}
