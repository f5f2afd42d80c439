/** Clients and servers of different versions: nothing is lost, and it is told plainly. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import test from 'node:test'
import WebSocket from 'ws'
import type { PersonId } from '#shared/ids.ts'
import { paths, type RoomResponse } from '#shared/http.ts'
import { policies } from '#shared/sync/policy.ts'
import { versions } from '#shared/wire/version.ts'
import type { DocumentPort } from '#web/sync/ports.ts'
import { openRoomSession, type RefusedDocuments, type RoomSession } from '#web/sync/room-session.ts'
import { TestClient } from '../support/client.ts'
import { makeDataFolder, removeFolder, startTestServer, type TestServer } from '../support/server.ts'
import { testWorld, type Device } from '../support/sync-world.ts'
import { becomes, until } from '../support/until.ts'

/** One person's page, of this version; their device outlives it. */
class Page implements Disposable {
  readonly session: RoomSession
  readonly chat: DocumentPort
  readonly wake: () => void

  constructor(
    client: TestClient,
    personId: PersonId,
    answer: RoomResponse,
    { device, version, refused }: { device: Device; version: number; refused: RefusedDocuments | undefined },
  ) {
    const world = testWorld(client, device)
    const { room, seat, role, chatTail } = answer
    this.wake = world.wake
    this.session = openRoomSession({
      world: { ...world, socketUrl: `${world.socketUrl}?v=${String(version)}` },
      ...{ roomId: room.id, personId, seat, role, chatTail },
      ...(refused !== undefined && { refused }),
    })
    this.chat = this.session.openChat(0)
  }

  say(text: string, more: object = {}): void {
    this.#put(this.#keyOf(text), { x: text, l: 1, ...more })
  }

  edit(text: string, to: string, more: object = {}): void {
    this.#put(this.#keyOf(text), { x: to, l: 1, ed: 1, ...more })
  }

  #keyOf(text: string): string {
    return `${this.chat.seat.toString(36)}.${(1_700_000_000_000 + text.length).toString(36)}aaa`
  }

  #put(key: string, value: object): void {
    this.chat.transact(() => {
      this.chat.doc.getMap('m').set(key, value)
    })
  }

  async is(kind: string, code?: string): Promise<void> {
    await until(() => {
      const state = this.session.connection()
      return state.kind === kind && (code === undefined || ('code' in state && state.code === code))
    }, `the connection to be ${kind}`)
  }

  get said(): string[] {
    return [...this.chat.root('m').entries()].map(([, value]) => (value as { x: string }).x).sort()
  }

  async isSaved(): Promise<void> {
    await until(() => this.chat.state().isSynced && !this.chat.state().hasUnsent, 'everything saved')
  }

  [Symbol.dispose](): void {
    this.session[Symbol.dispose]()
  }
}

type World = Readonly<{
  server(): TestServer
  /** The server stops, and comes back as another version of itself. */
  become(now: number, oldest: number): Promise<void>
  page(device: Device, version: number, refused?: RefusedDocuments): Page
}>

async function withServer(now: number, run: (world: World) => Promise<void>): Promise<void> {
  const dataDir = await makeDataFolder()
  const versionsOf = (now: number, oldest = Math.max(1, now - 1)) => ({ versions: { now, oldest } })
  let server = await startTestServer({ dataDir, ...versionsOf(now) })
  try {
    const ada = await TestClient.register(server, 'Ada')
    const answer = await ada.createRoom()
    const { me } = await ada.me()
    assert.ok(me !== null)
    await run({
      server: () => server,
      async become(now, oldest) {
        const { port } = server
        await server.stop()
        server = await startTestServer({ dataDir, port, ...versionsOf(now, oldest) })
      },
      page: (device, version, refused) => new Page(ada, me.id, answer, { device, version, refused }),
    })
  } finally {
    await server.stop()
    await removeFolder(dataDir)
  }
}

void test('[W7] one release apart, either way round, client and server work together as ever', async () => {
  await withServer(2, async ({ page, become }) => {
    using older = page(new Map(), 1)
    await older.is('live')
    older.say('from the older')
    await older.isSaved()
    using current = page(new Map(), 2)
    await until(() => current.said.join() === 'from the older', 'it at the other')
    await become(3, 2)
    await current.is('live')
    current.say('after the next release')
    await current.isSaved()
  })
})

