/** One person in a call twice hears the others, and not themselves. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { PersonId } from '#shared/ids.ts'
import { isAlreadyThere, soundsOf } from '#web/call/own-peers.ts'
import { FakeRoom, isWhole } from '../support/fake-call.ts'

test('[CA15] of several tabs of one person none plays another, and each plays everybody else', async () => {
  using room = new FakeRoom()
  // By name one person: the fakes make a person of each.
  const callers = [room.enter('alice', 1), room.enter('bob', 2), room.enter('alice again', 3)] as const
  for (const { call } of callers) {
    call.openPreview({ microphone: true, camera: false })
    call.join()
  }
  await room.clock.until(() => isWhole(callers, room.net), 'the call', 8_000)
  const alice = 'person-alice' as PersonId
  const asOnePerson = callers.map(({ call }) =>
    call
      .snapshot()
      .participants.map((participant) =>
        participant.name === 'alice again' ? { ...participant, personId: alice } : participant,
      ),
  )
  const [first = [], ben = [], second = []] = asOnePerson
  const voiceOf = (participants: typeof first, name: string) =>
    participants.find((participant) => participant.name === name)?.voice
  assert.ok(voiceOf(first, 'alice again') instanceof Object, 'it is received all the same')
  assert.deepEqual(soundsOf(first, alice), [voiceOf(first, 'bob')])
  assert.deepEqual(soundsOf(second, alice), [voiceOf(second, 'bob')])
  assert.equal(soundsOf(ben, 'person-bob' as PersonId).length, 2)
})

test('[CA15] a person is there already if a peer of theirs is in the call, not if it is only in the room', () => {
  const alice = 'person-alice' as PersonId
  const user = { personId: alice, seat: 1, name: 'Alice', role: 'member' } as never
  const call = { session: 'abcdefgh', hasMicrophone: true, hasCamera: false, hasScreen: false }
  assert.equal(isAlreadyThere(new Map([[7, { user, call }]]), alice), true)
  assert.equal(isAlreadyThere(new Map([[7, { user, call: null }]]), alice), false)
  assert.equal(isAlreadyThere(new Map([[7, { user, call }]]), 'person-bob' as PersonId), false)
})
