/** People in a room and in its call, where each hears the others directly, with a real server in this process. */
import assert from 'node:assert/strict'
import { packPoints } from '#shared/board/points.ts'
import { firstSheetId } from '#shared/room.ts'
import { Direct } from '#web/sync/direct/direct.ts'
import type { DocumentPort, PagePort } from '#web/sync/ports.ts'
import { openRoomSession, type BoardPort, type RoomSession } from '#web/sync/room-session.ts'
import { channelPair, type FakeEnd } from './channel-pair.ts'
import { TestClient } from './client.ts'
import { startTestServer } from './server.ts'
import { testWorld, type TestWorld } from './sync-world.ts'
import { until } from './until.ts'

/** One person in the room, and in its call. */
export class Member implements Disposable {
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

export class Meeting implements AsyncDisposable {
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

/** A stroke from there. */
export const row = (x: number): unknown => ({
  k: 'stroke',
  c: 0,
  w: 4,
  z: 'V',
  p: packPoints([x, 0, 0.5, x + 10, 10, 0.5], false),
})
