/** The order of a chat: the same for all, whatever arrives when, and whatever somebody claims. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Seat } from '#shared/ids.ts'
import { lateWindowMs, orderJumpMax } from '#shared/limits.ts'
import { messageKey } from '#shared/chat/message.ts'
import { compareMessages, Orders, type Ordered } from '#shared/chat/order.ts'

/** Stamps one after the other; each arrives `afterMs` later than the one before. */
function stampAll(arrivals: readonly Readonly<{ l: number; afterMs: number }>[]): {
  orders: number[]
  highest: number
} {
  const stamps = new Orders({ highest: 0, floor: 0, recent: [] })
  let nowMs = 0
  const orders = arrivals.map(({ l, afterMs }) => {
    nowMs += afterMs
    return stamps.stamp(l, nowMs)
  })
  return { orders, highest: stamps.highest }
}

const message: fc.Arbitrary<Ordered> = fc
  .record({
    seat: fc.integer({ min: 1, max: 3 }),
    sentAtMs: fc.nat(5),
    l: fc.nat(5),
    order: fc.option(fc.nat(5)),
  })
  .map(({ seat, sentAtMs, l, order }) => ({ key: messageKey(seat as Seat, sentAtMs, 0), l, order }))

const chat = fc.uniqueArray(message, { selector: ({ key }) => key, maxLength: 12 })

test('[CH3] whatever order messages come in, everyone sees the same', () => {
  fc.assert(
    fc.property(
      chat.chain((messages) =>
        fc.tuple(fc.constant(messages), fc.shuffledSubarray(messages, { minLength: messages.length })),
      ),
      ([one, other]) => {
        assert.deepEqual(one.toSorted(compareMessages), other.toSorted(compareMessages))
      },
    ),
  )
})

test('[CH3] messages show by order, Lamport time and key; unstamped ones of one’s own come last', () => {
  fc.assert(
    fc.property(chat, (messages) => {
      const shown = messages.toSorted(compareMessages)
      for (const [index, after] of shown.entries()) {
        const before = shown[index - 1]
        if (before === undefined) continue
        const [a, b] = [before, after].map(({ order, l, key }) => [order ?? Infinity, l, key] as const)
        const first = [0, 1, 2].find((at) => a?.[at] !== b?.[at]) ?? 2
        assert.ok((a?.[first] ?? 0) < (b?.[first] ?? 0), JSON.stringify([before, after]))
      }
    }),
  )
})

test('[CH3] a plausible Lamport time is the order', () => {
  const { orders } = stampAll([1, 2, 2, 3].map((l) => ({ l, afterMs: 100 })))
  assert.deepEqual(orders, [1, 2, 2, 3])
})

test('[CH3] a forged time goes no further than a million above the highest', () => {
  const { orders } = stampAll([
    { l: 5, afterMs: 0 },
    { l: Number.MAX_SAFE_INTEGER - orderJumpMax, afterMs: 1 },
    { l: 6, afterMs: 1 },
  ])
  assert.deepEqual(orders, [5, 5 + orderJumpMax, 6])
})

test('[CH3] a message stamped 30 s ago has been read: a late one comes after it, not before', () => {
  const lateBy = (afterMs: number): number | undefined =>
    stampAll([
      { l: 9, afterMs: 0 },
      { l: 2, afterMs },
    ]).orders[1]
  assert.equal(lateBy(lateWindowMs - 1), 2)
  assert.equal(lateBy(lateWindowMs), 10)
})

test('[CH3] a conversation that was held offline keeps its order when it arrives at once', () => {
  const { orders } = stampAll([
    { l: 40, afterMs: 0 },
    { l: 41, afterMs: lateWindowMs },
    { l: 43, afterMs: 0 },
    { l: 42, afterMs: 0 },
  ])
  assert.deepEqual(orders, [40, 41, 43, 42])
})

test('[CH3] whatever is claimed, an order is above the floor, below the jump, and never an unsafe number', () => {
  const arrival = fc.record({
    l: fc.oneof(fc.nat(50), fc.maxSafeNat()),
    afterMs: fc.nat(lateWindowMs * 2),
  })
  fc.assert(
    fc.property(fc.array(arrival, { minLength: 1, maxLength: 30 }), (arrivals) => {
      const { orders, highest } = stampAll(arrivals)
      const times = arrivals.reduce<number[]>((all, { afterMs }) => [...all, (all.at(-1) ?? 0) + afterMs], [])
      orders.forEach((order, index) => {
        const earlier = orders.slice(0, index)
        const read = earlier.filter((_, at) => (times[index] ?? 0) - (times[at] ?? 0) >= lateWindowMs)
        assert.ok(order > Math.max(0, ...read))
        assert.ok(order <= Math.max(0, ...earlier) + orderJumpMax)
        assert.ok(Number.isSafeInteger(order))
      })
      assert.equal(highest, Math.max(...orders))
    }),
  )
})
