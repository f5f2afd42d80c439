/**
 * A server, a browser, and people in it: what every browser test stands on.
 *
 * After each test every context is closed, and no page may have met a fault on the way.
 */
import assert from 'node:assert/strict'
import { after, afterEach } from 'node:test'
import type { Browser } from 'playwright-core'
import type { InviteResponse, RoomResponse } from '#shared/http.ts'
import { askFrom, openBrowser, openPerson, openStranger, type Guest } from './browser.ts'
import { RoomPage, watchConnections } from './room-page.ts'
import { makeDataFolder, removeFolder, startTestServer, type TestServer } from './server.ts'

type Options = NonNullable<Parameters<typeof openPerson>[3]> &
  Readonly<{
    /** Another browser than the scene's; whoever opened it closes it. */
    browser?: Browser
  }>

export type Scene = Readonly<{
  origin: string
  server(): TestServer
  /** Ends the server and starts it again on the same port and data. */
  restart(between?: () => Promise<void>, options?: Anew): Promise<void>
  stranger(options?: Options): Promise<Guest>
  /** Somebody with a new account, at home. */
  person(name: string, options?: Options): Promise<Guest>
  /** A room made by the first and entered by all; each stands in it, live. */
  roomOf(...guests: readonly Guest[]): Promise<readonly RoomPage[]>
  /** The same for people with these names. */
  meet(...names: readonly string[]): Promise<readonly RoomPage[]>
}>

/** How a server comes back. */
type Anew = Pick<NonNullable<Parameters<typeof startTestServer>[0]>, 'webFolder' | 'versions'>

/** Starts a server over this folder. */
type Start = (
  options: Readonly<{ serveClient: true; dataDir: string; port?: number }> & Anew,
) => Promise<TestServer>

/** Once per test file, before its tests. `start`: another server than one in this process. */
export async function openScene(start: Start = startTestServer): Promise<Scene> {
  const chromium = await openBrowser()
  const dataDir = await makeDataFolder()
  let server = await start({ serveClient: true, dataDir })
  const { origin, port } = server
  let guests: Guest[] = []
  let names = 0

  afterEach(async (context) => {
    const leaving = guests
    guests = []
    // Hooks get the context of their test, which the types do not know.
    if ((context as { passed?: boolean }).passed === false) for (const guest of leaving) await describe(guest)
    await Promise.all(leaving.map(({ context }) => context.close()))
    assert.deepEqual(
      leaving.flatMap(({ faults }) => faults),
      [],
      'no page met a fault',
    )
  })
  after(async () => {
    await chromium.close()
    await server[Symbol.asyncDispose]()
    await removeFolder(dataDir)
  })

  async function enter(guest: Guest): Promise<Guest> {
    guests.push(guest)
    await watchConnections(guest.context)
    return guest
  }

  const scene: Scene = {
    origin,
    server: () => server,
    async restart(between, options = {}) {
      await server.stop()
      try {
        await between?.()
      } finally {
        server = await start({ serveClient: true, port, dataDir, ...options })
      }
    },
    stranger: async ({ browser = chromium, ...options } = {}) =>
      enter(await openStranger(browser, origin, options)),
    // Names of accounts are unique on a server; the tests of a file share one.
    person: async (name, { browser = chromium, ...options } = {}) =>
      enter(await openPerson(browser, origin, `${name} ${String((names += 1))}`, options)),
    async roomOf(...members) {
      const [host] = members
      assert.ok(host !== undefined)
      const { room } = await askFrom<RoomResponse>(host.page, 'POST', '/api/rooms', {
        title: 'The porch',
        access: 'invite',
      })
      const { token } = await askFrom<InviteResponse>(host.page, 'POST', `/api/rooms/${room.id}/invites`, {})
      for (const { page } of members.slice(1)) await askFrom(page, 'POST', `/api/invites/${token}/accept`, {})
      return Promise.all(
        members.map(async (member) => {
          const room_ = new RoomPage(member, room.id)
          await room_.open()
          return room_
        }),
      )
    },
    async meet(...wanted) {
      const people = []
      for (const name of wanted) people.push(await scene.person(name))
      return scene.roomOf(...people)
    },
  }
  return scene
}

/** What a page showed when its test failed: often there is nothing else to go by. */
async function describe({ page }: Guest): Promise<void> {
  try {
    console.error(`\n${page.url()}\n${await page.locator('body').ariaSnapshot({ timeout: 2_000 })}`)
  } catch (error) {
    console.error(`\n${page.url()} cannot be described`, error)
  }
}
