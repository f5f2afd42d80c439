/** Recording: whatever ends it, what was written is handed over, and nothing stays open; and everybody is told. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { Recorder } from '#web/call/engine/recording/recorder.ts'
import { FakeRoom, isWhole } from '../support/fake-call.ts'
import { emptyScene, FakeRecording } from '../support/fake-recording.ts'

/** Lets everything that waits for nothing but promises happen. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function assertClosed(fake: FakeRecording): void {
  assert.deepEqual([fake.studiosOpen, fake.capturesOpen, [...fake.openFiles]], [0, 0, []])
}

test('pieces are written as they come, in their order, and counted; stopping hands over all of them', async () => {
  const fake = new FakeRecording()
  using recorder = new Recorder(fake.world())
  const done = recorder.record('call', emptyScene)
  assert.equal(recorder.state.kind, 'starting')
  await settle()
  fake.piece('one ')
  fake.piece('two ')
  await settle()
  assert.deepEqual(recorder.state, { kind: 'recording', startedAtMs: fake.clock.nowMs(), sizeBytes: 8 })
  assert.deepEqual(fake.files.get('call.mp4'), ['one ', 'two '])
  recorder.stop()
  const recorded = await done
  assert.equal(await recorded?.file?.text(), 'one two end')
  assert.deepEqual([recorded?.name, recorded?.fault], ['call.mp4', null])
  assert.equal(recorder.state.kind, 'off')
  assertClosed(fake)
})

test('a disk that is full ends it, and what was written before is handed over', async () => {
  const fake = new FakeRecording()
  fake.roomBytes = 6
  using recorder = new Recorder(fake.world())
  const done = recorder.record('call', emptyScene)
  await settle()
  for (const text of ['one ', 'two ', 'x']) fake.piece(text)
  const recorded = await done
  assert.equal(await recorded?.file?.text(), 'one ', 'and nothing behind the gap')
  assert.equal(recorded?.fault, 'full')
  assertClosed(fake)
})

test('an encoder that breaks ends it, and what was written before is handed over', async () => {
  const fake = new FakeRecording()
  using recorder = new Recorder(fake.world())
  const done = recorder.record('call', emptyScene)
  await settle()
  fake.piece('one')
  fake.breakEncoder()
  const recorded = await done
  assert.equal(await recorded?.file?.text(), 'one')
  assert.equal(recorded?.fault, 'failed')
  assertClosed(fake)
})

test('stopped before it has begun, it leaves nothing; what cannot begin says so, and can be tried again', async () => {
  const fake = new FakeRecording()
  let open = (): void => undefined
  fake.gate = new Promise((resolve) => (open = resolve))
  using recorder = new Recorder(fake.world())
  const stopped = recorder.record('call', emptyScene)
  recorder.stop()
  open()
  assert.deepEqual(await stopped, { name: 'call.mp4', file: null, fault: null })
  assert.equal(fake.files.size, 0)

  fake.isBroken = true
  assert.equal((await recorder.record('call', emptyScene))?.fault, 'failed')
  fake.isBroken = false
  fake.format = null
  assert.equal((await recorder.record('call', emptyScene))?.fault, 'unsupported')
  fake.format = { mimeType: 'video/webm', extension: 'webm' }
  const done = recorder.record('call', emptyScene)
  await settle()
  assert.equal(await recorder.record('another', emptyScene), null, 'one at a time')
  recorder.stop()
  assert.equal((await done)?.name, 'call.webm')
  assertClosed(fake)
})

test('what is shown while it starts is what is recorded first', async () => {
  const fake = new FakeRecording()
  using recorder = new Recorder(fake.world())
  const done = recorder.record('call', emptyScene)
  const later = { ...emptyScene, speakerId: 7 }
  recorder.show(later)
  await settle()
  assert.deepEqual(fake.scenes, [later])
  recorder.stop()
  recorder.show(emptyScene)
  await done
  assert.deepEqual(fake.scenes, [later], 'and nothing after it has ended')
})

test('whatever happens in whatever order, a recording ends, hands over a beginning of what came, and closes everything', async () => {
  const event = fc.constantFrom('record', 'stop', 'piece', 'break', 'full', 'wait', 'dispose')
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 20 }), async (events) => {
      const fake = new FakeRecording()
      const recorder = new Recorder(fake.world())
      const recordings: ReturnType<Recorder['record']>[] = []
      let name = 0
      let sent = ''
      for (const what of events) {
        switch (what) {
          case 'record':
            recordings.push(recorder.record(String(name++), emptyScene))
            break
          case 'stop':
            recorder.stop()
            break
          case 'piece':
            sent += '.'
            fake.piece('.')
            break
          case 'break':
            fake.breakEncoder()
            break
          case 'full':
            fake.roomBytes = 1
            break
          case 'wait':
            await settle()
            break
          case 'dispose':
            recorder[Symbol.dispose]()
            break
        }
      }
      recorder.stop()
      for (const recorded of await Promise.all(recordings)) {
        const text = (await recorded?.file?.text()) ?? ''
        assert.ok(`${sent}end`.includes(text.replace(/end$/u, '')), text)
        if (recorded !== null && recorded.fault === null && text !== '') assert.match(text, /end$/u)
      }
      assert.equal(recorder.state.kind, 'off')
      assertClosed(fake)
    }),
  )
})

test('[CA17] everybody is told who records, without the server too, and whoever looks before joining; leaving ends it', async () => {
  using room = new FakeRoom()
  const [alice, bob] = [room.enter('alice', 1), room.enter('bob', 2)]
  alice.call.setRecording(true)
  assert.deepEqual(alice.call.snapshot().recorders, [], 'outside a call there is nothing to record')
  for (const { call } of [alice, bob]) call.join()
  await room.clock.until(() => isWhole([alice, bob], room.net), 'the call', 2_000)
  room.bus.stop()
  alice.call.setRecording(true)
  await room.clock.until(() => bob.sees('alice')?.isRecording === true, 'word of it', 1_000)
  assert.deepEqual(bob.call.snapshot().recorders, [{ clientId: 1, name: 'alice', isSelf: false }])
  assert.deepEqual(alice.call.snapshot().recorders, [{ clientId: 1, name: 'alice', isSelf: true }])
  room.bus.start()

  const carol = room.enter('carol', 3)
  await room.clock.until(() => carol.call.snapshot().recorders[0]?.name === 'alice', 'word of it', 1_000)
  alice.call.leave()
  await room.clock.until(() => carol.call.snapshot().recorders.length === 0, 'its end', 1_000)
  alice.call.join()
  await room.clock.run(500)
  assert.deepEqual(bob.call.snapshot().recorders, [], 'whoever comes back does not record')
})
