/** In which order raised hands stand, with the server and without. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { PresenceState } from '#shared/presence/presence.ts'
import { HandsSeen } from '#web/call/hands.ts'

type Said = Pick<PresenceState, 'hand' | 'standing'>

const down: Said = {}
const toldAt = (handAtMs: number): Said => ({ standing: { handAtMs } })

/** Who stands in the list after each of these was seen, by clientID. */
function orders(...seen: readonly (readonly [said: Readonly<Record<number, Said>>, isLive: boolean])[]) {
  const hands = new HandsSeen()
  return seen.map(([said, isLive]) => {
    const states = new Map(Object.entries(said).map(([clientId, state]) => [Number(clientId), state]))
    return hands.look(states, isLive).map(({ clientId }) => clientId)
  })
}

test('[P5] hands that the server has timed stand in that order, whoever is seen first', () => {
  assert.deepEqual(orders([{ 1: toldAt(30), 2: down, 3: toldAt(10), 4: toldAt(20) }, true]), [[3, 4, 1]])
  assert.deepEqual(orders([{ 2: toldAt(10), 1: toldAt(10) }, true]), [[1, 2]])
})

test('[CA9] without the server they stay where they were, new ones come after them as they are seen, whatever is claimed', () => {
  assert.deepEqual(
    orders(
      [{ 1: toldAt(2_000), 2: toldAt(1_000), 3: down }, true],
      [{ 1: { hand: 2_000 }, 2: { hand: 1_000 }, 3: { hand: 1 } }, false],
      [{ 1: { hand: 0 }, 2: { hand: 1_000 }, 3: { hand: 1 }, 4: { hand: 0 } }, false],
      [{ 1: { hand: 0 }, 2: down, 3: { hand: 1 }, 4: { hand: 0 } }, false],
      [{ 1: { hand: 0 }, 2: { hand: 5 }, 3: { hand: 1 }, 4: { hand: 0 } }, false],
      [{ 1: toldAt(2_000), 2: toldAt(2_300), 3: toldAt(2_100), 4: { hand: 0 } }, true],
    ),
    [
      [2, 1],
      [2, 1, 3],
      [2, 1, 3, 4],
      [1, 3, 4],
      [1, 3, 4, 2],
      [1, 3, 2, 4],
    ],
  )
})

test('[CA9] who is not heard for a moment keeps their place while the server is away, and loses it while it is there', () => {
  const [one, two] = [{ hand: 0 }, { hand: 0 }]
  assert.deepEqual(orders([{ 1: one }, false], [{ 2: two }, false], [{ 2: two, 1: one }, false]), [
    [1],
    [2],
    [1, 2],
  ])
  assert.deepEqual(orders([{ 1: one }, false], [{ 2: two }, true], [{ 2: two, 1: one }, true]), [
    [1],
    [2],
    [2, 1],
  ])
})

test('[CA9] while no hand goes up or down none changes its place, however they are told of', () => {
  const clientIds = [1, 2, 3, 4]
  fc.assert(
    fc.property(
      fc.shuffledSubarray(clientIds, { minLength: 4 }),
      fc.array(fc.shuffledSubarray(clientIds)),
      (raised, heard) => {
        const hands = new HandsSeen()
        const up = new Map<number, Said>()
        for (const clientId of raised) hands.look(up.set(clientId, { hand: 0 }), false)
        for (const some of heard) {
          const shown = hands.look(new Map(some.map((clientId) => [clientId, { hand: 7 }])), false)
          assert.deepEqual(
            shown.map(({ clientId }) => clientId),
            raised.filter((clientId) => some.includes(clientId)),
          )
        }
      },
    ),
  )
})
