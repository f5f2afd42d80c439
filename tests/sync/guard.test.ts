/** The guard alone: what an update may hold, and that nothing of a refused one enters. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as encoding from 'lib0/encoding'
import fc from 'fast-check'
import * as Y from 'yjs'
import { inspectReading, inspectUpdate, type Verdict } from '#server/sync/guard.ts'
import { messageKey } from '#shared/chat/message.ts'
import { clientIdOf, serverSeat, type Seat } from '#shared/ids.ts'
import type { DocumentKind, Role } from '#shared/room.ts'
import { policies } from '#shared/sync/policy.ts'
import { anyContent, deletedContent, entryIn, gc, handmade } from '../fuzz/handmade.ts'
import { changeOf, drawIn, replicaOf, sayIn } from '../support/seated.ts'

const alice = 1 as Seat
const bob = 2 as Seat

type Case = Readonly<{
  seat?: Seat
  role?: Role
  kind?: DocumentKind
  isHandshake?: boolean
}>

function judge(doc: Y.Doc, update: Uint8Array, options: Case = {}): Verdict {
  const { seat = alice, role = 'member', kind = 'chat', isHandshake = false } = options
  return inspectUpdate(update, {
    doc,
    policy: policies[kind],
    writer: { seat, role, canDraw: true, canPost: true },
    isHandshake,
  })
}

function isRefused(verdict: Verdict, reason: RegExp): void {
  assert.ok(verdict.outcome === 'refuse', JSON.stringify(verdict))
  assert.match(verdict.reason, reason)
}

/** What the server has: empty, or what these updates bring. */
function serverDoc(kind: DocumentKind, ...updates: readonly Uint8Array[]): Y.Doc {
  const doc = replicaOf(serverSeat, kind)
  for (const update of updates) Y.applyUpdate(doc, update)
  return doc
}

const own = clientIdOf(alice, 1)
const ownKey = messageKey(alice, Date.UTC(2026, 6, 1), 0.5)

test('an honest message, edit and deletion of one’s own are admitted, and say the same when written anew', () => {
  const doc = serverDoc('chat')
  const page = replicaOf(alice)
  const { key, update } = sayIn(page, alice, 'Hello')
  const changes = [
    update,
    changeOf(page, () => page.getMap('m').set(key, { x: 'Hello there', l: 1, ed: 5 })),
    changeOf(page, () => page.getMap('m').delete(key)),
  ]
  for (const change of changes) {
    const verdict = judge(doc, change)
    assert.ok(verdict.outcome === 'admit')
    Y.applyUpdate(doc, verdict.update)
    assert.deepEqual(judge(doc, change).outcome, 'known', 'the same again brings nothing')
  }
  assert.equal(doc.getMap('m').size, 0)
})

test('[Y-01] a struct under another’s clientID is refused, and the other’s next change still enters', () => {
  const page = replicaOf(bob)
  const doc = serverDoc('chat', sayIn(page, bob, 'one').update)
  const forged = replicaOf(bob)
  Y.applyUpdate(forged, Y.encodeStateAsUpdate(doc))
  isRefused(judge(doc, sayIn(forged, bob, 'not by Bob').update), /another seat/)
  assert.equal(judge(doc, sayIn(page, bob, 'two').update, { seat: bob }).outcome, 'admit')
})

test('[CH1] a key that names another seat is refused', () => {
  isRefused(judge(serverDoc('chat'), sayIn(replicaOf(alice), bob, 'signed Bob').update), /schema/)
})

test('[CH2] an empty message and one too long are refused by the server as well', () => {
  for (const text of ['', '   ', 'x'.repeat(4_001)]) {
    isRefused(judge(serverDoc('chat'), sayIn(replicaOf(alice), alice, text).update), /schema/)
  }
})

test('[CH4] stamps and the page’s head are the server’s: nobody else writes them', () => {
  const stamps = changeOf(replicaOf(alice), (page) => page.getArray('s').push([ownKey, 0]))
  isRefused(judge(serverDoc('chat'), stamps, { role: 'owner' }), /outside the root maps|schema/)
  const head = changeOf(replicaOf(alice), (page) => page.getMap('p').set('a0', 1))
  isRefused(judge(serverDoc('chat'), head, { role: 'owner' }), /schema/)
})

