/** What a page shows, in its tiles and windows, is what it tells: all of it, and no more often than it matters. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { ShownSizes } from '#web/call/engine/shown-sizes.ts'
import { FakeRoom, isWhole, type Caller } from '../support/fake-call.ts'

const camera = (clientId: number) => ({ clientId, name: 'camera' }) as const

async function callOfTwo(room: FakeRoom): Promise<readonly [Caller, Caller]> {
  const callers = [room.enter('alice', 1), room.enter('bob', 2)] as const
  for (const { call } of callers) {
    call.openPreview({ microphone: true, camera: true })
    call.join()
  }
  await room.clock.until(() => isWhole(callers, room.net), 'the call', 5_000)
  return callers
}

/** How Bob's camera is sent on the only connection. */
function sent(room: FakeRoom): RTCRtpEncodingParameters {
  return room.net.open('bob')[0]?.getTransceivers()[1]?.sender.encodings[0] ?? {}
}

test('[CA13] a picture without a place on the page is paused a second later, and comes back at once in its size', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOfTwo(room)
  const shown = new ShownSizes(room.clock)
  shown.follow(alice.call)
  await room.clock.run(500)
  assert.equal(sent(room).active, true, 'a tile may only be on its way')
  await room.clock.run(1_000)
  assert.equal(sent(room).active, false)
  const tile = {}
  shown.put(tile, camera(bob.clientId), { width: 300, height: 160 })
  await room.clock.run(300)
  assert.equal(sent(room).active, true)
  assert.equal(sent(room).scaleResolutionDownBy, 4, 'of 1280 × 720, to 320 × 160')
})

test('[CA13] of several places the largest counts; one that changes its picture shows the other no more', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOfTwo(room)
  const shown = new ShownSizes(room.clock)
  shown.follow(alice.call)
  const tile = {}
  const card = {}
  shown.put(card, camera(bob.clientId), { width: 160, height: 96 })
  shown.put(tile, camera(bob.clientId), { width: 640, height: 352 })
  await room.clock.run(1_000)
  assert.equal(sent(room).scaleResolutionDownBy, 2)
  shown.drop(tile)
  await room.clock.run(1_000)
  assert.equal(sent(room).scaleResolutionDownBy, 6)
  shown.put(card, { clientId: bob.clientId, name: 'screen' }, { width: 160, height: 96 })
  await room.clock.run(1_500)
  assert.equal(sent(room).active, false)
})

test('[CA13] a window that is drawn larger is told when it has come to rest, and a glance away not at all', async () => {
  using room = new FakeRoom()
  const told: unknown[] = []
  const shown = new ShownSizes(room.clock)
  shown.follow({
    setShown: (_, __, size) => told.push(size),
    onChange: () => () => undefined,
    snapshot: () => ({ participants: [{ isSelf: false, clientId: 7 }] }) as never,
  })
  const tile = {}
  for (let width = 320; width < 960; width += 8) {
    shown.put(tile, camera(7), { width, height: 200 })
    await room.clock.run(16)
  }
  await room.clock.run(400)
  shown.put(tile, camera(7), { width: 950, height: 200 })
  shown.put(tile, camera(7), null)
  await room.clock.run(700)
  shown.put(tile, camera(7), { width: 950, height: 200 })
  await room.clock.run(5_000)
  const pictures = told.filter((size) => size !== null)
  assert.deepEqual(pictures, [
    { width: 320, height: 224 },
    { width: 960, height: 224 },
  ])
  assert.equal(told.length - pictures.length, 1, 'and the screen that nobody shows')
})

test('[CA13] who joins again is told again', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOfTwo(room)
  const shown = new ShownSizes(room.clock)
  shown.follow(alice.call)
  await room.clock.run(1_500)
  assert.equal(sent(room).active, false)
  alice.call.leave()
  alice.call.openPreview({ microphone: true, camera: true })
  alice.call.join()
  await room.clock.until(() => isWhole([alice, bob], room.net), 'the call again', 5_000)
  await room.clock.run(1_500)
  assert.equal(sent(room).active, false)
})
