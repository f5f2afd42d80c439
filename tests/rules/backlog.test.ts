/** What waits for all clients together, on readers that are only a number. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { Backlog } from '#server/front/backlog.ts'

class Reader {
  waitingSize = 0
  isCut = false

  cut(): void {
    this.isCut = true
    this.waitingSize = 0
  }
}

function sendTo(backlog: Backlog, reader: Reader, size: number): void {
  reader.waitingSize += size
  backlog.sent(reader)
}

test('[W-24] over the common limit whoever has most waiting is cut, and no more than need be', () => {
  const backlog = new Backlog(100)
  const [slow, slower, quick] = [new Reader(), new Reader(), new Reader()]
  sendTo(backlog, slow, 40)
  sendTo(backlog, slower, 60)
  assert.equal(backlog.measure(), 100)
  sendTo(backlog, quick, 1)
  assert.deepEqual(
    [slow, slower, quick].map(({ isCut }) => isCut),
    [false, true, false],
  )
  assert.equal(backlog.measure(), 41)
})

test('[W-24] what has been read, or whose socket has ended, does not count', () => {
  const backlog = new Backlog(100)
  const [reading, gone, other] = [new Reader(), new Reader(), new Reader()]
  sendTo(backlog, reading, 90)
  reading.waitingSize = 0
  sendTo(backlog, gone, 10)
  sendTo(backlog, other, 90)
  assert.ok([reading, gone, other].every(({ isCut }) => !isCut))
  backlog.forget(gone)
  assert.equal(backlog.measure(), 90)
})

test('[W-24] one that alone has more than the limit is cut', () => {
  const backlog = new Backlog(100)
  const [small, huge] = [new Reader(), new Reader()]
  sendTo(backlog, small, 30)
  sendTo(backlog, huge, 101)
  assert.deepEqual([small.isCut, huge.isCut], [false, true])
})
