/** Who goes is gone, who stays is kept, whatever the server does meanwhile. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { FakeRoom, isWhole, type Caller } from '../support/fake-call.ts'

/** As the brief has it: a tile outlives its participant by at most three seconds. */
const goneMsMax = 3_000
/** … and by a second where the server sees the end of its socket. */
const goneByServerMsMax = 1_000

async function callOf(room: FakeRoom, ...names: readonly string[]): Promise<Caller[]> {
  const callers = names.map((name, i) => room.enter(name, i + 1))
  for (const { call } of callers) {
    call.openPreview({ microphone: true, camera: true })
    await room.clock.run(10)
    call.join()
  }
  await room.clock.until(() => isWhole(callers, room.net), 'the call', 5_000)
  return callers
}

test('[CA5] a goodbye removes at once, and leaves no device, connection or presence behind', async () => {
  let delayMs = 20
  using room = new FakeRoom(() => delayMs)
  const [alice, bob] = await callOf(room, 'alice', 'bob')
  delayMs = 5_000
  alice!.call.leave()
  await room.clock.until(() => bob!.sees('alice') === undefined, 'alice to vanish', 100)
  await room.clock.run(500)
  assert.deepEqual(alice!.media.live(), [])
  assert.deepEqual(room.net.open('alice'), [])
  assert.deepEqual(room.net.open('bob'), [])
  await room.clock.run(20_000)
  assert.equal(bob!.sees('alice'), undefined, 'presence that is late does not bring her back')
  const [state] = room.bus.states()
  assert.equal(state?.call ?? null, null)
})

test('[CA5] a page that is hidden for good says goodbye', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOf(room, 'alice', 'bob')
  alice!.hidePage()
  await room.clock.until(() => bob!.sees('alice') === undefined, 'alice to vanish', 100)
})

test('[CA5] a killed tab is gone within a second, for all', async () => {
  using room = new FakeRoom()
  const [alice, bob, carol] = await callOf(room, 'alice', 'bob', 'carol')
  await room.clock.run(3_000)
  room.kill(alice!)
  await room.clock.until(
    () => bob!.sees('alice') === undefined && carol!.sees('alice') === undefined,
    'alice to vanish',
    goneByServerMsMax,
  )
  await room.clock.run(1_000)
  assert.ok(isWhole([bob!, carol!], room.net))
})

test('[CA5, S-05] a server that is away, for a minute, drops nobody and nothing that changes is missed', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOf(room, 'alice', 'bob')
  const before = room.net.open('alice')
  room.bus.stop()
  for (let second = 0; second < 60; second++) {
    await room.clock.run(1_000)
    assert.equal(bob!.sees('alice')?.state, 'connected')
    assert.equal(alice!.sees('bob')?.name, 'bob')
  }
  alice!.call.setMicrophone(false)
  alice!.call.startScreen()
  await room.clock.run(500)
  assert.equal(bob!.sees('alice')?.hasMicrophone, false)
  assert.ok(bob!.sees('alice')?.screen != null, 'a share is negotiated on the channel')
  room.bus.start()
  await room.clock.run(5_000)
  assert.deepEqual(room.net.open('alice'), before)
  assert.equal(bob!.sees('alice')?.hasMicrophone, false)
})

test('[CA5] a tab killed while the server is away is gone within three seconds too', async () => {
  using room = new FakeRoom()
  const [alice, bob, carol] = await callOf(room, 'alice', 'bob', 'carol')
  room.bus.stop()
  await room.clock.run(5_000)
  room.kill(alice!)
  await room.clock.until(
    () => bob!.sees('alice') === undefined && carol!.sees('alice') === undefined,
    'alice to vanish',
    goneMsMax,
  )
  room.bus.start()
  await room.clock.run(5_000)
  assert.equal(bob!.sees('alice'), undefined)
  assert.ok(isWhole([bob!, carol!], room.net))
})

test('[CA5] who hears neither the server nor anybody is cut off: all stay, interrupted, until the server speaks', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOf(room, 'alice', 'bob')
  room.bus.stop()
  await room.clock.run(5_000)
  room.kill(alice!)
  await room.clock.until(() => bob!.sees('alice')?.state !== 'connected', 'the interruption', 5_000)
  await room.clock.run(60_000)
  assert.notEqual(bob!.sees('alice'), undefined)
  room.bus.start()
  await room.clock.until(() => bob!.sees('alice') === undefined, 'alice to vanish', goneMsMax)
})

