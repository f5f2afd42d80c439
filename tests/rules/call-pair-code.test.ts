/** The five words of a pair: the same at both ends, and others where anything between them differs. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { codeWords } from '#shared/call/code-words.ts'
import { pairCode } from '#shared/call/pair-code.ts'
import type { RoomId } from '#shared/ids.ts'

const roomId = 'AAAAAAAAAAAAAAAAAAAAAA' as RoomId
const fingerprint = (byte: string) => Array<string>(32).fill(byte).join(':')
const sdpOf = (byte: string) =>
  ['v=0', 'm=audio 9', `a=fingerprint:sha-256 ${fingerprint(byte)}`, 'm=video 9', ''].join('\r\n')
const alice = sdpOf('A1')
const bob = sdpOf('B2')

test('[CA10] both ends make the same five words, whoever comes first and however often it is named', () => {
  const code = pairCode(alice, bob, roomId)
  assert.equal(code?.length, 5)
  assert.deepEqual(pairCode(bob, alice, roomId), code)
  const often = `${bob.toLowerCase()}a=fingerprint:SHA-256 ${fingerprint('b2')}\r\n`
  assert.deepEqual(pairCode(alice, often, roomId), code)
  // Never another for the same: people may have written it down.
  assert.equal(code.join(' '), 'switch donkey possible tonight property')
})

test('[T-07] with another certificate in between, or in another room, the words differ', () => {
  const mallory = sdpOf('C3')
  const codes = [
    pairCode(alice, bob, roomId),
    pairCode(alice, mallory, roomId),
    pairCode(mallory, bob, roomId),
    pairCode(alice, `${bob}a=fingerprint:sha-256 ${fingerprint('C3')}\r\n`, roomId),
    pairCode(alice, bob, 'BAAAAAAAAAAAAAAAAAAAAA' as RoomId),
  ].map((code) => code?.join(' '))
  assert.equal(new Set(codes).size, codes.length)
  assert.ok(!codes.includes(undefined))
})

test('[CA10] without a certificate there is no code', () => {
  assert.equal(pairCode(alice, 'v=0\r\n', roomId), null)
  assert.equal(pairCode('', bob, roomId), null)
})

test('[CA10] the words are 2,048 different ones, told apart by their first four letters', () => {
  assert.equal(codeWords.length, 2_048)
  assert.equal(new Set(codeWords.map((word) => word.slice(0, 4))).size, 2_048)
  assert.ok(codeWords.every((word) => /^[a-z]{3,8}$/.test(word)))
})