void test('[W7] a client that is too old is told, works on, keeps all of it, and brings it once it is of the server’s version', async () => {
  await withServer(1, async ({ page, become }) => {
    const device: Device = new Map()
    {
      using old = page(device, 1)
      await old.is('live')
      await old.isSaved()
      await become(3, 2)
      await old.is('outdated', 'client-outdated')
      old.say('written by the old one')
      assert.equal(old.chat.state().hasUnsent, true)
      old.wake()
      await old.is('outdated', 'client-outdated')
      assert.deepEqual(old.said, ['written by the old one'])
    }
    // As after a reload: the same device, with the client of the server.
    using reloaded = page(device, 3)
    await reloaded.is('live')
    await reloaded.isSaved()
    using other = page(new Map(), 3)
    await until(() => other.said.join() === 'written by the old one', 'it everywhere')
  })
})

void test('[W7] a client that is newer than the server is told, and goes on by itself once the server is as new', async () => {
  await withServer(2, async ({ page, become }) => {
    using newer = page(new Map(), 2)
    await newer.is('live')
    await newer.isSaved()
    await become(1, 1)
    await newer.is('outdated', 'server-outdated')
    newer.say('kept for later')
    await become(2, 1)
    newer.wake()
    await newer.is('live')
    await newer.isSaved()
    assert.deepEqual(newer.said, ['kept for later'])
  })
})

void test('[W7] [D4] what a newer client has written outlives a server that is put back, also in a page of that server, and is sent when it is new again', async (t) => {
  const { allowsEntry } = policies.chat
  /** The code of the next version: messages may have a field that this one does not know. */
  const beNext = () =>
    t.mock.method(
      policies.chat,
      'allowsEntry',
      (...[root, key, value, writer]: Parameters<typeof allowsEntry>) => {
        const { later: _later, ...known } = value as Readonly<Record<string, unknown>>
        return allowsEntry(root, key, known, writer)
      },
    )
  const next = beNext()
  await withServer(2, async ({ page, become }) => {
    const device: Device = new Map()
    {
      using newer = page(device, 2)
      await newer.is('live')
      newer.say('edited here')
      newer.say('edited elsewhere')
      await newer.isSaved()
      await become(1, 1)
      await newer.is('outdated', 'server-outdated')
      newer.say('of the next version', { later: 1 })
      newer.edit('edited here', 'edited', { later: 1 })
      newer.edit('edited elsewhere', 'edited', { later: 1 })
      assert.deepEqual(newer.said, ['edited', 'edited', 'of the next version'])
    }
    next.mock.restore()
    // As after a reload: the device, with the client of the older server.
    using refused = page(device, 1)
    await refused.is('closed', 'update-refused')
    {
      using older = page(device, 1, refused.session.refused())
      await older.is('live')
      await older.isSaved()
      assert.deepEqual(older.said, ['edited elsewhere', 'edited here'])
      older.say('of this version')
      older.edit('edited elsewhere', 'edited since')
      await older.isSaved()
    }
    {
      using again = page(device, 1)
      await again.is('live')
      await again.isSaved()
      assert.deepEqual(again.said, ['edited here', 'edited since', 'of this version'])
    }
    await become(2, 1)
    beNext()
    using newer = page(device, 2)
    const all = ['edited', 'edited since', 'of the next version', 'of this version']
    await becomes(() => newer.said, all)
    await newer.isSaved()
    using other = page(new Map(), 2)
    await becomes(() => other.said, all)
  })
})

void test('[D4] a device that holds documents of a later version says so to an older client, without a network too', async () => {
  await withServer(versions.now + 1, async ({ page, server, become }) => {
    const device: Device = new Map()
    await become(versions.now + 1, versions.now + 1)
    {
      using newer = page(device, versions.now + 1)
      await newer.isSaved()
      assert.equal(newer.session.room.doc.getMap('info').get('v'), versions.now + 1)
    }
    await server().stop()
    using older = page(device, versions.now)
    await older.is('outdated', 'client-outdated')
  })
})

void test('[W7] the socket of another version is closed with 4426 and why', async () => {
  await withServer(5, async ({ server }) => {
    for (const [query, reason] of [
      ['?v=3', 'client-outdated'],
      ['?v=6', 'server-outdated'],
      ['?v=', 'client-outdated'],
      ['?v=5&v=9', null],
      ['', 'client-outdated'],
    ] as const) {
      const { origin } = server()
      const socket = new WebSocket(origin.replace(/^http/, 'ws') + paths.socket + query, { origin })
      const [code, said] = (await once(socket, 'close')) as [number, Buffer]
      assert.deepEqual(
        [code, said.toString()],
        reason === null ? [4401, 'signed-out'] : [4426, reason],
        query,
      )
    }
  })
})