test('[CA5] a cable that is cut for 3, 8 or 25 s takes nobody out, and is told while it lasts', async () => {
  for (const cutMs of [3_000, 8_000, 25_000]) {
    using room = new FakeRoom()
    const callers = await callOf(room, 'alice', 'bob', 'carol')
    const [alice, bob] = callers
    for (const other of ['bob', 'carol']) room.net.part('alice', other)
    room.bus.cut(1)
    for (let ms = 0; ms < cutMs; ms += 250) {
      await room.clock.run(250)
      for (const one of callers) assert.equal(one.call.snapshot().participants.length, 3)
    }
    assert.notEqual(alice!.sees('bob')?.state, 'connected')
    if (cutMs > 3_000) assert.notEqual(bob!.sees('alice')?.state, 'connected')
    for (const other of ['bob', 'carol']) room.net.join('alice', other)
    room.bus.mend(1)
    const ms = await room.clock.until(() => isWhole(callers, room.net), 'the call', 8_000)
    assert.ok(cutMs > 10_000 || ms <= 3_000, `${String(ms)} ms after ${String(cutMs)}`)
  }
})

/** Alice's network is away for five seconds; when it is back, the end of her old socket comes before her new one. */
async function interfaceDown(room: FakeRoom, alice: Caller): Promise<void> {
  room.net.part('alice', 'bob')
  room.bus.cut(alice.clientId)
  await room.clock.run(5_000)
  room.net.join('alice', 'bob')
  alice.online()
  room.bus.end(alice.clientId)
}

test('[CA5] whose network comes back keeps tile and connection, though the old socket ends before the new one opens', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOf(room, 'alice', 'bob')
  const before = room.net.open('alice')
  await interfaceDown(room, alice!)
  room.net.holdChannels(1_500)
  for (let ms = 0; ms < 1_500; ms += 50) {
    await room.clock.run(50)
    assert.notEqual(bob!.sees('alice'), undefined, `after ${String(ms)} ms`)
  }
  room.bus.mend(alice!.clientId)
  await room.clock.until(() => isWhole([alice!, bob!], room.net), 'the call', 3_000)
  assert.deepEqual(room.net.open('alice'), before)
})

test('[CA5] whose packets come again is there again, whatever the server and the channel say', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOf(room, 'alice', 'bob')
  const before = room.net.open('alice')
  await interfaceDown(room, alice!)
  room.net.holdChannels(8_000)
  room.net.statsOf = () => {
    const timestamp = room.clock.nowMs()
    const pair = { type: 'candidate-pair', state: 'succeeded', nominated: true }
    return [{ ...pair, timestamp, lastPacketReceivedTimestamp: timestamp - 5 }]
  }
  await room.clock.until(() => bob!.sees('alice')?.state === 'connected', 'the path at bob’s', 1_000)
  for (let ms = 0; ms < 6_000; ms += 200) {
    await room.clock.run(200)
    assert.equal(bob!.sees('alice')?.state, 'connected', `after ${String(ms)} ms`)
  }
  room.bus.mend(alice!.clientId)
  await room.clock.until(() => isWhole([alice!, bob!], room.net), 'the call', 4_000)
  assert.deepEqual(room.net.open('alice'), before)
})

test('[CA5] who was silent, and does not come back, goes within three seconds of the server’s word', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOf(room, 'alice', 'bob')
  room.net.part('alice', 'bob')
  room.bus.cut(alice!.clientId)
  await room.clock.run(8_000)
  assert.notEqual(bob!.sees('alice'), undefined)
  room.bus.end(alice!.clientId)
  await room.clock.until(() => bob!.sees('alice') === undefined, 'alice to vanish', goneMsMax)
})

