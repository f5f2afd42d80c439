/** Documents among the participants of a call, where the server is away from all of them, or from some. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { PresenceState } from '#shared/presence/presence.ts'
import { firstSheetId } from '#shared/room.ts'
import { Direct } from '#web/sync/direct/direct.ts'
import { encodeDirect, readDirect } from '#web/sync/direct/direct-frames.ts'
import { channelPair } from '../support/channel-pair.ts'
import { Meeting, row, type Member } from '../support/meeting.ts'
import { until } from '../support/until.ts'

test('[DP1] a sheet that is opened a second time, to be read, takes nothing from the one that is shown', async () => {
  await using meeting = await Meeting.of('Ada', 'Ben')
  const [ada, ben] = meeting.members as readonly [Member, Member]
  meeting.setOnline(false)
  await Promise.all([ada.lives(false), ben.lives(false)])
  const key = (name: string): string => `${ada.session.seat.toString(36)}.${name}`
  ada.set(key('one'), row(1))
  await until(() => ben.board.root('shapes').has(key('one')), 'the first')
  {
    using second = ben.session.openBoard(firstSheetId)
    assert.equal(second.root('shapes').has(key('one')), true, 'it shows what was told')
  }
  assert.equal(ben.board.root('shapes').has(key('one')), true)
  let isTold = false
  ben.board.root('shapes').observe((keys) => (isTold ||= keys.has(key('two'))))
  ada.set(key('two'), row(2))
  await until(() => isTold, 'the second, and whoever shows it told')
  const bens = `${ben.session.seat.toString(36)}.three`
  ben.set(bens, row(3))
  await until(() => ada.board.root('shapes').has(bens), 'his own at hers')
  meeting.setOnline(true)
  await meeting.agrees()
})

test('[DP1] what one is still to write is told, changed, taken back; and is saved only once it was written', async () => {
  await using meeting = await Meeting.of('Ada', 'Ben')
  const [ada, ben] = meeting.members as readonly [Member, Member]
  const tell = (name: string, text: string | null): void => {
    ada.chat.say('m', ada.key(name), text === null ? undefined : { x: text, l: 1 })
  }
  tell('a', 'before anybody had to hear it')
  meeting.setOnline(false)
  await Promise.all([ada.lives(false), ben.lives(false)])
  await until(() => ben.said === 'before anybody had to hear it', 'what Ada is to write')
  assert.equal(ada.said, '', 'she shows it from elsewhere')
  tell('b', 'another')
  await until(() => ben.said === 'another,before anybody had to hear it', 'both')
  tell('b', null)
  tell('a', 'changed')
  await until(() => ben.said === 'changed', 'one, and changed')
  ada.say('a', 'changed')
  tell('a', null)
  meeting.setOnline(true)
  await meeting.agrees()
  assert.deepEqual([ada.said, ben.said], ['changed', 'changed'])
})

test('[DP1] [DP4] what is still to be written stays while its writer hears the server and cannot write it yet', async () => {
  await using meeting = await Meeting.of('Ada', 'Ben', 'Cleo')
  const [ada, ben, cleo] = meeting.members as readonly [Member, Member, Member]
  meeting.setOnline(false)
  await Promise.all(meeting.members.map((member) => member.lives(false)))
  ada.chat.say('m', ada.key('a'), { x: 'a picture', l: 1 })
  cleo.say('c', 'never saved')
  await until(() => ben.said === 'a picture,never saved', 'both told')
  cleo[Symbol.dispose]()
  for (const { world } of [ada, ben]) world.setOnline(true)
  await Promise.all([ada.lives(), ben.lives()])
  await Promise.all([ada.isSaved(), ben.isSaved()])
  await until(() => !ben.said.includes('never saved'), 'what is over is dropped')
  assert.equal(ben.said, 'a picture')
  ada.say('a', 'a picture')
  await until(() => ben.chat.doc.getMap('m').has(ada.key('a')), 'the server has brought it')
  assert.equal(ben.said, 'a picture')
})

test('[DP1] [S-05] chat and board go on between two whom the server has left, and agree when it is back', async () => {
  await using meeting = await Meeting.of('Ada', 'Ben')
  const [ada, ben] = meeting.members as readonly [Member, Member]
  meeting.setOnline(false)
  await Promise.all([ada.lives(false), ben.lives(false)])
  ada.say('a', 'from Ada')
  await until(() => ben.said === 'from Ada', 'the words at Ben’s')
  assert.equal(ben.chat.root('m').isTold(ada.key('a')), true)
  assert.equal(ben.chat.doc.getMap('m').size, 0, 'nothing of it is in the replica')
  assert.equal(ben.chat.state().hasUnsent, false)
  ben.say('b', 'from Ben')
  await until(() => ada.said === 'from Ada,from Ben', 'the answer')
  ada.say('a', 'from Ada, edited')
  await until(() => ben.said === 'from Ada, edited,from Ben', 'the edit')
  meeting.setOnline(true)
  await meeting.agrees()
  assert.equal(ada.said, 'from Ada, edited,from Ben')
})

test('[DP1] [BO6] three draw, move and erase each other’s shapes without the server, and agree when it is back', async () => {
  await using meeting = await Meeting.of('Ada', 'Ben', 'Cleo')
  const [ada, ben, cleo] = meeting.members as readonly [Member, Member, Member]
  ada.set(ada.key('old'), row(1))
  await ada.isSaved()
  await until(() => cleo.shapes === ada.shapes && ben.shapes === ada.shapes, 'the old shape everywhere')
  meeting.setOnline(false)
  ada.set(ada.key('x'), row(2))
  ada.set(ada.key('y'), row(3))
  await until(() => cleo.shapes === ada.shapes, 'Ada’s shapes at Cleo’s')
  ben.set(`${ada.key('x')}:l`, 1)
  cleo.erase(ada.key('y'), ada.key('old'))
  await until(() => ada.shapes === cleo.shapes && ben.shapes === ada.shapes, 'all see the same')
  assert.equal(ada.board.root('shapes').has(ada.key('y')), false)
  assert.equal(ada.board.root('shapes').get(`${ada.key('x')}:l`), 1)
  const seen = ada.shapes
  meeting.setOnline(true)
  await meeting.agrees()
  await until(() => ada.shapes === seen && ben.shapes === seen && cleo.shapes === seen, 'as they had seen it')
})

test('[DP2] of two who change the same without the server the later counts, whoever comes back first', async () => {
  for (const [firstBack, secondBack] of [
    [0, 1],
    [1, 0],
  ] as const) {
    await using meeting = await Meeting.of('Ada', 'Ben')
    const [ada, ben] = meeting.members as readonly [Member, Member]
    ada.set(ada.key('x'), row(1))
    await ada.isSaved()
    await until(() => ben.shapes === ada.shapes, 'the shape at Ben’s')
    meeting.setOnline(false)
    // By the rules of Yjs Ben’s would win, whose seat is the higher.
    const order = `${ada.key('x')}:z`
    ben.set(order, 'b')
    await until(() => ada.board.root('shapes').get(order) === 'b', 'Ben’s at Ada’s')
    ada.set(order, 'a')
    await until(() => ben.board.root('shapes').get(order) === 'a', 'Ada’s at Ben’s')
    meeting.members[firstBack]?.world.setOnline(true)
    await meeting.members[firstBack]?.isSaved()
    meeting.members[secondBack]?.world.setOnline(true)
    await meeting.agrees()
    await until(
      () => meeting.members.every(({ board }) => board.doc.getMap('shapes').get(order) === 'a'),
      'a',
    )
  }
})

test('[DP3] what nobody may write is not shown, and whoever tells it is not listened to any more', async () => {
  const lies: readonly ((liar: Member, other: Member) => unknown)[] = [
    (_, other) => ['m', other.key('a'), { x: 'in your name', l: 1 }, 1],
    (liar) => ['m', liar.key('a'), { x: 'x'.repeat(5_000), l: 1 }, 1],
    (liar) => ['m', liar.key('a'), { x: 'of no time', l: 1 }, 0],
    (liar) => ['p', 'sealed', 1, liar.session.seat],
    (liar) => ['s', liar.key('a'), 1, 1],
    (_, other) => ['m', other.key('own'), undefined, 9],
  ]
  await using meeting = await Meeting.of('Ada', 'Ben')
  const [ada, ben] = meeting.members as readonly [Member, Member]
  ada.say('own', 'Ada’s own')
  await ada.isSaved()
  await until(() => ben.said === 'Ada’s own', 'the words at Ben’s')
  meeting.setOnline(false)
  for (const lie of lies) {
    const [root, key, value, clock] = lie(ben, ada) as [string, string, unknown, number]
    const peers = new Direct(ada.session.direct)
    const [end, far] = channelPair()
    peers.add(ben.session.presence.clientId, end)
    const name = `chat/${ada.session.roomId}/0`
    const message = encodeDirect({
      kind: 'document',
      name,
      isSaved: false,
      entries: [{ root, key, value, clock }],
    })
    far.send(new Uint8Array([1, ...message]))
    await until(() => far.readyState === 'closed', 'the channel closed')
    assert.equal(ada.said, 'Ada’s own')
    peers.add(ben.session.presence.clientId, channelPair()[0])
    assert.equal(ada.session.directCount(), 0)
    peers[Symbol.dispose]()
  }
})

test('[DP3] [Y-03] a moderator may delete what another has told, and others may not', async () => {
  await using meeting = await Meeting.of('Ada', 'Ben', 'Cleo')
  const [ada, ben, cleo] = meeting.members as readonly [Member, Member, Member]
  meeting.setOnline(false)
  ben.say('b', 'from Ben')
  await until(() => ada.said === 'from Ben' && cleo.said === 'from Ben', 'the words everywhere')
  ada.chat.transact(() => {
    ada.chat.root('m').delete(ben.key('b'))
  })
  await until(() => cleo.said === '' && ben.said === '', 'it is gone everywhere')
  meeting.setOnline(true)
  await meeting.agrees()
  await until(() => meeting.members.every(({ said }) => said === ''), 'it stays gone')
})

test('[DP4] who hears the server tells who does not, and nothing twice to who does', async () => {
  await using meeting = await Meeting.of('Ada', 'Ben')
  const [ada, ben] = meeting.members as readonly [Member, Member]
  const documents = (): number =>
    meeting.ends.flatMap(({ sent }) => sent).filter((piece) => piece[1] === 2).length
  ada.say('a', 'through the server')
  await until(() => ben.said === 'through the server', 'the words at Ben’s')
  await ada.isSaved()
  assert.equal(documents(), 0)
  ben.world.setOnline(false)
  await ben.lives(false)
  ada.say('b', 'past it')
  await until(() => ben.said === 'past it,through the server', 'the words at Ben’s')
  ben.say('c', 'back')
  await until(() => ada.said === 'back,past it,through the server', 'the answer')
  assert.equal(ada.chat.doc.getMap('m').size, 2)
  ben.world.setOnline(true)
  await meeting.agrees()
})

test('[DP4] what somebody told who left before the server had it stays until the server is back, and no longer', async () => {
  await using meeting = await Meeting.of('Ada', 'Ben')
  const [ada, ben] = meeting.members as readonly [Member, Member]
  meeting.setOnline(false)
  ben.say('b', 'never saved')
  await until(() => ada.said === 'never saved', 'the words at Ada’s')
  meeting.ends[0]?.close()
  await until(() => ada.session.directCount() === 0, 'Ben gone')
  assert.equal(ada.said, 'never saved')
  ada.world.setOnline(true)
  await ada.lives()
  await until(() => ada.said === '', 'nothing left of it')
})

test('[DP4] what was told on a channel is over with it, also where another took its place', async () => {
  await using meeting = await Meeting.of('Ada', 'Ben')
  const [ada, ben] = meeting.members as readonly [Member, Member]
  meeting.setOnline(false)
  ben.say('b', 'never saved')
  await until(() => ada.said === 'never saved', 'the words at Ada’s')
  const [channel] = channelPair()
  ada.direct.add(ben.session.presence.clientId, channel)
  assert.equal(ada.said, 'never saved')
  ada.world.setOnline(true)
  await ada.lives()
  await until(() => ada.said === '', 'nothing left of it')
  assert.equal(channel.readyState, 'open')
})

test('[DP4] who closes a document as soon as the server has it says so all the same', async () => {
  await using meeting = await Meeting.of('Ben', 'Ada')
  const [ben, ada] = meeting.members as readonly [Member, Member]
  const hasSaidSaved = (): boolean =>
    meeting.ends[0]?.sent.some((piece) => {
      const message = readDirect(piece.slice(1))
      return message?.kind === 'document' && message.isSaved
    }) === true
  meeting.setOnline(false)
  await Promise.all([ada.lives(false), ben.lives(false)])
  ben.say('b', 'from Ben')
  await until(() => ada.said === 'from Ben', 'the words at Ada’s')
  assert.equal(hasSaidSaved(), false)
  ben.chat.onChange(() => {
    if (!ben.chat.state().hasUnsent) ben.chat[Symbol.dispose]()
  })
  meeting.setOnline(true)
  await until(hasSaidSaved, 'Ben says that the server has it')
})

test('[DP5] [W4] presence and live ink go past the server where it is away', async () => {
  await using meeting = await Meeting.of('Ada', 'Ben')
  const [ada, ben] = meeting.members as readonly [Member, Member]
  const heard: string[] = []
  ben.board.live.onReceive((_, payload) => void heard.push(String(payload)))
  meeting.setOnline(false)
  await Promise.all([ada.lives(false), ben.lives(false)])
  ada.session.presence.set('isTyping', true)
  const clientId = ada.session.presence.clientId
  const state = await until(() => {
    const said = ben.session.here().get(clientId)
    return said?.isTyping === true && said
  }, 'Ada typing at Ben’s')
  assert.match(state.user?.name ?? '', /^Ada/)
  assert.equal(ben.session.directCount(), 1)
  await until(() => {
    ada.board.live.send(new Uint8Array([1, 2, 3]))
    return heard.length > 0
  }, 'ink at Ben’s')
  assert.equal(heard[0], '1,2,3')
})

test('[DP5] [CA9] [P5] hands and reactions go past the server; a hand that went up without it has that time from a server that started since', async () => {
  await using meeting = await Meeting.of('Ada', 'Ben')
  const [ada, ben] = meeting.members as readonly [Member, Member]
  const call = { session: 'abcd1234', hasMicrophone: true, hasCamera: false, hasScreen: false }
  const clientId = ada.session.presence.clientId
  const said = (): PresenceState | undefined => ben.session.here().get(clientId)
  ada.session.presence.set('call', call)
  await until(() => said()?.call != null, 'Ada in the call')
  meeting.setOnline(false)
  await Promise.all([ada.lives(false), ben.lives(false)])
  ada.session.presence.set('hand', 1_000)
  ada.session.presence.set('reaction', { emoji: '👏', n: 1 })
  await until(() => said()?.hand === 1_000 && said()?.reaction?.n === 1, 'her hand and reaction at Ben’s')
  assert.equal(said()?.standing, undefined)
  meeting.setOnline(true)
  await Promise.all([ada.lives(), ben.lives()])
  await until(() => said()?.standing?.handAtMs === 1_000, 'the hand is up, and has its time')
  ada.session.presence.set('hand', undefined)
  await until(() => said()?.standing === undefined && said()?.hand === undefined, 'the hand is down')
})