test('[Y-02] clocks and lengths near 2^53 are refused', () => {
  for (const clock of [2 ** 53 - 2, 2 ** 53 - 1]) {
    isRefused(judge(serverDoc('chat'), handmade([{ client: own, clock, structs: [gc(5)] }])), /./)
  }
  isRefused(judge(serverDoc('chat'), handmade([{ client: own, clock: 0, structs: [gc(2 ** 52)] }])), /item/)
})

test('[Y-03] deleting what others wrote is refused; a moderator may', () => {
  const doc = serverDoc('chat', sayIn(replicaOf(bob), bob, 'mine').update)
  const page = replicaOf(alice)
  Y.applyUpdate(page, Y.encodeStateAsUpdate(doc))
  const deletion = changeOf(page, () => {
    for (const key of page.getMap('m').keys()) page.getMap('m').delete(key)
  })
  isRefused(judge(doc, deletion), /another’s/)
  assert.equal(judge(doc, deletion, { role: 'moderator' }).outcome, 'admit')
})

test('[Y-04] [Y-05] contents of length 0 are refused', () => {
  const empty = [
    entryIn('m', ownKey, deletedContent, (encoder) => encoding.writeVarUint(encoder, 0)),
    entryIn('m', ownKey, anyContent, (encoder) => encoding.writeVarUint(encoder, 0)),
    gc(0),
  ]
  for (const struct of empty) {
    isRefused(judge(serverDoc('chat'), handmade([{ client: own, clock: 0, structs: [struct] }])), /./)
  }
})

test('[Y-06] [Y-07] [Y-08] kinds of content that the schema does not have are refused', () => {
  const changes: ((page: Y.Doc) => void)[] = [
    (page) => page.getMap('m').set(ownKey, new Y.Map()),
    (page) => page.getMap('m').set(ownKey, new Y.Text('x')),
    (page) => page.getMap('m').set(ownKey, new Uint8Array([1])),
    (page) => page.getMap('m').set(ownKey, new Y.Doc()),
    (page) => page.getMap('m').set(ownKey, { x: 'deep', l: 1, at: [['a']] }),
    (page) => page.getMap('m').set(ownKey, { x: 'more', l: 1, html: '<b>' }),
    (page) => page.getMap('m').set(ownKey, 'words alone'),
  ]
  for (const change of changes) {
    isRefused(judge(serverDoc('chat'), changeOf(replicaOf(alice), change)), /./)
  }
  for (let kind = 9; kind < 32; kind++) {
    const struct = entryIn('m', ownKey, kind, (encoder) => encoding.writeVarUint(encoder, 1))
    isRefused(judge(serverDoc('chat'), handmade([{ client: own, clock: 0, structs: [struct] }])), /./)
  }
})

test('[D2] [Y-10] a root that the kind of document does not have is refused', () => {
  const change = changeOf(replicaOf(alice), (page) => page.getMap('other').set(ownKey, { x: 'x', l: 1 }))
  isRefused(judge(serverDoc('chat'), change), /schema/)
  isRefused(judge(serverDoc('board'), change, { kind: 'board' }), /schema/)
})

test('[D3] nobody but the server changes a room’s document, whatever their role', () => {
  const change = changeOf(replicaOf(alice, 'room'), (page) => page.getMap('info').set('title', 'Mine'))
  isRefused(judge(serverDoc('room'), change, { kind: 'room', role: 'owner' }), /may not write/)
})

test('[Y-12] a gap before a struct is refused', () => {
  const page = replicaOf(alice)
  sayIn(page, alice, 'kept back')
  isRefused(judge(serverDoc('chat'), sayIn(page, alice, 'second').update), /gap/)
})