test('[CA5] who joins late sees nobody who is only left over in presence', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOf(room, 'alice', 'bob')
  // Her power fails: the server does not know yet.
  room.net.kill('alice')
  alice!.call[Symbol.dispose]()
  room.bus.forge(1, {
    ...room.bus.states()[0],
    call: { session: 'ghost123', hasMicrophone: true, hasCamera: true, hasScreen: false },
  })
  const carol = room.enter('carol', 9)
  carol.call.join()
  await room.clock.until(() => carol.sees('bob')?.state === 'connected', 'bob', 2_000)
  for (let i = 0; i < 100; i++) {
    await room.clock.run(200)
    assert.equal(carol.sees('alice'), undefined)
  }
  room.bus.remove(1)
  await room.clock.run(1_000)
  assert.ok(isWhole([bob!, carol], room.net))
  assert.equal(room.net.open('carol').length, 1, 'the try to reach the ghost has ended')
})

test('[CA2] who leaves and joins again at once is the same tile with a new connection, without a ghost', async () => {
  using room = new FakeRoom(() => 300)
  const [alice, bob] = await callOf(room, 'alice', 'bob')
  for (let i = 0; i < 5; i++) {
    alice!.call.leave()
    alice!.call.join()
    await room.clock.run(i * 50)
  }
  await room.clock.until(() => isWhole([alice!, bob!], room.net), 'the call again', 5_000)
  await room.clock.run(5_000)
  assert.ok(isWhole([alice!, bob!], room.net))
})

test('[CA5] a new address: the path dies, comes back with the network, and the tile says so between', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOf(room, 'alice', 'bob')
  const before = room.net.open('alice')
  room.net.roam('alice')
  await room.clock.run(500)
  alice!.online()
  assert.equal(alice!.sees('bob')?.state, 'interrupted')
  const ms = await room.clock.until(() => isWhole([alice!, bob!], room.net), 'the path', 5_000)
  assert.ok(ms < 2_000, `restarted at once, not after ICE gave up: ${String(ms)} ms`)
  assert.deepEqual(room.net.open('alice'), before, 'by a restart, not by a new connection')
})

test('[CA3] a path that dies without a word is noticed and restarted by one side', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOf(room, 'alice', 'bob')
  const before = room.net.open('alice')
  room.net.roam('alice')
  await room.clock.until(() => bob!.sees('alice')?.state === 'interrupted', 'notice', 6_000)
  await room.clock.until(() => isWhole([alice!, bob!], room.net), 'the path', 5_000)
  assert.deepEqual(room.net.open('alice'), before)
})

test('[CA2] with a Firefox, paths are restarted by it; another builds the connection anew', async () => {
  using room = new FakeRoom()
  room.net.firefoxes.add('bob')
  const [alice, bob] = await callOf(room, 'alice', 'bob')
  for (const [who, isSame] of [
    [bob!, true],
    [alice!, false],
  ] as const) {
    const before = room.net.open('alice')
    room.net.roam(who.name)
    await room.clock.run(500)
    who.online()
    const ms = await room.clock.until(() => isWhole([alice!, bob!], room.net), 'the path', 5_000)
    assert.ok(ms < 2_000, `at once: ${String(ms)} ms`)
    assert.equal(room.net.open('alice')[0] === before[0], isSame, who.name)
  }
})

test('[CA2] a connection beyond repair is replaced by one of the next generation', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOf(room, 'alice', 'bob')
  const [dead] = room.net.open('alice')
  dead?.become('failed')
  await room.clock.until(() => room.net.open('alice').some((one) => one !== dead), 'a new connection', 1_000)
  await room.clock.until(() => isWhole([alice!, bob!], room.net), 'the call', 5_000)
  assert.ok(!room.net.open('alice').includes(dead!))
  assert.ok(bob!.sees('alice')?.camera != null, 'with the tracks of before')
})

test('[CA5] [R-03] whoever was removed from the room hears nobody any more, however alive their link is', async () => {
  using room = new FakeRoom()
  const [alice, bob, carol] = await callOf(room, 'alice', 'bob', 'carol')
  room.bus.putOut(alice!.clientId)
  await room.clock.until(
    () => bob!.sees('alice') === undefined && carol!.sees('alice') === undefined,
    'the links to alice to end',
    goneMsMax,
  )
  await room.clock.run(10_000)
  for (const name of ['bob', 'carol']) assert.equal(room.net.open(name).length, 1, 'one link, to the other')
  assert.ok(isWhole([bob!, carol!], room.net))
})
