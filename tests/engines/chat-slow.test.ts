/** A slow room (CH15): what a page writes when, and what the server takes. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { chatLimits } from '#shared/chat/limits.ts'
import type { RoomId, Seat } from '#shared/ids.ts'
import { Allowance } from '#server/chat/allowance.ts'
import { ChatLog } from '#web/chat/engine/chat-log.ts'
import { testClock } from '../support/clock.ts'
import { fakeDocument } from '../support/fake-board.ts'
import { keptEntries, settled } from '../support/kept.ts'

/** Somebody’s page in a room that is as slow as `slow.ms` says; time goes by as the test has it. */
function openPage() {
  const clock = testClock()
  const document = fakeDocument(1)
  const slow = { ms: 0 }
  let due: Readonly<{ atMs: number; run: () => void }> | null = null
  const log = new ChatLog({
    chain: {
      seat: document.seat,
      tail: () => 0,
      onTail: () => () => undefined,
      openPage: () => document,
      slowMs: () => slow.ms,
    },
    outbox: keptEntries(),
    world: {
      nowMs: clock,
      elapsedMs: clock,
      random: Math.random,
      after(delayMs, run) {
        due = { atMs: clock() + delayMs, run }
        return () => {
          due = null
        }
      },
    },
  })
  return {
    log,
    slow,
    written: () => document.doc.getMap('m').size,
    async pass(ms: number) {
      const endMs = clock() + ms
      while (due !== null && due.atMs <= endMs) {
        clock.advance(due.atMs - clock())
        const { run } = due
        due = null
        run()
        await settled()
      }
      clock.advance(endMs - clock())
    },
    [Symbol.dispose]() {
      log[Symbol.dispose]()
    },
  }
}

test('[CH15] in a slow room a page writes one message at a time, in order, and all of them at once when it is not', async () => {
  using page = openPage()
  page.slow.ms = 30_000
  for (const text of ['one', 'two', 'three', 'four']) page.log.send(text)
  await settled()
  assert.equal(page.written(), 1)
  await page.pass(29_000)
  assert.equal(page.written(), 1)
  await page.pass(3_000)
  assert.equal(page.written(), 2)
  assert.deepEqual(
    page.log.rows().map(({ text }) => text),
    ['one', 'two', 'three', 'four'],
  )
  page.slow.ms = 0
  await page.pass(2_000)
  assert.equal(page.written(), 4)
})

test('[CH15] the server takes one message of a seat in its time, whatever else was said meanwhile', () => {
  const room = 'room' as RoomId
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ seat: fc.integer({ min: 1, max: 3 }), afterMs: fc.integer({ min: 0, max: 40_000 }) }),
        {
          maxLength: 60,
        },
      ),
      fc.constantFrom(10_000, 30_000),
      (tries, slowMs) => {
        const allowance = new Allowance(chatLimits.speech)
        const takenAtMs = new Map<number, number>()
        let nowMs = 0
        for (const { seat, afterMs } of tries) {
          nowMs += afterMs
          const isTaken = allowance.takeMessage(room, seat as Seat, nowMs, slowMs)
          const sinceMs = nowMs - (takenAtMs.get(seat) ?? -Infinity)
          // A second for what the way takes.
          assert.equal(isTaken, sinceMs >= slowMs - 1_000)
          if (isTaken) takenAtMs.set(seat, nowMs)
        }
      },
    ),
  )
})
