/** Own devices: what is wanted is open, what is not wanted is released, and no fault keeps anyone from joining. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { DeviceError } from '#web/call/engine/device.ts'
import { FakeRoom, isWhole } from '../support/fake-call.ts'
import { FakeMedia } from '../support/fake-call-media.ts'

const everything = { microphone: true, camera: true }

test('a preview asks one question for both devices, and the call takes them over', async () => {
  using room = new FakeRoom()
  const { call, media } = room.enter('alice', 1)
  call.openPreview(everything)
  assert.equal(call.snapshot().camera.state, 'opening')
  await room.clock.run(10)
  const { camera, microphone } = call.snapshot()
  assert.deepEqual([camera.state, microphone.state], ['on', 'on'])
  const before = media.live()
  call.join()
  await room.clock.run(100)
  assert.deepEqual(media.questions, ['audio+video'])
  assert.deepEqual(media.live(), before)
  assert.equal(call.snapshot().camera.stream, camera.stream)
})

test('a preview that is closed releases everything, also what opens only then', async () => {
  using room = new FakeRoom()
  const { call, media } = room.enter('alice', 1)
  let answer = (): void => undefined
  media.gate = new Promise((resolve) => (answer = resolve))
  call.openPreview(everything)
  await room.clock.run(10)
  call.closePreview()
  answer()
  await room.clock.run(10)
  assert.equal(media.opened.length, 2)
  assert.deepEqual(media.live(), [])
  assert.equal(call.snapshot().status, 'idle')
})

test('each refusal of the browser becomes a code, and joining works all the same', async () => {
  const codes: Record<string, DeviceError> = {
    NotAllowedError: 'refused',
    SecurityError: 'refused',
    NotFoundError: 'missing',
    OverconstrainedError: 'missing',
    NotReadableError: 'busy',
    AbortError: 'busy',
    TypeError: 'failed',
  }
  for (const [name, code] of Object.entries(codes)) {
    using room = new FakeRoom()
    const [alice, bob] = [room.enter('alice', 1), room.enter('bob', 2)]
    alice.media.refusals.video = name
    alice.media.permissions = name === 'NotAllowedError' ? { camera: 'denied' } : {}
    for (const { call } of [alice, bob]) {
      call.openPreview(everything)
      call.join()
    }
    await room.clock.until(() => isWhole([alice, bob], room.net), 'the call', 2_000)
    assert.equal(alice.call.snapshot().camera.error, code)
    assert.equal(bob.sees('alice')?.hasCamera, false)
    assert.ok(alice.sees('bob')?.camera != null)
    const isMicrophoneOn = alice.call.snapshot().microphone.state === 'on'
    assert.equal(isMicrophoneOn, name !== 'SecurityError', 'only a no to the question for both takes both')
  }
})

test('on a page without HTTPS one joins without devices and is told why', async () => {
  using room = new FakeRoom()
  const media = new FakeMedia()
  media.canCapture = false
  const alice = room.enter('alice', 1, media)
  alice.call.openPreview(everything)
  await room.clock.run(10)
  assert.equal(alice.call.snapshot().microphone.error, 'insecure')
  assert.equal(alice.call.join(), null)
  assert.deepEqual(media.questions, [])
})

test('a muted microphone stays open and silent, a camera that is off is released', async () => {
  using room = new FakeRoom()
  const { call, media } = room.enter('alice', 1)
  call.openPreview(everything)
  await room.clock.run(10)
  call.join()
  call.setMicrophone(false)
  call.setCamera(false)
  await room.clock.run(10)
  assert.deepEqual(
    media.live().map(({ kind, enabled }) => [kind, enabled]),
    [['audio', false]],
  )
  call.setMicrophone(true)
  call.setCamera(true)
  await room.clock.run(10)
  assert.deepEqual(media.questions, ['audio+video', 'video'])
  assert.deepEqual(
    media.live().map(({ kind, enabled }) => [kind, enabled]),
    [
      ['audio', true],
      ['video', true],
    ],
  )
})

test('a microphone that is unplugged is replaced by another, a camera is not', async () => {
  using room = new FakeRoom()
  const media = new FakeMedia()
  media.microphones = ['headset', 'built-in']
  media.cameras = ['webcam', 'built-in']
  const { call } = room.enter('alice', 1, media)
  call.openPreview({ ...everything, microphoneId: 'headset', cameraId: 'webcam' })
  call.join()
  await room.clock.run(10)
  assert.equal(call.snapshot().microphone.deviceId, 'headset')
  assert.deepEqual(
    call.snapshot().cameras.map(({ id }) => id),
    ['webcam', 'built-in'],
  )
  media.unplug('headset')
  media.unplug('webcam')
  await room.clock.run(10)
  const { microphone, camera, cameras } = call.snapshot()
  assert.deepEqual([microphone.state, microphone.deviceId, microphone.error], ['on', 'built-in', null])
  assert.deepEqual([camera.state, camera.error], ['off', 'lost'])
  assert.equal(cameras.length, 1)
  media.unplug('built-in')
  await room.clock.run(10)
  assert.deepEqual([call.snapshot().microphone.state, call.snapshot().microphone.error], ['off', 'lost'])
})

test('choosing another device swaps it while it runs', async () => {
  using room = new FakeRoom()
  const media = new FakeMedia()
  media.cameras = ['front', 'back']
  const [alice, bob] = [room.enter('alice', 1, media), room.enter('bob', 2)]
  alice.call.openPreview(everything)
  for (const { call } of [alice, bob]) call.join()
  await room.clock.until(() => isWhole([alice, bob], room.net), 'the call', 2_000)
  alice.call.chooseCamera('back')
  await room.clock.run(50)
  const [track] = media.live().filter(({ kind }) => kind === 'video')
  assert.equal(track?.deviceId, 'back')
  assert.equal(media.live().length, 2)
  assert.equal(room.net.open('alice')[0]?.getTransceivers()[1]?.sender.track, track)
})

test('a share is sharp, ends by the browser’s own button, and to call it off is not an error', async () => {
  using room = new FakeRoom()
  const [alice, bob] = [room.enter('alice', 1), room.enter('bob', 2)]
  for (const { call } of [alice, bob]) call.join()
  await room.clock.until(() => isWhole([alice, bob], room.net), 'the call', 2_000)
  alice.media.refusals.screen = 'NotAllowedError'
  alice.call.startScreen()
  await room.clock.run(10)
  assert.deepEqual(alice.call.snapshot().screen, { state: 'off', error: null })
  delete alice.media.refusals.screen
  alice.call.startScreen()
  await room.clock.until(() => bob.sees('alice')?.screen != null, 'the share', 1_000)
  const [picture] = alice.media.live()
  assert.equal(picture?.contentHint, 'detail')
  picture.end()
  await room.clock.until(() => bob.sees('alice')?.screen === null, 'its end', 1_000)
  assert.deepEqual(alice.call.snapshot().screen, { state: 'off', error: null })
  assert.deepEqual(alice.media.live(), [], 'its sound too')
})

test('whatever is pressed in whatever order, in the end open is what is wanted, and nothing after leaving', async () => {
  const press = fc.constantFrom(
    'camera on',
    'camera off',
    'microphone on',
    'microphone off',
    'join',
    'leave',
    'preview',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(press, fc.nat(3)), { maxLength: 25 }), async (presses) => {
      using room = new FakeRoom()
      const { call, media } = room.enter('alice', 1)
      for (const [what, waitMs] of presses) {
        if (what === 'join') call.join()
        if (what === 'leave') call.leave()
        if (what === 'preview') call.openPreview(everything)
        if (what.startsWith('camera')) call.setCamera(what.endsWith('on'))
        if (what.startsWith('microphone')) call.setMicrophone(what.endsWith('on'))
        if (waitMs > 0) await room.clock.run(waitMs)
      }
      await room.clock.run(50)
      const { camera, microphone, status } = call.snapshot()
      const kinds = media.live().map(({ kind }) => kind)
      assert.equal(
        kinds.filter((kind) => kind === 'video').length,
        status !== 'idle' && camera.state === 'on' ? 1 : 0,
      )
      assert.ok(kinds.filter((kind) => kind === 'audio').length <= 1)
      if (status !== 'idle') assert.ok(camera.state !== 'opening' && microphone.state !== 'opening')
      call.leave()
      await room.clock.run(50)
      assert.deepEqual(media.live(), [])
    }),
  )
})

test('who speaks is seen by oneself while the microphone is on', async () => {
  using room = new FakeRoom()
  const { call, media } = room.enter('alice', 1)
  call.openPreview(everything)
  call.join()
  media.level = 0.3
  await room.clock.run(1_000)
  assert.equal(call.snapshot().participants[0]?.isSpeaking, true)
  call.setMicrophone(false)
  assert.equal(call.snapshot().participants[0]?.isSpeaking, false)
})
