/** Who was put out of a call is dropped by everybody at once, although their page goes on talking. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeRoom, isWhole } from '../support/fake-call.ts'

test('[CA6] a participant whom the server bars is dropped while their link is still alive', async () => {
  using room = new FakeRoom()
  const callers = [room.enter('alice', 3), room.enter('bob', 2), room.enter('mallory', 1)]
  const [alice, bob] = callers
  assert.ok(alice !== undefined && bob !== undefined)
  for (const { call } of callers) call.join()
  await room.clock.run(2_000)
  assert.ok(isWhole(callers, room.net))
  room.bus.say(1, 'standing', { barred: 'removed' })
  await room.clock.run(100)
  assert.deepEqual([alice.sees('mallory'), bob.sees('mallory')], [undefined, undefined])
  await room.clock.run(10_000)
  assert.deepEqual([alice.sees('mallory'), bob.sees('mallory')], [undefined, undefined], 'and not taken back')
  assert.equal(alice.sees('bob')?.state, 'connected')
  assert.equal(room.net.open('alice').length, 1)
})
