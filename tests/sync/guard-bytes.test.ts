/** The guard and what is written by hand: numbers, order and texts that Yjs would take in and a page never writes. */
import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import { test } from 'node:test'
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { inspectUpdate, type Verdict } from '#server/sync/guard.ts'
import { messageKey } from '#shared/chat/message.ts'
import { clientIdOf, serverSeat, type Seat } from '#shared/ids.ts'
import { policies } from '#shared/sync/policy.ts'
import {
  anyContent,
  anyOf,
  besides,
  deletedContent,
  entryIn,
  handmade,
  type Section,
  type Write,
} from '../fuzz/handmade.ts'
import { changeOf, replicaOf, sayIn } from '../support/seated.ts'

const alice = 1 as Seat
const bob = 2 as Seat
const own = clientIdOf(alice, 1)
const ownKey = messageKey(alice, Date.UTC(2026, 6, 1), 0.5)
const words = { x: 'Hello', l: 1 }
const entry = entryIn('m', ownKey, anyContent, anyOf(words))

function judge(update: Uint8Array, doc = replicaOf(serverSeat), isHandshake = false): Verdict {
  return inspectUpdate(update, {
    doc,
    policy: policies.chat,
    writer: { seat: alice, role: 'member', canDraw: true, canPost: true },
    isHandshake,
  })
}

function isRefused(verdict: Verdict, reason: RegExp): void {
  assert.ok(verdict.outcome === 'refuse', verdict.outcome)
  assert.match(verdict.reason, reason)
}

const sectionOf = (client: number, ...structs: readonly Write[]): Section => ({ client, clock: 0, structs })

/** Milliseconds. */
function timeOf(work: () => void): number {
  const startedAtMs = performance.now()
  work()
  return performance.now() - startedAtMs
}

test('[Y-09] 60,000 writes of one key in one handshake enter, and are judged in about the time they take to apply', () => {
  const structs = Array.from({ length: 60_000 }, (_, clock) =>
    clock === 0 ? entry : besides({ origin: { client: own, clock: clock - 1 } }, anyContent, anyOf(words)),
  )
  const update = handmade([{ client: own, clock: 0, structs }])
  isRefused(judge(update), /too many/)
  let verdict: Verdict | undefined
  const judgedMs = timeOf(() => (verdict = judge(update, replicaOf(serverSeat), true)))
  assert.ok(verdict?.outcome === 'admit')
  const doc = replicaOf(serverSeat)
  const admitted = verdict.update
  const appliedMs = timeOf(() => Y.applyUpdate(doc, admitted))
  assert.deepEqual(doc.getMap('m').toJSON(), { [ownKey]: words })
  // Were it to look along the chain for each, it would take minutes.
  assert.ok(judgedMs < 5 * appliedMs + 200, `judged in ${judgedMs} ms, applied in ${appliedMs} ms`)
})

test('[Y-09] writes of one key that would be walked over again and again are refused', () => {
  const other = clientIdOf(alice, 2)
  const chain = Array.from({ length: 10_000 }, (_, clock) =>
    clock === 0 ? entry : besides({ origin: { client: own, clock: clock - 1 } }, anyContent, anyOf(words)),
  )
  const anew = sectionOf(other, ...Array.from({ length: 10_000 }, () => entry))
  const first = besides({ origin: { client: own, clock: 0 } }, anyContent, anyOf(words))
  const behind = sectionOf(other, ...Array.from({ length: 10_000 }, () => first))
  const page = replicaOf(serverSeat)
  Y.applyUpdate(page, handmade([sectionOf(own, ...chain)]))
  for (const section of [anew, behind]) {
    isRefused(judge(handmade([section, sectionOf(own, ...chain)]), undefined, true), /concurrent/)
    isRefused(judge(handmade([section]), page, true), /concurrent/)
  }
})

test('[Y-03] [Y-10] an entry that comes deleted takes the place of nothing that is another’s, and makes no root', () => {
  const { key, update } = sayIn(replicaOf(bob), bob, 'mine')
  const doc = replicaOf(serverSeat)
  Y.applyUpdate(doc, update)
  const gone: Write = (encoder) => encoding.writeVarUint(encoder, 1)
  for (const struct of [
    besides({ origin: { client: clientIdOf(bob, 1), clock: 0 } }, deletedContent, gone),
    entryIn('m', key, deletedContent, gone),
    entryIn('other', ownKey, deletedContent, gone),
    entryIn('p', 'a0', deletedContent, gone),
  ]) {
    for (const isHandshake of [false, true])
      isRefused(judge(handmade([sectionOf(own, struct)]), doc, isHandshake), /schema/)
  }
})

