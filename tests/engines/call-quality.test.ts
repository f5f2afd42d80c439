/** What the others show decides what is sent, and numbers become a word beside each participant. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { FakeRoom, isWhole, type Caller } from '../support/fake-call.ts'

async function callOfTwo(room: FakeRoom): Promise<readonly [Caller, Caller]> {
  const callers = [room.enter('alice', 1), room.enter('bob', 2)] as const
  for (const { call } of callers) {
    call.openPreview({ microphone: true, camera: true })
    call.join()
  }
  await room.clock.until(() => isWhole(callers, room.net), 'the call', 5_000)
  return callers
}

/** How a line of the only connection is sent. */
function encodingOf(room: FakeRoom, name: string, line: number): RTCRtpEncodingParameters {
  return room.net.open(name)[0]?.getTransceivers()[line]?.sender.encodings[0] ?? {}
}

test('[CA12] a picture that is not shown is paused at its sender, and comes back when it is; sound goes on', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOfTwo(room)
  assert.equal(encodingOf(room, 'bob', 1).active, true)
  alice.call.setShown(bob.clientId, 'camera', null)
  await room.clock.run(500)
  assert.equal(encodingOf(room, 'bob', 1).active, false)
  assert.equal(encodingOf(room, 'bob', 0).active, true)
  assert.equal(encodingOf(room, 'alice', 1).active, true, 'only what she does not show')
  alice.call.setShown(bob.clientId, 'camera', { width: 160, height: 90 })
  await room.clock.run(500)
  assert.equal(encodingOf(room, 'bob', 1).active, true)
  assert.equal(encodingOf(room, 'bob', 1).scaleResolutionDownBy, 8, 'of 1280 × 720')
})

test('[CA12] a new connection is told what is shown, and so is who joins again', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOfTwo(room)
  alice.call.setShown(bob.clientId, 'camera', null)
  await room.clock.run(500)
  const [old] = room.net.open('bob')
  old?.become('failed')
  await room.clock.until(
    () => isWhole([alice, bob], room.net) && !room.net.open('bob').includes(old!),
    'another',
    5_000,
  )
  await room.clock.run(500)
  assert.equal(encodingOf(room, 'bob', 1).active, false)
  bob.call.leave()
  bob.call.openPreview({ microphone: true, camera: true })
  bob.call.join()
  await room.clock.until(() => isWhole([alice, bob], room.net), 'the call again', 5_000)
  await room.clock.run(500)
  assert.equal(encodingOf(room, 'bob', 1).active, false)
})

test('[CA12, S-04] sizes told again and again reach the encoder a few times a second', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOfTwo(room)
  const sender = room.net.open('bob')[0]?.getTransceivers()[1]?.sender
  const before = sender?.parametersSet ?? 0
  for (let i = 0; i < 200; i++) {
    alice.call.setShown(
      bob.clientId,
      'camera',
      i % 2 === 0 ? null : { width: 100 + i * 5, height: 60 + i * 3 },
    )
    await room.clock.run(5)
  }
  assert.ok((sender?.parametersSet ?? 0) - before <= 8, String((sender?.parametersSet ?? 0) - before))
  const session = room.bus.states().find(({ user }) => user?.name === 'alice')?.call?.session
  assert.ok(session !== undefined)
  const channel = room.net.open('alice')[0]?.channel
  const flooded = sender?.parametersSet ?? 0
  for (let i = 0; i < 500; i++)
    channel?.send(JSON.stringify({ k: 'shown', shown: i % 2 === 0 ? { camera: null } : {} }))
  await room.clock.run(1_000)
  assert.ok((sender?.parametersSet ?? 0) - flooded <= 8, 'also by one who does not keep to it')
})

test('what the statistics say is beside each participant within two readings, and the numbers can be had', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOfTwo(room)
  assert.deepEqual(alice.sees('bob')?.quality, { level: 'good', reason: null })
  let lost = 0
  let received = 0
  room.net.statsOf = () => [
    {
      type: 'inbound-rtp',
      kind: 'audio',
      timestamp: room.clock.nowMs(),
      packetsReceived: (received += 80),
      packetsLost: (lost += 20),
    },
    { type: 'remote-inbound-rtp', kind: 'audio', fractionLost: 0.2 },
  ]
  await room.clock.until(() => alice.sees('bob')?.quality.level === 'poor', 'the mark', 7_000)
  assert.deepEqual(alice.sees('bob')?.quality, { level: 'poor', reason: 'loss' })
  assert.deepEqual(alice.sees('alice')?.quality, { level: 'poor', reason: 'my-upload' })
  assert.ok((alice.call.stats().get(bob.clientId)?.lossIn ?? 0) >= 0.1)
  assert.equal(encodingOf(room, 'alice', 0).active, true)
  await room.clock.until(
    () => encodingOf(room, 'alice', 1).active === false,
    'the picture to give way',
    20_000,
  )
  room.net.statsOf = () => []
  await room.clock.until(() => encodingOf(room, 'alice', 1).active === true, 'the picture again', 60_000)
  alice.call.leave()
  assert.equal(alice.call.stats().size, 0)
})

test('[CA14] who cannot encode all that they should says so, and says when it is over; presence never hears of it', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOfTwo(room)
  room.net.statsOf = (connection) =>
    room.net.open('bob').includes(connection)
      ? [{ type: 'outbound-rtp', kind: 'video', mid: '1', qualityLimitationReason: 'cpu' }]
      : []
  await room.clock.until(() => alice.sees('bob')?.quality.reason === 'their-cpu', 'the word', 7_000)
  assert.deepEqual(alice.sees('alice')?.quality, { level: 'good', reason: null })
  bob.call.setMicrophone(false)
  await room.clock.run(500)
  assert.equal(alice.sees('bob')?.quality.reason, 'their-cpu', 'whatever else is told')
  assert.equal(JSON.stringify(room.bus.states()).includes('isBusy'), false)
  room.net.statsOf = () => []
  await room.clock.until(() => alice.sees('bob')?.quality.level === 'good', 'the end of it', 7_000)
})

test('a path that was interrupted begins with a small picture, and has the whole one again soon', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOfTwo(room)
  room.net.part('alice', 'bob')
  await room.clock.until(() => alice.sees('bob')?.state === 'interrupted', 'the interruption', 4_000)
  await room.clock.run(100)
  assert.equal(encodingOf(room, 'alice', 1).scaleResolutionDownBy, 4)
  room.net.join('alice', 'bob')
  await room.clock.until(() => isWhole([alice, bob], room.net), 'the path', 5_000)
  assert.equal(encodingOf(room, 'alice', 1).scaleResolutionDownBy, 4)
  await room.clock.until(
    () => encodingOf(room, 'alice', 1).scaleResolutionDownBy === 1,
    'the whole picture',
    8_000,
  )
})