test('[Y-13] an origin that is not there, is another’s, or comes later is refused', () => {
  const overwrite = (client: number, clock: number) => (encoder: encoding.Encoder) => {
    encoding.writeUint8(encoder, anyContent | 0x80)
    encoding.writeVarUint(encoder, client)
    encoding.writeVarUint(encoder, clock)
    encoding.writeVarUint(encoder, 1)
    encoding.writeAny(encoder, { x: 'x', l: 1 })
  }
  for (const [client, clock] of [
    [own, 0],
    [own, 1],
    [clientIdOf(bob, 1), 0],
  ] as const) {
    isRefused(
      judge(serverDoc('chat'), handmade([{ client: own, clock: 0, structs: [overwrite(client, clock)] }])),
      /origin/,
    )
  }
})

test('[Y-15] deletions of nothing, of what is not there, out of order or twice are refused', () => {
  const doc = serverDoc('chat', sayIn(replicaOf(alice), alice, 'one').update)
  const of = (...ranges: readonly (readonly [number, number])[]): Uint8Array =>
    handmade([], [{ client: own, ranges }])
  for (const ranges of [[[0, 0]], [[0, 2 ** 53 - 1]], [[5, 1]]] as const)
    isRefused(judge(doc, of(...ranges)), /./)
  isRefused(judge(doc, of([0, 1], [0, 1])), /order/)
  assert.equal(judge(doc, of([0, 1])).outcome, 'admit')
})

test('[Y-16] a key or a field named __proto__ neither enters nor reaches a prototype', () => {
  const key = changeOf(replicaOf(alice), (page) => page.getMap('m').set('__proto__', { x: 'x', l: 1 }))
  isRefused(judge(serverDoc('chat'), key), /schema/)
  const value = entryIn('m', ownKey, anyContent, (encoder) => {
    encoding.writeVarUint(encoder, 1)
    // lib0's object: 118, number of fields, then each name and value.
    encoding.writeUint8(encoder, 118)
    encoding.writeVarUint(encoder, 1)
    encoding.writeVarString(encoder, '__proto__')
    encoding.writeAny(encoder, { x: 'inherited', l: 1 })
  })
  isRefused(judge(serverDoc('chat'), handmade([{ client: own, clock: 0, structs: [value] }])), /schema/)
  assert.equal(Object.hasOwn(Object.prototype, 'x'), false)
})

test('[Y-25] who may not write is refused', () => {
  const policy = { ...policies.chat, mayWrite: () => false }
  const writer = { seat: alice, role: 'member', canDraw: true, canPost: true } as const
  const { update } = sayIn(replicaOf(alice), alice, 'Hello')
  isRefused(inspectUpdate(update, { doc: serverDoc('chat'), policy, writer, isHandshake: true }), /may not/)
})

test('[Y-25] [BO5] of somebody who may only read nothing is refused, but whatever is new is left out', () => {
  const page = replicaOf(alice, 'board')
  const first = drawIn(page, alice)
  const doc = serverDoc('board', first.update)
  const reading = (update: Uint8Array) => inspectReading(update, { doc, seat: alice })
  assert.deepEqual(reading(Y.encodeStateAsUpdate(page)), { outcome: 'known' })
  Y.applyUpdate(page, drawIn(replicaOf(bob, 'board'), bob).update)
  assert.deepEqual(reading(Y.encodeStateAsUpdate(page)), { outcome: 'known' }, 'Bob brings what is Bob’s')
  const erasure = changeOf(page, () => page.getMap('shapes').delete(first.id))
  assert.deepEqual(reading(erasure), { outcome: 'left-out' })
  drawIn(page, alice)
  assert.deepEqual(reading(drawIn(page, alice).update), { outcome: 'left-out' }, 'also after a gap')
  assert.deepEqual(reading(Y.encodeStateAsUpdate(page)), { outcome: 'left-out' })
  assert.equal(reading(erasure.subarray(0, -1)).outcome, 'refuse')
  assert.deepEqual([...doc.getMap('shapes').keys()], [first.id])
})

