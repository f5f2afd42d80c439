/** The browser is asked to keep what is stored when there is a reason for it, and not more often. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { openScene } from '../support/scene.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()

/** How often this browser was asked. */
const askedCount = (page: Page): Promise<number> =>
  page.evaluate(() => Number(localStorage.getItem('asked') ?? 0))

/** What began before to wait as long as a server may need to come back has been waited for. */
const passPatience = (page: Page): Promise<void> =>
  page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 5_000)))

/** Counts instead of asking, and lets nobody wait. */
async function countAsking(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const storage = Object.getPrototypeOf(navigator.storage) as StorageManager
    storage.persisted = () => Promise.resolve(localStorage.getItem('promised') !== null)
    storage.persist = () => {
      localStorage.setItem('asked', String(Number(localStorage.getItem('asked') ?? 0) + 1))
      return Promise.resolve(false)
    }
    // As if these seconds were over at once: all that wait so long still come one after the other.
    window.setTimeout = new Proxy(Reflect.get(window, 'setTimeout'), {
      apply: (wait, self, [run, delayMs]: [() => void, number]) =>
        Reflect.apply(wait, self, [run, delayMs === 5_000 ? 10 : delayMs]),
    })
  })
}

test('[OF10] it is asked once, where something waits without a server, and not before a call; what is not promised is said', async () => {
  const ada = await scene.person('Ada')
  await countAsking(ada.context)
  const [room] = await scene.roomOf(ada)
  assert.ok(room !== undefined)
  const { page, context } = ada
  await room.say('said with a server')
  await room.isSent('said with a server')
  await page.getByRole('button', { name: /^Start call/ }).click()
  await page.getByRole('button', { name: 'Join', exact: true }).waitFor()
  await page.locator('[data-connection]').click()
  await page.getByText('Everything you do here is saved').waitFor()
  await page.keyboard.press('Escape')

  await context.setOffline(true)
  await room.isConnection('offline')
  await room.say('said before the call')
  await passPatience(page)
  assert.equal(await askedCount(page), 0, 'nobody is asked who is about to join')
  await page.getByRole('button', { name: 'Not now', exact: true }).click()
  await becomes(() => askedCount(page), 1)

  const uncertain = page.getByText('If this device runs out of space')
  await page.locator('[data-connection]').click()
  await uncertain.waitFor()
  await page.keyboard.press('Escape')
  await page.evaluate(() => {
    localStorage.setItem('promised', '1')
  })
  await page.locator('[data-connection]').click()
  await page.getByText('Waits to be sent').waitFor()
  await becomes(() => uncertain.count(), 0)
  await page.evaluate(() => {
    localStorage.removeItem('promised')
  })

  await context.setOffline(false)
  await room.isSent('said before the call')
  await page.reload()
  await room.isConnection('live')
  await context.setOffline(true)
  await room.isConnection('offline')
  await room.say('said later')
  await passPatience(page)
  assert.equal(await askedCount(page), 1, 'nobody is asked twice')
})

test('[OF10] where Stoa is installed it is asked once, with nothing that waits', async () => {
  const { page, context } = await scene.person('Ada')
  await countAsking(context)
  await context.addInitScript(() => {
    window.matchMedia = new Proxy(Reflect.get(window, 'matchMedia'), {
      apply: (match, self, [query]: [string]) =>
        Reflect.apply(match, self, [query === '(display-mode: standalone)' ? 'all' : query]),
    })
  })
  await page.reload()
  await becomes(() => askedCount(page), 1)
  await page.reload()
  await page.getByRole('button', { name: 'New room' }).waitFor()
  await passPatience(page)
  assert.equal(await askedCount(page), 1)
})
