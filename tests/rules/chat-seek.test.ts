/** Finding a message in the chain of pages, over a log that knows only what was shown. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { MessageKey } from '#shared/chat/message.ts'
import { pageMessagesMax } from '#shared/limits.ts'
import type { ChatRow } from '#web/chat/engine/chat-log.ts'
import { Seek, type Found, type Goal } from '#web/chat/engine/seek.ts'

const keyOf = (number: number): MessageKey => `1.${String(number).padStart(11, '0')}`

/** A room whose pages have these many messages; some of them deleted since. What is here is synced at once, or not. */
class Room {
  readonly #sizes: readonly number[]
  readonly #deleted: ReadonlySet<number>
  readonly shown: string[] = []
  isOnline = true
  first: number
  last: number

  constructor(sizes: readonly number[], deleted: readonly number[] = []) {
    this.#sizes = sizes
    this.#deleted = new Set(deleted)
    this.first = this.last = sizes.length - 1
  }

  get tail(): number {
    return this.#sizes.length - 1
  }

  baseOf(page: number): number {
    return this.#sizes.slice(0, page).reduce((sum, size) => sum + size, 0)
  }

  all(): readonly ChatRow[] {
    if (!this.isOnline) return []
    const [from, to] = [this.baseOf(this.first) + 1, this.baseOf(this.last + 1)]
    const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index)
    return numbers
      .filter((number) => !this.#deleted.has(number))
      .map((number) => ({ key: keyOf(number), number }) as ChatRow)
  }

  get window() {
    const base = this.isOnline ? this.baseOf(this.first) : null
    return { first: this.first, last: this.last, base, lacksLast: !this.isOnline }
  }

  get stampedCount(): number {
    return this.baseOf(this.tail + 1)
  }

  get isSynced(): boolean {
    return this.isOnline
  }

  get isTailCurrent(): boolean {
    return true
  }

  get hasNewer(): boolean {
    return this.last < this.tail
  }

  isDeleted(key: MessageKey): boolean {
    const number = Number(key.slice(2))
    const isOpen = number > this.baseOf(this.first) && number <= this.baseOf(this.last + 1)
    return isOpen && this.#deleted.has(number)
  }

  showPage(page: number): boolean {
    if (page > this.tail) return false
    if (page < this.first || page > this.last) this.#show(page, page)
    return true
  }

  showOlder(): void {
    this.#show(this.first - 1, this.last)
  }

  showNewer(): void {
    this.#show(this.first, this.last + 1)
  }

  showLatest(): void {
    this.#show(this.tail, this.tail)
  }

  #show(first: number, last: number): void {
    this.first = first
    this.last = last
    this.shown.push(`${first}–${last}`)
    assert.ok(this.shown.length < 100, 'it ends')
  }
}

const seek = (room: Room, goal: Goal): Found => new Seek(room, goal).step()

test('a link goes to the page it names; what is not there is gone, and no such page neither', () => {
  const room = new Room([10, 10, 10, 10], [5])
  assert.deepEqual(seek(room, { key: keyOf(12), page: 1 }), { kind: 'found', key: keyOf(12) })
  assert.deepEqual(room.shown, ['1–1'])
  assert.deepEqual(seek(room, { key: keyOf(5), page: 0 }), { kind: 'gone' })
  assert.deepEqual(seek(room, { key: keyOf(99), page: 0 }), { kind: 'gone' })
  assert.deepEqual(seek(room, { key: keyOf(99), page: 7 }), { kind: 'gone' })
})

test('what a reply answers is looked for page by page, and not for ever', () => {
  const room = new Room([10, 10, 10, 10])
  assert.deepEqual(seek(room, { key: keyOf(15), page: null }), { kind: 'found', key: keyOf(15) })
  assert.deepEqual(room.shown, ['2–3', '1–3'])
  assert.deepEqual(seek(new Room([10, 10], [3]), { key: keyOf(3), page: null }), { kind: 'gone' })
  assert.deepEqual(seek(new Room([10, 10]), { key: keyOf(99), page: null }), { kind: 'gone' })
  assert.deepEqual(seek(new Room(new Array<number>(40).fill(10)), { key: keyOf(3), page: null }), {
    kind: 'far',
  })
})

test('[CH7] the first unread is found by its number, over pages of any size', () => {
  for (const sizes of [
    [pageMessagesMax, pageMessagesMax, pageMessagesMax, 3],
    [20, 30, pageMessagesMax, 70, 5],
    [10, 10, 10, 10, 10, 0],
  ]) {
    for (let number = 1; number <= sizes.reduce((sum, size) => sum + size, 0); number += 7) {
      const room = new Room(sizes)
      assert.deepEqual(seek(room, { number }), { kind: 'found', key: keyOf(number) })
      assert.ok(room.shown.length <= sizes.length)
    }
  }
})

test('where the first unread was deleted the next one that is left is it, also on a later page', () => {
  const deleted = Array.from({ length: 15 }, (_, index) => index + 11)
  assert.deepEqual(seek(new Room([10, 10, 10, 10], deleted), { number: 11 }), {
    kind: 'found',
    key: keyOf(26),
  })
  const far = new Room([10, 10, 10, 10])
  far.showPage(0)
  assert.deepEqual(seek(far, { number: 33 }), { kind: 'found', key: keyOf(33) })
  assert.deepEqual(seek(new Room([10, 10], [19, 20]), { number: 19 }), { kind: 'gone' })
})

test('what is not on this device is waited for, and found once it is there', () => {
  const room = new Room([10, 10, 10])
  room.isOnline = false
  const [link, unread] = [new Seek(room, { key: keyOf(3), page: 0 }), new Seek(room, { number: 3 })]
  assert.deepEqual(link.step(), { kind: 'waiting' })
  assert.deepEqual(unread.step(), { kind: 'waiting' })
  room.isOnline = true
  assert.deepEqual(link.step(), { kind: 'found', key: keyOf(3) })
  assert.deepEqual(unread.step(), { kind: 'found', key: keyOf(3) })
})
