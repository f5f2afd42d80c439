/** Effects on voice and picture: there when they are wanted, gone when not, and never a picture that was to be blurred. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { FakeRoom, isWhole, type Caller } from '../support/fake-call.ts'
import type { FakeEffect, FakeTrack } from '../support/fake-call-media.ts'

const everything = { microphone: true, camera: true }

async function callOfTwo(room: FakeRoom): Promise<readonly [Caller, Caller]> {
  const callers = [room.enter('alice', 1), room.enter('bob', 2)] as const
  for (const { call } of callers) {
    call.openPreview(everything)
    call.join()
  }
  await room.clock.until(() => isWhole(callers, room.net), 'the call', 5_000)
  return callers
}

/** What Alice sends on her only connection. */
function sent(room: FakeRoom): readonly (FakeTrack | null | undefined)[] {
  const [connection] = room.net.open('alice')
  return [0, 1].map((index) => connection?.getTransceivers()[index]?.sender.track)
}

/** Waits until Alice sends this in place of her microphone (0) or camera (1). */
async function isSent(room: FakeRoom, index: 0 | 1, track: FakeTrack | null | undefined): Promise<void> {
  await room.clock.until(() => sent(room)[index] === track, 'what is sent', 1_000)
}

/** Holds the next start back; the result lets it go on. */
function hold(effect: FakeEffect): () => void {
  let open = (): void => undefined
  effect.gate = new Promise((resolve) => (open = resolve))
  return open
}

test('noise suppression takes the place of the microphone while it runs, and gives it back, without negotiation', async () => {
  using room = new FakeRoom()
  const [{ call, media }] = await callOfTwo(room)
  const description = room.net.open('alice')[0]?.localDescription?.sdp
  const [plain] = sent(room)
  const open = hold(media.noise)
  call.setEffect('noise', true)
  await room.clock.run(50)
  assert.equal(call.snapshot().effects.noise.isStarting, true)
  assert.equal(sent(room)[0], plain, 'heard as before until it is there')
  open()
  await room.clock.until(() => media.noise.live().length === 1, 'the effect', 1_000)
  await isSent(room, 0, media.noise.live()[0])
  assert.deepEqual(call.snapshot().effects.noise, {
    canStart: true,
    isOn: true,
    isStarting: false,
    hasFailed: false,
  })
  call.setEffect('noise', false)
  await isSent(room, 0, plain)
  assert.deepEqual(media.noise.live(), [])
  assert.equal(room.net.open('alice')[0]?.localDescription?.sdp, description)
})

test('who is muted is muted with noise suppression too', async () => {
  using room = new FakeRoom()
  const [{ call, media }] = await callOfTwo(room)
  call.setMicrophone(false)
  call.setEffect('noise', true)
  await room.clock.run(50)
  assert.equal(media.noise.live()[0]?.enabled, false)
  call.setMicrophone(true)
  await room.clock.run(50)
  assert.equal(media.noise.live()[0]?.enabled, true)
})

test('noise suppression that cannot start, or ends, leaves the microphone as it is and says so', async () => {
  using room = new FakeRoom()
  const [{ call, media }] = await callOfTwo(room)
  const [plain] = sent(room)
  const failed = { canStart: true, isOn: false, isStarting: false, hasFailed: true }
  media.noise.isRefused = true
  call.setEffect('noise', true)
  await room.clock.run(50)
  assert.deepEqual(call.snapshot().effects.noise, failed)
  assert.equal(sent(room)[0], plain)
  media.noise.isRefused = false
  call.setEffect('noise', true)
  await room.clock.until(() => media.noise.live().length === 1, 'the effect', 1_000)
  await isSent(room, 0, media.noise.live()[0])
  media.noise.fail()
  assert.deepEqual(call.snapshot().effects.noise, failed)
  await isSent(room, 0, plain)
  assert.deepEqual(media.noise.live(), [])
})