test('[Y-11] 20,000 clients of one struct each are refused, or left out where they are another’s', () => {
  const clients = (seat: Seat): Uint8Array =>
    handmade(Array.from({ length: 20_000 }, (_, index) => sectionOf(clientIdOf(seat, 20_000 - index), entry)))
  for (const isHandshake of [false, true])
    isRefused(judge(clients(alice), undefined, isHandshake), /too many/)
  assert.equal(judge(clients(bob), undefined, true).outcome, 'known')
})

test('[Y-14] an entry of a million undefined is refused, and no array of them is made', () => {
  const count = 1_000_000
  const content: Write = (encoder) => {
    encoding.writeVarUint(encoder, count)
    encoding.writeUint8Array(encoder, new Uint8Array(count).fill(127))
  }
  const update = handmade([sectionOf(own, entryIn('m', ownKey, anyContent, content))])
  isRefused(judge(update, undefined, true), /another kind/)
  const array: Write = (encoder) => {
    encoding.writeVarUint(encoder, 1)
    encoding.writeUint8(encoder, 117)
    content(encoder)
  }
  const nested = handmade([sectionOf(own, entryIn('m', ownKey, anyContent, array))])
  isRefused(judge(nested, undefined, true), /too many parts/)
})

test('[Y-17] a text that is not UTF-8 is refused, in a root, a key, a field and a value', () => {
  const marks = ['root', 'key', 'field', 'value'].map((name) => `<${name}>`)
  const [root = '', key = '', field = '', value = ''] = marks
  const update = handmade([sectionOf(own, entryIn(root, key, anyContent, anyOf({ [field]: value })))])
  // A lone surrogate in UTF-8's manner, an overlong "/", a sequence that is cut off.
  for (const bad of [
    [0xed, 0xa0, 0x80],
    [0xc0, 0xaf, 0x41],
    [0x41, 0x41, 0xe2],
  ]) {
    for (const mark of marks) {
      const bytes = new Uint8Array(update)
      const at = Buffer.from(bytes).indexOf(mark)
      assert.notEqual(at, -1)
      bytes.set(bad, at)
      isRefused(judge(bytes), /UTF-8/)
    }
  }
})

test('[Y-17] what a page makes of a lone surrogate is text', () => {
  const verdict = judge(sayIn(replicaOf(alice), alice, 'cut \ud83d here').update)
  assert.equal(verdict.outcome, 'admit')
})

test('[Y-18] neighbours of different parents, reversed, or within a text are refused', () => {
  const doc = replicaOf(serverSeat)
  Y.applyUpdate(
    doc,
    handmade([sectionOf(own, entry, entryIn('m', `${ownKey.slice(0, -1)}z`, anyContent, anyOf(words)))]),
  )
  const text = clientIdOf(bob, 1)
  Y.applyUpdate(
    doc,
    changeOf(replicaOf(bob), (page) => {
      page.clientID = text
      page.getText('t').insert(0, 'words')
    }),
  )
  const [a, b] = [
    { client: own, clock: 0 },
    { client: own, clock: 1 },
  ] as const
  const inText = { client: text, clock: 2 }
  const within: Write = (encoder) => {
    encoding.writeUint8(encoder, anyContent | 0x20)
    encoding.writeVarUint(encoder, 0)
    encoding.writeVarUint(encoder, text)
    encoding.writeVarUint(encoder, 0)
    encoding.writeVarString(encoder, ownKey)
    anyOf(words)(encoder)
  }
  const before = Y.encodeStateAsUpdate(doc)
  for (const struct of [
    besides({ origin: a, rightOrigin: b }, anyContent, anyOf(words)),
    besides({ origin: b, rightOrigin: a }, anyContent, anyOf(words)),
    besides({ rightOrigin: a }, anyContent, anyOf(words)),
    besides({ origin: inText }, anyContent, anyOf(words)),
    within,
  ]) {
    isRefused(judge(handmade([{ client: own, clock: 2, structs: [struct] }]), doc), /neighbour|outside/)
  }
  assert.deepEqual(Y.encodeStateAsUpdate(doc), before, 'looking has split nothing')
})

