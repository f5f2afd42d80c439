/** Which reactions are shown to whoever looks at a call. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { readCallReaction } from '#shared/call/standing.ts'
import { offeredReactions, ReactionsSeen } from '#web/call/reactions.ts'

const says = (clientId: number, n: number) => new Map([[clientId, { reaction: { emoji: '👏', n } }]])

test('[CA9] a reaction is shown once, however often its state is seen, and not if it was there before', () => {
  const seen = new ReactionsSeen(says(7, 1))
  assert.deepEqual(seen.look(says(7, 1), 0), [])
  assert.deepEqual(
    seen.look(says(7, 2), 10).map(({ clientId }) => clientId),
    [7],
  )
  assert.deepEqual(seen.look(says(7, 2), 20), [])
  assert.deepEqual(seen.look(new Map([[7, {}]]), 30), [])
  assert.equal(seen.look(says(7, 3), 40).length, 1)
})

test('[CA9] whatever is let through, no more than 5 at once and one a second of one peer are shown', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 400 })), {
        maxLength: 300,
      }),
      (said) => {
        const seen = new ReactionsSeen(new Map())
        const shown = new Map<number, number>()
        let nowMs = 0
        said.forEach(([clientId, passedMs], n) => {
          nowMs += passedMs
          const count = seen.look(says(clientId, n), nowMs).length
          shown.set(clientId, (shown.get(clientId) ?? 0) + count)
        })
        for (const count of shown.values()) assert.ok(count <= 5 + nowMs / 1_000)
        // Whoever comes in between is not kept waiting by the others.
        assert.equal(seen.look(says(9, 0), nowMs).length, 1)
      },
    ),
  )
})

test('[CA9] everything that is offered is a reaction', () => {
  for (const [emoji] of offeredReactions) assert.deepEqual(readCallReaction({ emoji, n: 0 }), { emoji, n: 0 })
})
