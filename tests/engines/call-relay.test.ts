/** Two who have lost each other find each other again through a third, without the server. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { FakeRoom, isWhole, type Caller } from '../support/fake-call.ts'

async function callOfThree(room: FakeRoom): Promise<[Caller, Caller, Caller]> {
  const callers: [Caller, Caller, Caller] = [
    room.enter('alice', 1),
    room.enter('bob', 2),
    room.enter('carol', 3),
  ]
  for (const { call } of callers) {
    call.openPreview({ microphone: true, camera: true })
    call.join()
  }
  await room.clock.until(() => isWhole(callers, room.net), 'the call', 5_000)
  return callers
}

test('[CA11] two whose path dies while the server is away restart it through a third, and nobody is dropped', async () => {
  using room = new FakeRoom()
  const callers = await callOfThree(room)
  const [alice, , carol] = callers
  const before = room.net.open('alice')
  room.bus.stop()
  await room.clock.run(5_000)
  // The addresses change for this pair alone: only new candidates find a path again.
  room.net.kick('alice', 'carol')
  for (let i = 0; i < 50; i++) {
    await room.clock.run(100)
    assert.notEqual(alice.sees('carol'), undefined, 'kept')
    assert.notEqual(carol.sees('alice'), undefined, 'kept')
  }
  await room.clock.until(() => isWhole(callers, room.net), 'the path', 10_000)
  assert.deepEqual(room.net.open('alice'), before, 'by a restart')
})

test('[CA11] a connection beyond repair is built anew through a third, without the server', async () => {
  using room = new FakeRoom()
  const callers = await callOfThree(room)
  const [alice, , carol] = callers
  room.bus.stop()
  await room.clock.run(5_000)
  room.net.part('alice', 'carol')
  await room.clock.run(40_000)
  assert.notEqual(carol.sees('alice')?.state, 'connected')
  room.net.join('alice', 'carol')
  await room.clock.until(() => isWhole(callers, room.net), 'the new connection', 40_000)
  assert.ok(carol.sees('alice')?.camera != null && alice.sees('carol')?.camera != null)
})

test('[CA11] who is in between can neither put itself in the place of another, nor keep the two apart', async () => {
  using room = new FakeRoom()
  const callers = await callOfThree(room)
  const [alice, bob, carol] = callers
  const sessionOf = (name: string) =>
    room.bus.states().find(({ user }) => user?.name === name)?.call?.session ?? ''
  const sessions = { s: sessionOf('alice'), t: sessionOf('carol') }
  room.bus.stop()
  room.net.part('alice', 'carol')
  // Bob says in Alice's name what he likes: descriptions of his own, and the largest numbers there are.
  const [, bobsToCarol] = room.net.open('bob')
  const sdp = bobsToCarol?.localDescription?.sdp ?? ''
  const forged = [
    { g: 1, v: 0, o: [1, sdp] },
    { g: 16, v: 1_000_000, o: [1_000_000, sdp] },
    { g: 1_000_000, v: 1_000_000 },
    { g: 1, v: 1, o: [2, 'v=0\r\n'] },
  ]
  const before = room.net.open('carol')
  for (let i = 0; i < 40; i++) {
    for (const slot of forged)
      bobsToCarol?.channel?.send(JSON.stringify({ k: 'relayed', from: 1, slot: { ...sessions, ...slot } }))
    await room.clock.run(100)
  }
  assert.deepEqual(room.net.open('carol'), before, 'nothing of it was taken')
  room.net.join('alice', 'carol')
  room.bus.start()
  await room.clock.until(() => isWhole(callers, room.net), 'the call', 20_000)
  assert.ok(
    bob.sees('carol') !== undefined && alice.sees('carol') !== undefined && carol.sees('alice') !== undefined,
  )
})

test('[CA11, S-04] nothing is passed on under another’s session, to oneself, twice, or beyond a rate', async () => {
  using room = new FakeRoom()
  await callOfThree(room)
  const sessionOf = (name: string) =>
    room.bus.states().find(({ user }) => user?.name === name)?.call?.session ?? ''
  const slot = { s: sessionOf('alice'), t: sessionOf('carol'), g: 0, v: 0 }
  const [aliceToBob, aliceToCarol] = room.net.open('alice')
  const heard: string[] = []
  room.net.onCarried = (from, data) => {
    if (from.id.startsWith('bob-') && data.includes('"relayed"')) heard.push(data)
  }
  const say = async (message: object) => {
    aliceToBob?.channel?.send(JSON.stringify(message))
    await room.clock.run(20)
  }
  await say({ k: 'relay', to: 3, slot: { ...slot, s: sessionOf('bob') } })
  await say({ k: 'relay', to: 3, slot: { ...slot, t: sessionOf('bob') } })
  await say({ k: 'relay', to: 1, slot })
  await say({ k: 'relay', to: 77, slot })
  await say({ k: 'relayed', from: 3, slot })
  assert.deepEqual(heard, [])
  await say({ k: 'relay', to: 3, slot })
  assert.deepEqual(
    heard.map((data) => JSON.parse(data) as unknown),
    [{ k: 'relayed', from: 1, slot }],
  )
  for (let i = 0; i < 500; i++) aliceToBob?.channel?.send(JSON.stringify({ k: 'relay', to: 3, slot }))
  await room.clock.run(50)
  assert.ok(heard.length <= 40, `${String(heard.length)} of 500 were passed on`)
  assert.equal(aliceToCarol?.connectionState, 'connected')
})