test('[Y-19] bytes after an update’s end are refused', () => {
  const { update } = sayIn(replicaOf(alice), alice, 'Hello')
  assert.equal(judge(update).outcome, 'admit')
  isRefused(judge(Buffer.concat([update, Buffer.of(0)])), /after its end/)
  isRefused(judge(Buffer.concat([update, update])), /after its end/)
})

test('[Y-20] the same client twice is refused, among structs and among deletions', () => {
  isRefused(judge(handmade([sectionOf(own, entry), sectionOf(own, entry)])), /twice/)
  const doc = replicaOf(serverSeat)
  Y.applyUpdate(doc, handmade([sectionOf(own, entry)]))
  const deletion = { client: own, ranges: [[0, 1]] } as const
  assert.equal(judge(handmade([], [deletion]), doc).outcome, 'admit')
  isRefused(judge(handmade([], [deletion, deletion]), doc), /twice/)
})

test('[Y-13] entries that wait for each other in a circle are refused', () => {
  const [low, high] = [clientIdOf(alice, 1), clientIdOf(alice, 2)]
  const after = (client: number, clock: number): Write =>
    besides({ origin: { client, clock } }, anyContent, anyOf(words))
  isRefused(judge(handmade([sectionOf(high, after(low, 0)), sectionOf(low, after(high, 0))])), /origin/)
  isRefused(judge(handmade([sectionOf(high, after(low, 1)), sectionOf(low, entry)])), /origin/)
})

test('[Y-23] what a tab wrote offline and the next tab edited enters, in either order of their ids', () => {
  for (const [first, second] of [
    [1, 2],
    [2, 1],
  ] as const) {
    const page = replicaOf(alice, 'chat', first)
    const { key } = sayIn(page, alice, 'one')
    page.clientID = clientIdOf(alice, second)
    page.getMap('m').set(key, { x: 'two', l: 1, ed: 5 })
    page.clientID = clientIdOf(alice, first)
    page.getMap('m').set(key, { x: 'three', l: 1, ed: 6 })
    const doc = replicaOf(serverSeat)
    const verdict = judge(Y.encodeStateAsUpdate(page), doc, true)
    assert.ok(verdict.outcome === 'admit', JSON.stringify(verdict))
    Y.applyUpdate(doc, verdict.update)
    assert.deepEqual(doc.getMap('m').toJSON(), page.getMap('m').toJSON())
    assert.equal(doc.store.pendingStructs, null)
  }
})

test('a length that reaches behind the bytes of an update reads nothing there', () => {
  const secret = Buffer.from('x'.repeat(64))
  const head = handmade([sectionOf(own, entryIn('m', ownKey, anyContent, anyOf({ x: '', l: 1 })))])
  const at = Buffer.from(head).lastIndexOf(Buffer.of(1, 'x'.charCodeAt(0), 119))
  const bytes = Buffer.concat([head.subarray(0, at + 3), Buffer.of(60), secret])
  isRefused(judge(bytes.subarray(0, at + 4)), /too early/)
})

test('a deletion’s clocks are used up like any others', () => {
  const gone = entryIn('m', ownKey, deletedContent, (encoder) => encoding.writeVarUint(encoder, 3))
  const doc = replicaOf(serverSeat)
  const verdict = judge(handmade([sectionOf(own, gone)]), doc)
  assert.ok(verdict.outcome === 'admit')
  assert.deepEqual(verdict.entries, [])
  Y.applyUpdate(doc, verdict.update)
  assert.equal(Y.getState(doc.store, own), 3)
})

test('[Y-23] deleted neighbours that Yjs has joined may begin with what the server knows, in a handshake', () => {
  const gone = (length: number): Uint8Array =>
    handmade([
      sectionOf(
        own,
        entryIn('m', ownKey, deletedContent, (encoder) => encoding.writeVarUint(encoder, length)),
      ),
    ])
  const doc = replicaOf(serverSeat)
  Y.applyUpdate(doc, gone(1))
  isRefused(judge(gone(3), doc), /partly known/)
  const verdict = judge(gone(3), doc, true)
  assert.ok(verdict.outcome === 'admit')
  Y.applyUpdate(doc, verdict.update)
  assert.equal(Y.getState(doc.store, own), 3)
  assert.equal(doc.store.pendingStructs, null)
})
