/** What a person is told of their own microphone in a call, and that listening for it leaves nothing open. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { hintMuted, noHint, putAway } from '#web/call/muted-hint.ts'
import { FakeMedia } from '../support/fake-call-media.ts'
import { FakeRoom, type Caller } from '../support/fake-call.ts'

async function alone(room: FakeRoom, media = new FakeMedia()): Promise<Caller> {
  const alice = room.enter('alice', 1, media)
  alice.call.openPreview({ microphone: true, camera: true })
  alice.call.join()
  await room.clock.until(() => alice.call.snapshot().microphone.state === 'on', 'the devices', 1_000)
  return alice
}

test('who talks while muted is seen to, by a copy of the track that ends with the muting and with the call', async () => {
  using room = new FakeRoom()
  const { call, media } = await alone(room)
  media.level = 0.2
  await room.clock.run(2_000)
  assert.equal(call.snapshot().isTalkingMuted, false, 'is heard')
  call.setMicrophone(false)
  await room.clock.run(600)
  assert.equal(call.snapshot().isTalkingMuted, false, 'may be a cough')
  await room.clock.run(1_200)
  assert.equal(call.snapshot().isTalkingMuted, true)
  const [microphone] = media.opened.filter(({ kind }) => kind === 'audio')
  const [copy] = microphone?.copies ?? []
  assert.deepEqual([microphone?.enabled, copy?.enabled], [false, true])
  call.setMicrophone(true)
  await room.clock.run(500)
  assert.equal(call.snapshot().isTalkingMuted, false)
  assert.equal(copy?.readyState, 'ended')
  call.setMicrophone(false)
  await room.clock.run(500)
  call.leave()
  await room.clock.run(500)
  assert.deepEqual(
    microphone?.copies.map(({ readyState }) => readyState),
    ['ended', 'ended'],
  )
})

test('a microphone of which not the least sound comes is told of, and no other', async () => {
  using room = new FakeRoom()
  const { call, media } = await alone(room)
  media.level = 0.0005
  await room.clock.run(20_000)
  assert.equal(call.snapshot().isMicrophoneSilent, false, 'somebody who listens')
  media.level = 0
  await room.clock.run(5_000)
  assert.equal(call.snapshot().isMicrophoneSilent, false)
  await room.clock.run(5_000)
  assert.equal(call.snapshot().isMicrophoneSilent, true)
  media.level = 0.0005
  await room.clock.run(500)
  assert.equal(call.snapshot().isMicrophoneSilent, false)
  const [microphone] = media.live().filter(({ kind }) => kind === 'audio')
  assert.ok(microphone !== undefined)
  microphone.muted = true
  await room.clock.run(500)
  assert.equal(call.snapshot().isMicrophoneSilent, true, 'the system says so itself')
  call.setMicrophone(false)
  await room.clock.run(500)
  assert.equal(call.snapshot().isMicrophoneSilent, false)
})

test('a camera whose permission is taken back in the call is told of as that, not as unplugged; the call goes on', async () => {
  using room = new FakeRoom()
  const { call, media } = await alone(room)
  media.permissions = { camera: 'denied' }
  media
    .live()
    .find(({ kind }) => kind === 'video')
    ?.end()
  await room.clock.run(500)
  assert.deepEqual([call.snapshot().camera.state, call.snapshot().camera.error], ['off', 'refused'])
  assert.deepEqual([call.snapshot().status, call.snapshot().microphone.state], ['in-call', 'on'])
  media.permissions = {}
  call.setCamera(true)
  await room.clock.run(500)
  assert.deepEqual([call.snapshot().camera.state, call.snapshot().camera.error], ['on', null])
})

test('the hint stays to be read, comes again after a minute, and once put away only after one was heard', () => {
  const talking = { isMuted: true, isTalking: true }
  const shown = hintMuted(noHint, talking, 1_000)
  assert.equal(shown.isShown, true)
  assert.equal(hintMuted(shown, { isMuted: true, isTalking: false }, 8_000).isShown, true)
  const over = hintMuted(shown, talking, 10_000)
  assert.equal(over.isShown, false)
  assert.equal(hintMuted(over, talking, 60_000).isShown, false)
  assert.equal(hintMuted(over, talking, 71_000).isShown, true)
  const away = putAway(shown)
  assert.equal(hintMuted(away, talking, 1e9).isShown, false)
  const heard = hintMuted(away, { isMuted: false, isTalking: false }, 2e9)
  assert.equal(hintMuted(heard, talking, 2e9).isShown, true)
})