test('another device is given the effect of the one before', async () => {
  using room = new FakeRoom()
  const [{ call, media }] = await callOfTwo(room)
  media.cameras = ['camera-1', 'camera-2']
  call.setEffect('blur', true)
  await room.clock.run(50)
  const [first] = media.blur.live()
  call.chooseCamera('camera-2')
  await room.clock.run(50)
  assert.equal(first?.readyState, 'ended')
  assert.equal(media.blur.live().length, 1)
  await isSent(room, 1, media.blur.live()[0])
})

test('a camera that is to be blurred is not sent, nor shown, before it is', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOfTwo(room)
  alice.call.setCamera(false)
  alice.call.setEffect('blur', true)
  const open = hold(alice.media.blur)
  alice.call.setCamera(true)
  await room.clock.run(100)
  assert.equal(sent(room)[1], null)
  assert.equal(alice.call.snapshot().camera.stream, null)
  assert.equal(bob.sees('alice')?.hasCamera, false)
  open()
  await room.clock.until(() => bob.sees('alice')?.hasCamera === true, 'the camera', 1_000)
  await isSent(room, 1, alice.media.blur.live()[0])
  assert.equal(alice.media.blur.live().length, 1)
})

test('a blur that ends turns the camera off and says why; turned on again, it is as it is', async () => {
  using room = new FakeRoom()
  const [alice, bob] = await callOfTwo(room)
  const { call, media } = alice
  call.setEffect('blur', true)
  await room.clock.run(50)
  media.blur.fail()
  await room.clock.run(100)
  const { camera, effects } = call.snapshot()
  assert.deepEqual([camera.state, camera.error], ['off', 'unblurred'])
  assert.deepEqual([effects.blur.isOn, effects.blur.hasFailed], [false, true])
  assert.equal(bob.sees('alice')?.hasCamera, false)
  assert.deepEqual(
    media.live().map(({ kind }) => kind),
    ['audio'],
  )
  call.setCamera(true)
  await room.clock.until(() => sent(room)[1]?.deviceId === 'camera-1', 'the camera', 1_000)
  assert.equal(call.snapshot().camera.error, null)
})

test('a blur that cannot start at a camera that is seen leaves it as it is', async () => {
  using room = new FakeRoom()
  const [{ call, media }] = await callOfTwo(room)
  const [, plain] = sent(room)
  media.blur.isRefused = true
  call.setEffect('blur', true)
  await room.clock.run(50)
  assert.equal(call.snapshot().effects.blur.hasFailed, true)
  assert.equal(call.snapshot().camera.state, 'on')
  assert.equal(sent(room)[1], plain)
})

test('whatever is pressed in whatever order, nothing runs that is not wanted, and no picture is bare that must not be', async () => {
  const press = fc.constantFrom(
    'blur on',
    'blur off',
    'noise on',
    'noise off',
    'camera on',
    'camera off',
    'blur fails',
    'leave',
    'join',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(press, fc.nat(3)), { maxLength: 25 }), async (presses) => {
      using room = new FakeRoom()
      const { call, media } = room.enter('alice', 1)
      call.setEffect('blur', true)
      call.openPreview(everything)
      for (const [what, waitMs] of presses) {
        if (what === 'join') call.join()
        if (what === 'leave') call.leave()
        if (what === 'blur fails') media.blur.fail()
        if (what.startsWith('camera')) call.setCamera(what.endsWith('on'))
        if (what.startsWith('noise')) call.setEffect('noise', what.endsWith('on'))
        if (what === 'blur on' || what === 'blur off') call.setEffect('blur', what.endsWith('on'))
        if (waitMs > 0) await room.clock.run(waitMs)
      }
      await room.clock.run(50)
      const { camera, effects } = call.snapshot()
      const [shown] = (camera.stream?.getTracks() ?? []) as unknown as FakeTrack[]
      assert.equal(media.blur.live().length, shown?.deviceId === 'effect' ? 1 : 0)
      if (effects.blur.isOn && shown !== undefined) assert.equal(shown.deviceId, 'effect')
      assert.ok(media.noise.live().length <= (effects.noise.isOn ? 1 : 0))
      call.leave()
      await room.clock.run(50)
      assert.deepEqual([...media.live(), ...media.blur.live(), ...media.noise.live()], [])
    }),
  )
})
