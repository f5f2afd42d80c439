/** Documents among the participants of a call, where the server is away from all of them, or from some. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { packPoints } from '#shared/board/points.ts'
import { firstSheetId } from '#shared/room.ts'
import { Direct } from '#web/sync/direct/direct.ts'
import { encodeDirect } from '#web/sync/direct/direct-frames.ts'
import type { BoardPort, RoomSession } from '#web/sync/room-session.ts'
import type { DocumentPort, PagePort } from '#web/sync/ports.ts'
import { openRoomSession } from '#web/sync/room-session.ts'
import { channelPair, type FakeEnd } from '../support/channel-pair.ts'
import { TestClient } from '../support/client.ts'
import { startTestServer } from '../support/server.ts'
import { testWorld, type TestWorld } from '../support/sync-world.ts'
import { until } from '../support/until.ts'

/** One person in the room, and in its call. */
class Member implements Disposable {
  readonly session: RoomSession
  readonly world: TestWorld
  readonly direct: Direct
  readonly chat: PagePort
  readonly board: BoardPort

  constructor(session: RoomSession, world: TestWorld) {
    this.session = session
    this.world = world
    this.direct = new Direct(session.direct)
    this.chat = session.openChat(0)
    this.board = session.openBoard(firstSheetId)
  }

  key(name: string): string {
    return `${this.session.seat.toString(36)}.${(1_700_000_000_000).toString(36)}${name.padEnd(3, '0')}`
  }

  say(name: string, text: string): void {
    this.chat.transact(() => {
      this.chat.doc.getMap('m').set(this.key(name), { x: text, l: 1 })
    })
  }

  set(key: string, value: unknown): void {
    this.board.transact(() => {
      this.board.doc.getMap('shapes').set(key, value)
    })
  }

  erase(...keys: readonly string[]): void {
    this.board.transact(() => {
      for (const key of keys) this.board.root('shapes').delete(key)
    })
  }

  get said(): string {
    return Array.from(this.chat.root('m').entries(), ([, value]) => (value as { x: string }).x)
      .sort()
      .join()
  }

  get shapes(): string {
    const shown = [...this.board.root('shapes').entries()].sort(([a], [b]) => (a < b ? -1 : 1))
    return JSON.stringify(shown, (_, value: unknown) => (value instanceof Uint8Array ? [...value] : value))
  }

  async lives(isIt = true): Promise<void> {
    await until(() => (this.session.connection().kind === 'live') === isIt, `live is ${String(isIt)}`)
  }

  async isSaved(): Promise<void> {
    const isIt = ({ isSynced, hasUnsent }: ReturnType<DocumentPort['state']>): boolean =>
      isSynced && !hasUnsent
    await until(() => isIt(this.chat.state()) && isIt(this.board.state()), 'everything saved')
  }

  [Symbol.dispose](): void {
    this.direct[Symbol.dispose]()
    this.session[Symbol.dispose]()
  }
}

class Meeting implements AsyncDisposable {
  readonly members: readonly Member[]
  readonly ends: FakeEnd[] = []
  readonly #stack: AsyncDisposableStack

  static async of(...names: readonly string[]): Promise<Meeting> {
    await using stack = new AsyncDisposableStack()
    const server = stack.use(await startTestServer())
    const clients: TestClient[] = []
    for (const name of names) clients.push(await TestClient.register(server, name))
    const [host] = clients
    assert.ok(host !== undefined)
    const made = await host.createRoom()
    const { token } = await host.invite(made.room.id)
    const members: Member[] = []
    for (const client of clients) {
      const { room, seat, role, chatTail } = client === host ? made : await client.accept(token)
      const { me } = await client.me()
      assert.ok(me !== null)
      const world = testWorld(client)
      const session = openRoomSession({ world, roomId: room.id, personId: me.id, seat, role, chatTail })
      members.push(stack.use(new Member(session, world)))
    }
    const meeting = new Meeting(members, stack.move())
    await Promise.all(members.map((member) => member.lives()))
    const count = String(names.length)
    for (const { session } of members)
      await until(() => session.room.doc.getMap('people').size === names.length, `${count} people known`)
    for (const [index, a] of members.entries()) for (const b of members.slice(index + 1)) meeting.link(a, b)
    return meeting
  }

  private constructor(members: readonly Member[], stack: AsyncDisposableStack) {
    this.members = members
    this.#stack = stack
  }

  link(a: Member, b: Member): void {
    const [one, two] = channelPair()
    this.ends.push(one)
    a.direct.add(b.session.presence.clientId, one)
    b.direct.add(a.session.presence.clientId, two)
  }

  setOnline(isOnline: boolean): void {
    for (const { world } of this.members) world.setOnline(isOnline)
  }

  /** Everybody sees the same, and nobody anything that the server does not have. */
  async agrees(): Promise<void> {
    await Promise.all(this.members.map((member) => member.lives()))
    await Promise.all(this.members.map((member) => member.isSaved()))
    const [first] = this.members
    assert.ok(first !== undefined)
    await until(
      () => this.members.every((member) => member.said === first.said && member.shapes === first.shapes),
      'all agree',
    )
    for (const { chat, board } of this.members)
      for (const [port, root] of [
        [chat, 'm'],
        [board, 'shapes'],
      ] as const) {
        const told = (): boolean =>
          [...port.root(root).entries()].some(([key]) => port.root(root).isTold(key))
        await until(() => !told(), 'nothing lies over the replica')
      }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]()
  }
}

const row = (x: number): unknown => ({
  k: 'stroke',
  c: 0,
  w: 4,
  z: 'V',
  p: packPoints([x, 0, 0.5, x + 10, 10, 0.5], false),
})

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
    (liar) => ['m', liar.key('a'), { x: 'of a far clock', l: 1 }, 2 ** 50],
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
