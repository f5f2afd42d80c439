/** A server that is killed and comes back to three people: when all are in step again, and what it took. */
import type { Browser, Page } from 'playwright-core'
import type { InviteResponse, RoomResponse } from '#shared/http.ts'
import type { RoomId } from '#shared/ids.ts'
import { askFrom, openPerson } from '../../support/browser.ts'
import { startKilledServer } from '../../support/killed-server.ts'
import { RoomPage } from '../../support/room-page.ts'
import type { TestServer } from '../../support/server.ts'
import { countSocketBytes, type Bytes, type SocketBytes } from './socket-bytes.ts'

/** What each does without the server. */
export const written = { messages: 50, strokes: 50 }

/** Of each page, where it is not said otherwise. */
export type Returned = Readonly<{
  /** From the server's first answer, in ms. */
  liveMs: readonly number[]
  wholeMs: readonly number[]
  /** What coming back takes where nothing has changed, and where everybody has written. */
  unchanged: readonly Bytes[]
  changed: readonly Bytes[]
  /** Whoever may read the room once all is over. */
  cookie: string
  roomId: RoomId
}>

type Counted = Readonly<{ room: RoomPage; bytes: SocketBytes }>
type Watched = Readonly<{ liveAtMs: number; wholeAtMs: number }>

declare global {
  interface Window {
    watched?: Promise<Watched>
  }
}

/** The server, as it runs now, in `server`; it is another one afterwards. */
export async function measureReturn(
  browser: Browser,
  server: { now: TestServer },
  round: number,
): Promise<Returned> {
  const { origin, port, dataDir } = server.now
  const names = ['Ada', 'Ben', 'Cleo'].map((name) => `${name} ${String(round)}`)
  const guests = await Promise.all(names.map((name) => openPerson(browser, origin, name)))
  const [host] = guests
  if (host === undefined) throw new Error('nobody is there')
  const room = { title: 'The porch', access: 'invite' }
  const { room: made } = await askFrom<RoomResponse>(host.page, 'POST', '/api/rooms', room)
  const { token } = await askFrom<InviteResponse>(host.page, 'POST', `/api/rooms/${made.id}/invites`, {})
  for (const { page } of guests.slice(1)) await askFrom(page, 'POST', `/api/invites/${token}/accept`, {})
  const people: Counted[] = await Promise.all(
    guests.map(async (guest) => {
      const bytes = await countSocketBytes(guest.page)
      const opened = new RoomPage(guest, made.id)
      await opened.open()
      await opened.hasShapes(0)
      return { room: opened, bytes }
    }),
  )
  const comeBack = async (between: () => Promise<unknown>, whole: typeof written) => {
    await server.now.stop()
    await Promise.all(people.map(({ room }) => room.isConnection('reconnecting')))
    await between()
    await Promise.all(people.map(({ room }) => watch(room.page, whole)))
    for (const { bytes } of people) bytes.take()
    server.now = await startKilledServer({ dataDir, port })
    const answersAtMs = Date.now()
    const watched = await Promise.all(people.map(({ room }) => room.page.evaluate(() => window.watched)))
    // Who was whole first still hears of the others.
    await Promise.all(people.map(({ room }) => restOf(room.page)))
    return { answersAtMs, watched, bytes: people.map(({ bytes }) => bytes.take()) }
  }
  const unchanged = await comeBack(() => Promise.resolve(), { messages: 0, strokes: 0 })
  const changed = await comeBack(() => Promise.all(people.map(({ room }) => write(room))), {
    messages: people.length * written.messages,
    strokes: people.length * written.strokes,
  })
  const since = (pick: (watched: Watched) => number): number[] =>
    changed.watched.map((watched) => (watched === undefined ? NaN : pick(watched) - changed.answersAtMs))
  const [cookie] = await host.context.cookies()
  await Promise.all(guests.map(({ context }) => context.close()))
  return {
    liveMs: since(({ liveAtMs }) => liveAtMs),
    wholeMs: since(({ wholeAtMs }) => wholeAtMs),
    unchanged: unchanged.bytes,
    changed: changed.bytes,
    cookie: `${cookie?.name ?? ''}=${cookie?.value ?? ''}`,
    roomId: made.id,
  }
}

/** In turn, as one does. */
async function write(room: RoomPage): Promise<void> {
  await room.tool('Pen')
  for (let index = 0; index < Math.max(written.messages, written.strokes); index += 1) {
    if (index < written.messages) await room.say(`Message ${String(index)}, written while nobody was heard.`)
    const y = 0.2 + 0.6 * (index / written.strokes)
    if (index < written.strokes) await room.drag([0.3, y], [0.5, y + 0.02])
  }
  await room.hasShapes(written.strokes)
}

/** From now on the page notes when it is live, and when it shows everything and nothing of its own waits. */
async function watch(page: Page, { messages, strokes }: typeof written): Promise<void> {
  await page.evaluate(
    ([messages, strokes]) => {
      const count = (selector: string): number => document.querySelectorAll(selector).length
      window.watched = new Promise((resolve) => {
        let liveAtMs: number | null = null
        const timer = setInterval(() => {
          if (count('[data-connection="live"]') === 0) return
          liveAtMs ??= Date.now()
          const isWhole =
            count('[data-message-key]') === messages &&
            count('[data-message-key][data-state="sent"]') === messages &&
            count(`[data-shape-count="${String(strokes)}"]`) === 1
          if (!isWhole) return
          clearInterval(timer)
          resolve({ liveAtMs, wholeAtMs: Date.now() })
        }, 10)
      })
    },
    [messages, strokes] as const,
  )
}

/** Nothing more has come for a second. */
async function restOf(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1_000)))
}
