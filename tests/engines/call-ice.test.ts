/** Paths of the call on fakes: asked for before anything connects, renewed, and never direct where addresses are hidden. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IceResponse } from '#shared/call/http.ts'
import { AppError, type ErrorCode } from '#shared/errors.ts'
import type { IcePort } from '#web/call/engine/ice.ts'
import { FakeMedia } from '../support/fake-call-media.ts'
import { FakeRoom, isWhole } from '../support/fake-call.ts'

const lifeMs = 600_000

/** A server that answers as it is told, and counts how often it was asked. */
class FakeServer {
  askedCount = 0
  errorCode: ErrorCode | null = null
  isRelayOnly = false
  readonly #stale = new Set<() => void>()

  readonly port: IcePort = {
    ask: () => {
      this.askedCount += 1
      return this.errorCode === null
        ? Promise.resolve(this.#answer())
        : Promise.reject(new AppError(this.errorCode))
    },
    onStale: (listener) => {
      this.#stale.add(listener)
      return () => this.#stale.delete(listener)
    },
  }

  hide(): void {
    this.isRelayOnly = true
    for (const listener of this.#stale) listener()
  }

  #answer(): IceResponse {
    const relay = { urls: ['turn:relay'], username: String(this.askedCount), credential: 'secret' }
    return { servers: [relay], isRelayOnly: this.isRelayOnly, lifeMs }
  }
}

function pairOf(room: FakeRoom, server: FakeServer) {
  const [alice, bob] = [
    room.enter('alice', 2, new FakeMedia(), server.port),
    room.enter('bob', 1, new FakeMedia(), server.port),
  ]
  alice.call.join()
  bob.call.join()
  return [alice, bob] as const
}

const configurationsOf = ({ net }: FakeRoom, name: string) =>
  net.open(name).map(({ configuration }) => configuration)

test('[T-06] nothing connects before the server has said by which paths', async () => {
  using room = new FakeRoom()
  const server = new FakeServer()
  server.errorCode = 'network-away'
  const callers = pairOf(room, server)
  await room.clock.run(10_000)
  assert.deepEqual([...room.net.open('alice'), ...room.net.open('bob')], [])
  assert.ok(server.askedCount > 2, 'it is asked again')
  assert.equal(callers[0].call.snapshot().pathError, null)
  server.errorCode = null
  await room.clock.run(30_000)
  assert.ok(isWhole(callers, room.net))
})

test('[T-05] credentials are renewed before they end, and an ICE restart uses the newest', async () => {
  using room = new FakeRoom()
  const server = new FakeServer()
  const callers = pairOf(room, server)
  await room.clock.run(2_000)
  assert.ok(isWhole(callers, room.net))
  const askedCount = server.askedCount
  await room.clock.run(lifeMs - 10_000)
  assert.ok(server.askedCount >= askedCount + 2, 'both asked')
  const newest = configurationsOf(room, 'alice')[0]?.iceServers?.[0]?.username
  assert.ok(Number(newest) > askedCount)
  for (const { call } of callers) call.leave()
  const whenLeft = server.askedCount
  await room.clock.run(2 * lifeMs)
  assert.equal(server.askedCount, whenLeft, 'who has left asks no more')
})

test('[T-06] when a room begins to hide addresses, its call takes new paths at once, and by relays only', async () => {
  using room = new FakeRoom()
  const server = new FakeServer()
  const callers = pairOf(room, server)
  await room.clock.run(2_000)
  const before = room.net.open('alice')[0]?.currentLocalDescription?.sdp
  server.hide()
  await room.clock.run(2_000)
  assert.ok(isWhole(callers, room.net))
  for (const name of ['alice', 'bob']) {
    assert.deepEqual(
      configurationsOf(room, name).map(({ iceTransportPolicy }) => iceTransportPolicy),
      ['relay'],
    )
  }
  assert.notEqual(room.net.open('alice')[0]?.currentLocalDescription?.sdp, before, 'ICE was restarted')
})

test('[T-06] where the relay is gone the call does not fall back to direct paths, and says why', async () => {
  using room = new FakeRoom()
  const server = new FakeServer()
  const callers = pairOf(room, server)
  await room.clock.run(2_000)
  server.errorCode = 'no-relay'
  server.hide()
  await room.clock.run(2_000)
  assert.equal(callers[0].call.snapshot().pathError, 'no-relay')
  for (const { iceServers, iceTransportPolicy } of configurationsOf(room, 'alice')) {
    assert.deepEqual({ iceServers, iceTransportPolicy }, { iceServers: [], iceTransportPolicy: 'relay' })
  }
})
