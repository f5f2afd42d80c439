/** The small pure parts of the call: budgets, codecs, loudness, slots in presence, sharing of snapshots. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { presenceSignallingSizeMax } from '#shared/limits.ts'
import { budgetOf, fullAllowance } from '#web/call/engine/budget.ts'
import { trimCodecs } from '#web/call/engine/codecs.ts'
import { hear, silent } from '#web/call/engine/levels.ts'
import { keepSame } from '#web/call/engine/same.ts'
import { packSlots } from '#web/call/engine/signals.ts'

test('a camera gets less the more people there are, and a voice always enough for speech', () => {
  const among = (participantsCount: number) => ({ ...fullAllowance, participantsCount })
  const cameras = [2, 3, 4, 5, 8].map((count) => budgetOf('camera', among(count)).maxBitrate)
  assert.deepEqual(cameras, [1_200_000, 600_000, 600_000, 250_000, 250_000])
  // Opus is transparent for speech from 20 kbit/s (RFC 7587 §3.1.1).
  for (const count of [2, 4, 8]) assert.ok(budgetOf('microphone', among(count)).maxBitrate >= 20_000)
  assert.equal(budgetOf('microphone', among(2)).priority, 'high')
})

test('of the codecs stay those that every browser has, and what they need for lost packets', () => {
  const codec = (mimeType: string, sdpFmtpLine = ''): RTCRtpCodec => ({
    mimeType,
    clockRate: 90_000,
    sdpFmtpLine,
  })
  const kept = trimCodecs([
    codec('audio/opus'),
    codec('audio/PCMU'),
    codec('video/VP8'),
    codec('video/rtx'),
    codec('video/AV1'),
    codec('video/VP9', 'profile-id=0'),
    codec('video/VP9', 'profile-id=2'),
    // As Firefox has it.
    codec('video/VP9', 'max-fs=12288;max-fr=60'),
    codec('video/H264', 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f'),
    codec('video/H264', 'level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f'),
  ])
  assert.deepEqual(
    kept.map(({ mimeType }) => mimeType),
    ['audio/opus', 'video/VP8', 'video/rtx', 'video/VP9', 'video/VP9', 'video/H264'],
  )
})

test('speaking begins with the first loud moment and outlasts the pauses between words', () => {
  const loud = hear(silent, 0.1, 1_000)
  assert.equal(loud.isSpeaking, true)
  assert.equal(hear(loud, 0, 1_500).isSpeaking, true)
  assert.equal(hear(loud, 0, 1_600).isSpeaking, false)
  assert.equal(hear(silent, 0.01, 1_000).isSpeaking, false)
})

test('[P4] the slots in presence never outgrow what the server lets pass', () => {
  const slot = (length: number) => ({
    s: 'aaaaaaaa',
    t: 'bbbbbbbb',
    g: 0,
    v: 0,
    o: [1, 'x'.repeat(length)] as const,
  })
  fc.assert(
    fc.property(fc.array(fc.nat(16_000), { maxLength: 20 }), (lengths) => {
      const slots = packSlots(lengths.map((length, i) => [2 ** 40 + i, slot(length)] as const))
      assert.ok(JSON.stringify(slots ?? {}).length < presenceSignallingSizeMax)
      assert.equal(slots === undefined, lengths.length === 0)
    }),
  )
})

test('a snapshot keeps every object that is as it was', () => {
  const track = new Date(0)
  const before = { list: [{ a: 1 }, { a: 2, track }], text: 'x' }
  assert.equal(keepSame(before, { list: [{ a: 1 }, { a: 2, track }], text: 'x' }), before)
  const after = keepSame(before, { list: [{ a: 1 }, { a: 2, track: new Date(0) }], text: 'x' })
  assert.notEqual(after, before)
  assert.equal(after.list[0], before.list[0])
  assert.notEqual(after.list[1], before.list[1])
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      assert.deepEqual(keepSame(one, other), other)
      assert.equal(keepSame(one, structuredClone(one)), one)
    }),
  )
})
