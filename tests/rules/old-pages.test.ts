/** Which pages a full device can do without. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PersonId, RoomId } from '#shared/ids.ts'
import { oldPages } from '#web/offline/old-pages.ts'

const ada = 'AdaAdaAdaAdaAdaAdaAdaA' as PersonId
const ben = 'BenBenBenBenBenBenBenA' as PersonId
const [porch, attic] = ['porchporchporchporchpA' as RoomId, 'atticatticatticatticaA' as RoomId]

const page = (person: PersonId, room: RoomId, number: number) => `stoa/${person}/chat/${room}/${number}`

function orderOf(
  stores: readonly string[],
  waiting: readonly string[] = [],
  openedAtMs: (personId: PersonId, roomId: RoomId) => number = () => 0,
): readonly string[] {
  return oldPages({ stores, waiting: new Set(waiting), openedAtMs })
}

test('[OF9] of the room that was opened longest ago pages go first, the oldest first, and the one beside the newest last', () => {
  const stores = [12, 9, 10, 11].flatMap((number) => [page(ada, porch, number), page(ada, attic, number)])
  const openedAtMs = (_: PersonId, roomId: RoomId): number => (roomId === porch ? 1_000 : 2_000)
  assert.deepEqual(orderOf(stores, [], openedAtMs), [
    page(ada, porch, 9),
    page(ada, porch, 10),
    page(ada, attic, 9),
    page(ada, attic, 10),
    page(ada, porch, 11),
    page(ada, attic, 11),
  ])
})

test('[OF9] a room of which nobody knows when it was opened is the first, and a person who is not here counts as well', () => {
  const stores = [ada, ben].flatMap((person) => [0, 1, 2].map((number) => page(person, porch, number)))
  const openedAtMs = (personId: PersonId): number => (personId === ada ? 1_000 : 0)
  assert.deepEqual(orderOf(stores, [], openedAtMs).slice(0, 2), [page(ben, porch, 0), page(ada, porch, 0)])
})

test('[OF9] nothing but pages of chat ever goes', () => {
  const others = [
    `stoa/${ada}/room/${porch}`,
    `stoa/${ada}/board/${porch}/main`,
    `stoa/${ada}/outbox/${porch}`,
    `stoa/${ada}/files/${porch}`,
    'stoa/waiting',
    'stoa/library',
    `other/${ada}/chat/${porch}/0`,
    `stoa/nobody/chat/${porch}/0`,
    `stoa/${ada}/chat/${porch}/00`,
  ]
  assert.deepEqual(orderOf([...others, page(ada, porch, 1)]), [])
})

test('[OF9] whatever is kept: nothing unsent goes, no newest page goes, and all the rest may', () => {
  const kept = fc.uniqueArray(
    fc.record({
      person: fc.constantFrom(ada, ben),
      room: fc.constantFrom(porch, attic),
      number: fc.nat(20),
      isWaiting: fc.boolean(),
    }),
    { selector: ({ person, room, number }) => page(person, room, number) },
  )
  fc.assert(
    fc.property(kept, fc.func(fc.nat()), (pages, openedAtMs) => {
      const storeOf = ({ person, room, number }: (typeof pages)[number]) => page(person, room, number)
      const waiting = pages.filter(({ isWaiting }) => isWaiting).map(storeOf)
      const order = orderOf(pages.map(storeOf), waiting, openedAtMs)
      const isNewest = (one: (typeof pages)[number]): boolean =>
        !pages.some(
          (each) => each.person === one.person && each.room === one.room && each.number > one.number,
        )
      const mayGo = pages.filter((one) => !one.isWaiting && !isNewest(one)).map(storeOf)
      assert.deepEqual(order.toSorted(), mayGo.toSorted())
    }),
  )
})
