/** The page's one socket, in virtual time: when it is opened again. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { SyncWorld } from '#web/sync/world.ts'
import { Wire } from '#web/sync/wire.ts'
import { FakeClock } from '../support/fake-call-clock.ts'

/** Knocks at the server until a test says what came of it. */
class FakeSocket implements Partial<WebSocket> {
  static readonly made: FakeSocket[] = []
  binaryType: BinaryType = 'blob'
  bufferedAmount = 0
  onopen: WebSocket['onopen'] = null
  onmessage: WebSocket['onmessage'] = null
  onclose: WebSocket['onclose'] = null
  onerror: WebSocket['onerror'] = null
  isClosed = false

  constructor() {
    FakeSocket.made.push(this)
  }

  send(): void {
    assert.ok(!this.isClosed)
  }

  close(): void {
    this.isClosed = true
  }

  opens(): void {
    this.onopen?.call(this as unknown as WebSocket, new Event('open'))
  }

  breaks(): void {
    this.isClosed = true
    const event = Object.assign(new Event('close'), { code: 1006 }) as CloseEvent
    this.onclose?.call(this as unknown as WebSocket, event)
  }
}

function setUp() {
  FakeSocket.made.length = 0
  const clock = new FakeClock()
  const events = new EventTarget()
  const world: Partial<SyncWorld> = {
    socketUrl: 'ws://stoa/socket',
    WebSocket: FakeSocket as unknown as SyncWorld['WebSocket'],
    events,
    isOnline: () => true,
    isVisible: () => true,
    nowMs: () => clock.nowMs(),
    random: () => 1,
    after: (delayMs, run) => clock.after(delayMs, run),
  }
  const wire = new Wire(world as SyncWorld)
  const newest = (): FakeSocket => {
    const socket = FakeSocket.made.at(-1)
    assert.ok(socket !== undefined)
    return socket
  }
  const happens = (event: string): void => {
    events.dispatchEvent(new Event(event))
  }
  newest().opens()
  return { clock, wire, newest, happens, count: () => FakeSocket.made.length }
}

test('a socket that knocks while the network comes back is given up for a new one, and waits are short again', async () => {
  const { clock, wire, newest, happens, count } = setUp()
  happens('offline')
  // Three attempts fail, the fourth is not even refused: its packets go nowhere.
  for (let failed = 0; failed < 3; failed++) {
    const before = count()
    await clock.until(() => count() > before, 'the next attempt', 5_000)
    newest().breaks()
  }
  const before = count()
  await clock.until(() => count() > before, 'an attempt that hangs', 5_000)
  const hanging = newest()

  happens('online')
  assert.equal(count(), before + 2)
  assert.ok(hanging.isClosed)
  // The way is not there yet.
  newest().breaks()
  assert.ok((await clock.until(() => count() > before + 2, 'one more', 5_000)) <= 500)
  newest().opens()
  assert.ok(wire.isOpen)
  hanging.opens()
  assert.equal(count(), before + 3)
})

test('being looked at again does not disturb a socket that is being opened', async () => {
  const { clock, newest, happens, count } = setUp()
  newest().breaks()
  await clock.until(() => count() === 2, 'the next attempt', 5_000)
  happens('visibilitychange')
  assert.equal(count(), 2)
  assert.ok(!newest().isClosed)
})

test('however long the server was away, it is tried every ten seconds', async () => {
  const { clock, newest, count } = setUp()
  const waitsMs: number[] = []
  for (let failed = 0; failed < 20; failed++) {
    newest().breaks()
    const before = count()
    waitsMs.push(await clock.until(() => count() > before, 'the next attempt', 60_000))
  }
  assert.equal(Math.max(...waitsMs), 10_000)
  assert.deepEqual(
    waitsMs,
    [...waitsMs].sort((a, b) => a - b),
  )
})