test('[BO1] a stroke as the schema has it enters, and no other row', () => {
  const good = drawIn(replicaOf(alice, 'board'), alice)
  assert.equal(judge(serverDoc('board'), good.update, { kind: 'board' }).outcome, 'admit')
  for (const row of [{ k: 'iframe' }, { k: 'stroke', c: 99, w: 4, z: 'V', p: new Uint8Array([16]) }, 'x']) {
    const change = changeOf(replicaOf(alice, 'board'), (page) => page.getMap('shapes').set(good.id, row))
    isRefused(judge(serverDoc('board'), change, { kind: 'board' }), /schema/)
  }
})

test('what the handshake brings of others is left out, and what is one’s own enters', () => {
  const page = replicaOf(alice)
  Y.applyUpdate(page, sayIn(replicaOf(bob), bob, 'seen by Alice only').update)
  const { key } = sayIn(page, alice, 'mine')
  const verdict = judge(serverDoc('chat'), Y.encodeStateAsUpdate(page), { isHandshake: true })
  assert.deepEqual(verdict.outcome === 'admit' ? verdict.entries.map((entry) => entry.key) : verdict, [key])
  isRefused(judge(serverDoc('chat'), Y.encodeStateAsUpdate(page)), /another seat/)
})

test('[Y-21] bytes of Yjs’ second format and any other bytes are refused or known, and never thrown at', () => {
  const page = replicaOf(alice)
  sayIn(page, alice, 'Hello')
  const second = Y.encodeStateAsUpdateV2(page)
  assert.notEqual(judge(serverDoc('chat'), second).outcome, 'admit')
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, isHandshake) => {
      const doc = serverDoc('chat')
      const verdict = judge(doc, bytes, { isHandshake })
      if (verdict.outcome === 'admit') Y.applyUpdate(doc, verdict.update)
      assert.equal(doc.getMap('m').size, 0)
    }),
  )
})

test('[W-03] an honest update with a bit turned over is refused, or is still a change of one’s own', () => {
  const page = replicaOf(alice)
  const { update } = sayIn(page, alice, 'Hello')
  fc.assert(
    fc.property(fc.nat(update.length * 8 - 1), (bit) => {
      const bytes = update.slice()
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const doc = serverDoc('chat')
      const verdict = judge(doc, bytes)
      if (verdict.outcome !== 'admit') return
      Y.applyUpdate(doc, verdict.update)
      for (const key of doc.getMap('m').keys()) assert.ok(key.startsWith('1.'), key)
      assert.equal(doc.store.pendingStructs, null)
    }),
    { numRuns: 500 },
  )
})

test('[Y-23] honest changes of two people, in any order and with their own deletions, are never refused', () => {
  const action = fc.record({
    isAlice: fc.boolean(),
    kind: fc.constantFrom('say', 'edit', 'delete', 'sync'),
    pick: fc.nat(20),
  })
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const doc = serverDoc('chat')
      const pages = new Map([alice, bob].map((seat) => [seat, replicaOf(seat)]))
      const keys = new Map<Seat, string[]>([alice, bob].map((seat) => [seat, []]))
      for (const { isAlice, kind, pick } of actions) {
        const seat = isAlice ? alice : bob
        const page = pages.get(seat)
        const own = keys.get(seat)
        assert.ok(page !== undefined && own !== undefined)
        const key = own[pick % Math.max(1, own.length)]
        if (kind === 'sync') Y.applyUpdate(page, Y.encodeStateAsUpdate(doc, Y.encodeStateVector(page)))
        else if (kind === 'say') own.push(sayIn(page, seat, `message ${String(pick)}`).key)
        else if (key !== undefined && page.getMap('m').has(key)) {
          if (kind === 'edit') page.getMap('m').set(key, { x: 'edited', l: 2, ed: 1 })
          else page.getMap('m').delete(key)
        }
        if (pick % 3 === 0) continue // Offline for a while: the next handshake brings it.
        const update = Y.encodeStateAsUpdate(page, Y.encodeStateVector(doc))
        const verdict = judge(doc, update, { seat, isHandshake: true })
        assert.notEqual(verdict.outcome, 'refuse', JSON.stringify(verdict))
        if (verdict.outcome === 'admit') Y.applyUpdate(doc, verdict.update)
      }
    }),
  )
})
