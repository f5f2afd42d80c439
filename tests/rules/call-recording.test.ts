/** What is said and shown of a recording: who records, its name, its time. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { readCallPresence } from '#shared/call/signal.ts'
import { clockTime } from '#web/call/clock-time.ts'
import { recordingName } from '#web/call/recording-file.ts'

const call = { session: 'abcdefgh', hasMicrophone: true, hasCamera: true, hasScreen: false }
const at = new Date(2026, 10, 6, 7, 8, 9)

test('[CA17] a peer records if it says so plainly; anything else is left out and costs it nothing', () => {
  assert.deepEqual(readCallPresence({ ...call, isRecording: true }), { ...call, isRecording: true })
  for (const isRecording of [undefined, false, 1, 'true', null, {}])
    assert.deepEqual(readCallPresence({ ...call, isRecording }), call)
})

test('a recording is named after its room and its beginning, in a way that every system takes', () => {
  assert.equal(recordingName('The porch', at), 'The porch 2026-11-06 07.08.09')
  assert.equal(recordingName(' a/b: "c"?\n ', at), 'a b c 2026-11-06 07.08.09')
  assert.equal(recordingName('', at), '2026-11-06 07.08.09')
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (title) => {
      const name = recordingName(title, at)
      assert.ok(name.isWellFormed() && name.length <= 90, name)
      assert.doesNotMatch(name, /[\\/:*?"<>|\p{Cc}]|^\s|\s$/u)
      assert.ok(name.endsWith('2026-11-06 07.08.09'))
    }),
  )
})

test('time is told as on a clock', () => {
  const times = [-5, 0, 7_999, 60_000, 754_000, 3_723_000].map(clockTime)
  assert.deepEqual(times, ['0:00', '0:00', '0:07', '1:00', '12:34', '1:02:03'])
})
