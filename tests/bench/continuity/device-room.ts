/** A device on which a long chat and a full board were opened once, and how long they take without a network. */
import type { Page } from 'playwright-core'
import * as Y from 'yjs'
import { pageMessagesMax } from '#shared/limits.ts'
import { openStore } from '#server/store/open.ts'
import { askFrom, password } from '../../support/browser.ts'
import { openDevice, type DeviceBrowser } from '../../support/device.ts'
import { startKilledServer } from '../../support/killed-server.ts'
import { until } from '../../support/until.ts'
import { addSheet, drawnDoc } from '../board/seeded-room.ts'
import { handwriting } from '../board/strokes.ts'
import { addPast } from '../history/past.ts'

export const chatPages = 5
export const shapes = 2_000
const onNewestPage = 100

/** Since the page was asked for, in ms. */
export type Opened = Readonly<{ composer: number; messages: number; board: number }>

declare global {
  interface Window {
    opened?: Record<string, number>
  }
}

/** Opens the room once on a device with this profile, all of it; resolves with its address. No server is left. */
export async function fillDevice(profile: string, dataDir: string): Promise<string> {
  await using ends = new AsyncDisposableStack()
  const first = await startKilledServer({ dataDir })
  const { origin, port } = first
  const device = await openDevice(profile)
  ends.defer(() => device.kill())
  const { page } = device
  await page.goto(origin)
  await askFrom(page, 'POST', '/api/register', { name: 'Ada', password })
  await first.stop()
  const url = `${origin}/r/${seed(dataDir)}`
  ends.use(await startKilledServer({ dataDir, port }))
  await page.goto(url)
  await page.locator('[data-connection="live"]').waitFor()
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  await page.locator(`[data-shape-count="${String(shapes)}"]`).waitFor()
  await until(
    async () => (await pagesKept(page)) === chatPages || undefined,
    'every page of the chat',
    60_000,
  )
  await device.close()
  return url
}

/** Scrolls to the top, and tells how many pages of the chat the device has. */
function pagesKept(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const list = document.querySelector('[role="group"][aria-label="Messages"]')
    if (list !== null) list.scrollTop = 0
    const databases = await indexedDB.databases()
    return databases.filter(({ name }) => name?.includes('/chat/') === true).length
  })
}

function seed(dataDir: string): string {
  using store = openStore(dataDir)
  const personId = store.people.byNameKey('ada')?.id
  if (personId === undefined) throw new Error('nobody is registered')
  const roomId = addPast(store, personId, (chatPages - 1) * pageMessagesMax + onNewestPage)
  addSheet(store, roomId, Y.encodeStateAsUpdate(drawnDoc(handwriting(shapes))))
  return roomId
}

/** From now on every page of this device notes when it is of use. */
export async function noteOpening({ context }: DeviceBrowser): Promise<void> {
  await context.addInitScript((shapes) => {
    const signs: Record<string, string> = {
      composer: '.composer textarea:enabled',
      messages: '[data-message-key]',
      board: `[data-shape-count="${String(shapes)}"]`,
    }
    const opened: Record<string, number> = (window.opened = {})
    const look = (): void => {
      for (const [part, selector] of Object.entries(signs)) {
        if (opened[part] !== undefined || document.querySelector(selector) === null) continue
        opened[part] = NaN
        // What stands there now is drawn in this frame, and seen with the next.
        requestAnimationFrame(() => (opened[part] = performance.now()))
      }
      if (Object.values(signs).length > Object.values(opened).filter((atMs) => atMs > 0).length)
        requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  }, shapes)
}

export async function opened(page: Page): Promise<Opened> {
  const noted = await until(
    () =>
      page.evaluate(() => {
        const { composer = NaN, messages = NaN, board = NaN } = window.opened ?? {}
        return composer > 0 && messages > 0 && board > 0 ? { composer, messages, board } : null
      }),
    'the room to be of use',
  )
  return noted
}
