/** Call signals: what is read from others, and what is not. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { newCallSession, readCallPresence, readSignalSlot, slotSize } from '#shared/call/signal.ts'
import { signalSlotSizeMax } from '#shared/limits.ts'
import { readControl, writeControl } from '#web/call/engine/control.ts'

const session = fc.stringMatching(/^[a-z0-9]{8}$/)
const counter = fc.nat(1_000_000)
const sdp = fc.string({ maxLength: 40 }).map((text) => `v=0\r\n${text}`)
const description = fc.tuple(counter, sdp)
const candidate = fc.record(
  {
    candidate: fc.string({ maxLength: 100 }),
    sdpMid: fc.option(fc.string({ maxLength: 4 })),
    sdpMLineIndex: fc.option(fc.nat(9)),
    usernameFragment: fc.option(fc.string({ maxLength: 8 })),
  },
  { noNullPrototype: true },
)
const slot = fc.record(
  { s: session, t: session, g: counter, v: counter, o: description, a: description, c: fc.array(candidate) },
  { requiredKeys: ['s', 't', 'g', 'v'], noNullPrototype: true },
)

test('[CA1] every slot is read back from its JSON as it was', () => {
  fc.assert(
    fc.property(slot, (written) => {
      fc.pre(slotSize(written) <= signalSlotSizeMax)
      assert.deepEqual(readSignalSlot(JSON.parse(JSON.stringify(written))), written)
      assert.deepEqual(readControl(writeControl({ k: 'slot', slot: written })), { k: 'slot', slot: written })
    }),
  )
})

test('[S-02] no value at all makes the readers throw', () => {
  const damaged = fc.tuple(slot, fc.constantFrom('s', 't', 'g', 'v', 'o', 'a', 'c'), fc.anything())
  const values = fc.oneof(
    fc.anything({ withNullPrototype: true, withBigInt: true }),
    damaged.map(([whole, key, value]) => ({ ...whole, [key]: value })),
  )
  fc.assert(
    fc.property(values, (value) => {
      readSignalSlot(value)
      readCallPresence(value)
      readControl(value)
    }),
    { numRuns: 2_000 },
  )
  fc.assert(fc.property(fc.json(), (text) => void readControl(text)))
})

test('[S-02] what is not wholly a slot is ignored, and a slot holds nothing but what a slot has', () => {
  const honest = { s: 'aaaaaaaa', t: 'bbbbbbbb', g: 0, v: 0 }
  const wrong: object[] = [
    { s: 'AAAAAAAA' },
    { t: 'short' },
    { g: -1 },
    { g: 1.5 },
    { g: 1_000_001 },
    { v: Number.NaN },
    { o: [1] },
    { o: ['1', 'v=0'] },
    { a: [1, 2] },
    { c: {} },
    { c: [null] },
    {
      c: Array.from({ length: 129 }, () => ({
        candidate: '',
        sdpMid: null,
        sdpMLineIndex: null,
        usernameFragment: null,
      })),
    },
    { c: [{ candidate: 'x'.repeat(513), sdpMid: null, sdpMLineIndex: null, usernameFragment: null }] },
    { o: [1, 'x'.repeat(signalSlotSizeMax)] },
  ]
  for (const part of wrong)
    assert.equal(readSignalSlot({ ...honest, ...part }), null, JSON.stringify(part).slice(0, 60))
  const padded: unknown = JSON.parse(
    JSON.stringify({ ...honest, extra: 'x' }).replace('{', '{"__proto__":{"o":1},'),
  )
  assert.deepEqual(readSignalSlot(padded), honest)
})

test('[S-02] a slot of the largest size is read, and one character more is not', () => {
  const sized = (length: number): object => ({
    s: 'aaaaaaaa',
    t: 'bbbbbbbb',
    g: 0,
    v: 0,
    o: [1, 'x'.repeat(length)],
  })
  const room = signalSlotSizeMax - JSON.stringify(sized(0)).length
  assert.notEqual(readSignalSlot(sized(room)), null)
  assert.equal(readSignalSlot(sized(room + 1)), null)
})

test('[CA2] a session is eight characters of base36, whatever chance gives', () => {
  fc.assert(
    fc.property(
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      (chances) => {
        const made = newCallSession(() => chances.next().value as number)
        const call = { session: made, hasMicrophone: true, hasCamera: false, hasScreen: false }
        assert.deepEqual(readCallPresence(call), call)
      },
    ),
  )
})
