/** The orders of a person's rooms, and what of a room asks to be looked at. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { newsOf, roomOrders, sortRooms } from '#web/home/sort-rooms.ts'

const room = (title: string, lastActiveAtMs: number, unreadCount = 0, mentionCount = 0, isMuted = false) => ({
  title,
  lastActiveAtMs,
  unreadCount,
  mentionCount,
  isMuted,
})
const titles = (rooms: readonly { title: string }[]) => rooms.map(({ title }) => title)

test('[RO5] a muted room shows no count of what is unread, but mentions', () => {
  assert.deepEqual(newsOf(room('', 0, 7, 2)), { unread: 7, mentions: 2 })
  assert.deepEqual(newsOf(room('', 0, 7, 2, true)), { unread: 0, mentions: 2 })
  assert.deepEqual(newsOf(room('', 0, 7, 0, true)), { unread: 0, mentions: 0 })
})

test('[RO5] unread first: mentions, also of muted rooms, then what is unread, then the rest by activity', () => {
  const rooms = [
    room('muted', 9, 40, 0, true),
    room('quiet', 5),
    room('unread', 3, 1),
    room('unread later', 4, 2),
    room('mentioned in a muted one', 1, 3, 1, true),
    room('mentioned', 2, 9, 1),
  ]
  assert.deepEqual(titles(sortRooms(rooms, 'unread')), [
    'mentioned',
    'mentioned in a muted one',
    'unread later',
    'unread',
    'muted',
    'quiet',
  ])
  assert.deepEqual(titles(sortRooms(rooms, 'active')).slice(0, 2), ['muted', 'quiet'])
})

test('names are in the order of people: numbers by their size, capitals and accents beside their letters', () => {
  const rooms = ['room 10', 'Room 2', 'Über', 'uhr', 'ada'].map((title) => room(title, 0))
  assert.deepEqual(titles(sortRooms(rooms, 'name')), ['ada', 'Room 2', 'room 10', 'Über', 'uhr'])
})

test('every order has every room once, and changes nothing that was given', () => {
  const any = fc.record({
    title: fc.string(),
    lastActiveAtMs: fc.nat(),
    unreadCount: fc.nat(3),
    mentionCount: fc.nat(2),
    isMuted: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(any), fc.constantFrom(...roomOrders), (rooms, order) => {
      const before = [...rooms]
      const sorted = sortRooms(rooms, order)
      assert.deepEqual(rooms, before)
      assert.deepEqual(new Set(sorted), new Set(rooms))
      assert.equal(sorted.length, rooms.length)
      assert.deepEqual(sortRooms(sorted, order), sorted)
    }),
  )
})
