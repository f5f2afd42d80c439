/** `npm run fuzz` for a few seconds, from a fixed seed; and Yjs itself, with and without the guard. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import * as Y from 'yjs'
import { inspectUpdate } from '#server/sync/guard.ts'
import { serverSeat, type Seat } from '#shared/ids.ts'
import { policies } from '#shared/sync/policy.ts'
import { emptyTally, playRound } from '../fuzz/round.ts'
import { shownIn, type FuzzedKind } from '../fuzz/world.ts'
import { changeOf, drawIn, replicaOf, sayIn } from '../support/seated.ts'

const rounds = 250
const alice = 1 as Seat

test('[Y-22] [Y-23] hostile updates change nothing that is another’s, and honest ones are never refused', () => {
  const tally = emptyTally()
  for (let seed = 1; seed <= rounds; seed++) playRound(seed, tally)
  // Otherwise it has shown nothing.
  assert.ok(tally.honest > 3_000 && tally.attacks > 3_000, 'both have done something')
  assert.ok(tally.admitted > 500, 'some attacks came as far as the document')
  assert.ok(tally.reasons.size > 25, 'most rules were needed')
})

const kind = fc.constantFrom<FuzzedKind>('chat', 'board')
const actions = fc.array(
  fc.record({ does: fc.constantFrom('add', 'replace', 'delete', 'reopen'), pick: fc.nat(20) }),
  { minLength: 1, maxLength: 30 },
)

type Action = Readonly<{ does: string; pick: number }>

/** What a page says, change by change. */
function updatesOf(kind: FuzzedKind, actions: readonly Action[]): readonly Uint8Array[] {
  const page = replicaOf(alice, kind)
  const map = page.getMap(kind === 'chat' ? 'm' : 'shapes')
  const add = kind === 'chat' ? () => sayIn(page, alice, 'words').update : () => drawIn(page, alice).update
  return actions.flatMap(({ does, pick }) => {
    const key = [...map.keys()][pick % Math.max(1, map.size)]
    if (does === 'reopen') page.clientID += 1
    if (does === 'add') return [add()]
    if (key === undefined || does === 'reopen') return []
    const value = map.get(key)
    const change = (): void => {
      if (does === 'delete') map.delete(key)
      else map.set(key, value)
    }
    return [changeOf(page, change)]
  })
}

function inspect(doc: Y.Doc, kind: FuzzedKind, update: Uint8Array, isHandshake = false) {
  const writer = { seat: alice, role: 'member', canDraw: true, canPost: true } as const
  return inspectUpdate(update, { doc, policy: policies[kind], writer, isHandshake })
}

test('[Y-23] an honest page’s updates make the same document with the guard as without, one by one or merged', () => {
  fc.assert(
    fc.property(kind, actions, fc.boolean(), (kind, actions, isMerged) => {
      const updates = updatesOf(kind, actions)
      const [guarded, bare] = [replicaOf(serverSeat, kind), replicaOf(serverSeat, kind)]
      for (const update of isMerged && updates.length > 0 ? [Y.mergeUpdates([...updates])] : updates) {
        Y.applyUpdate(bare, update)
        const verdict = inspect(guarded, kind, update, isMerged)
        assert.ok(verdict.outcome === 'admit', JSON.stringify(verdict))
        assert.deepEqual(verdict.update, update)
        Y.applyUpdate(guarded, verdict.update)
      }
      assert.deepEqual(Y.encodeStateAsUpdate(guarded), Y.encodeStateAsUpdate(bare))
    }),
  )
})

test('[W-03] whatever bytes of honest updates are replaced, what is admitted is applied whole', () => {
  const bytes = fc.array(fc.record({ at: fc.nat(4_000), byte: fc.nat(255) }), { minLength: 1, maxLength: 4 })
  let admitted = 0
  fc.assert(
    fc.property(kind, actions, bytes, fc.boolean(), (kind, actions, replaced, isHandshake) => {
      const doc = replicaOf(serverSeat, kind)
      for (const update of updatesOf(kind, actions)) {
        const changed = new Uint8Array(update)
        for (const { at, byte } of replaced) changed[at % changed.length] = byte
        const verdict = inspect(doc, kind, changed, isHandshake)
        if (verdict.outcome !== 'admit') continue
        admitted += 1
        Y.applyUpdate(doc, verdict.update)
        assert.deepEqual([doc.store.pendingStructs, doc.store.pendingDs], [null, null])
      }
      const again = replicaOf(serverSeat, kind)
      Y.applyUpdate(again, Y.encodeStateAsUpdate(doc))
      assert.deepEqual(shownIn(again, kind), shownIn(doc, kind))
    }),
    { numRuns: 300 },
  )
  assert.ok(admitted > 0)
})
