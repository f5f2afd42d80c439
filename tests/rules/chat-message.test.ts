/** What a chat message is, and whose. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { seatMax, type Seat } from '#shared/ids.ts'
import { mentionsMax, messageLengthMax, orderJumpMax } from '#shared/limits.ts'
import { isMessageValue, messageKey, parseMessageKey, refuseMessageText } from '#shared/chat/message.ts'

const alice = 7 as Seat
const nowMs = Date.UTC(2026, 6, 1)

test('[CH1] a key tells whose message it is and when they say they wrote it', () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: seatMax }), fc.nat(2 ** 41), chance, (seat, sentAtMs, random) => {
      const key = messageKey(seat as Seat, sentAtMs, random)
      assert.deepEqual(parseMessageKey(key), { seat, sentAtMs })
    }),
  )
})

test('[CH1] keys of one person sort by time, and those of one moment differ by chance', () => {
  assert.ok(messageKey(alice, nowMs, 0.99) < messageKey(alice, nowMs + 1, 0))
  assert.notEqual(messageKey(alice, nowMs, 0.1), messageKey(alice, nowMs, 0.2))
})

test('[CH1] a name that is no key, or a second spelling of a seat, is nobody’s', () => {
  const time = '0mq3k1c0abc'
  assert.deepEqual(parseMessageKey(`7.${time}`)?.seat, alice)
  const others = ['', '7', `.${time}`, `0.${time}`, `07.${time}`, `7.${time}0`, `7.${time.slice(1)}`]
  const strange = [`7.${time.toUpperCase()}`, `zzzzz.${time}`, `7.${time}\n`, ` 7.${time}`, '__proto__']
  for (const key of [...others, ...strange]) assert.equal(parseMessageKey(key), null, JSON.stringify(key))
})

test('[CH2] the longest body is accepted and one more is refused', () => {
  const body = 'x'.repeat(messageLengthMax)
  assert.equal(refuseMessageText(body), null)
  assert.equal(refuseMessageText(body + 'x'), 'message-too-long')
  assert.equal(isMessageValue({ x: body, l: 1 }), true)
  assert.equal(isMessageValue({ x: body + 'x', l: 1 }), false)
})

test('[CH2] a body of spaces alone is empty', () => {
  for (const body of ['', ' ', '\n\t ', '\u00a0\u3000']) {
    assert.equal(refuseMessageText(body), 'message-empty', JSON.stringify(body))
    assert.equal(isMessageValue({ x: body, l: 1 }), false)
  }
})

test('[CH1] every field of a message is taken, at its limits', () => {
  const value = { x: 'hello', l: 0, re: '7.0mq3k1c0abc', th: '12.7.0mq3k1c0abc', at: ['1f:bob'], ed: nowMs }
  assert.equal(isMessageValue(value), true)
  assert.equal(isMessageValue({ ...value, l: Number.MAX_SAFE_INTEGER - orderJumpMax }), true)
  assert.equal(isMessageValue({ ...value, at: Array(mentionsMax).fill('1f:bob') }), true)
})

test('[CH1] what the schema does not have is no message', () => {
  const value = { x: 'hello', l: 1 }
  const faults: Readonly<Record<string, unknown>>[] = [
    { x: 1 },
    { l: -1 },
    { l: 0.5 },
    { l: NaN },
    { l: '1' },
    { l: Number.MAX_SAFE_INTEGER },
    { re: 'nobody' },
    { re: 1 },
    { th: 1 },
    { th: '7.0mq3k1c0abc' },
    { th: '-1.7.0mq3k1c0abc' },
    { th: '01.7.0mq3k1c0abc' },
    { at: 'bob' },
    { at: [1] },
    { at: ['bob'] },
    { at: ['0:bob'] },
    { at: ['1f:'] },
    { at: ['01f:bob'] },
    { at: [`1f:${'x'.repeat(140)}`] },
    { at: Array(mentionsMax + 1).fill('1f:bob') },
    { ed: -1 },
    { ed: null },
    { more: 1 },
  ]
  for (const fault of faults)
    assert.equal(isMessageValue({ ...value, ...fault }), false, JSON.stringify(fault))
  for (const other of [null, undefined, 'hello', 1, [], [value], {}, Object.create(value)]) {
    assert.equal(isMessageValue(other), false)
  }
})

test('[CH1] whatever a document holds is judged without a throw', () => {
  fc.assert(
    fc.property(fc.anything(), fc.string({ unit: 'binary' }), (value, key) => {
      assert.equal(typeof isMessageValue(value), 'boolean')
      const parts = parseMessageKey(key)
      assert.ok(parts === null || key.startsWith(`${parts.seat.toString(36)}.`))
    }),
  )
})
