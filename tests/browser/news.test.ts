/** How people hear of what is said where they do not look: titles, badges, words in the page, and the system’s own. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { paths, type RoomsResponse } from '#shared/http.ts'
import { newsPath } from '#shared/news.ts'
import { noticesLock } from '#shared/push-message.ts'
import { askFrom, hide } from '../support/browser.ts'
import type { RoomPage } from '../support/room-page.ts'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

async function isTitled(page: Page, title: string): Promise<void> {
  await until(async () => (await page.title()) === title, `the title ${title}`)
}

/** Once the page that `open` brings follows the server: what was said before, nobody is told. */
async function followsNews(page: Page, open: () => Promise<unknown>): Promise<void> {
  const follows = page.waitForResponse((response) => new URL(response.url()).pathname === newsPath)
  await open()
  await follows
}

async function two(): Promise<readonly [RoomPage, RoomPage]> {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  return [ada, ben]
}

test('[NO3] what is said elsewhere is counted at home and in the title at once, and no more once it is read', async () => {
  const [ada, ben] = await two()
  await ben.page.goto('/')
  await isTitled(ben.page, 'Stoa')
  await ada.say('Is anybody here?')
  await isTitled(ben.page, '(1) Stoa')
  await ben.page.getByRole('img', { name: '1 unread message' }).waitFor()
  await ada.say('Hello?')
  await isTitled(ben.page, '(2) Stoa')
  const other = await ben.guest.context.newPage()
  await other.goto('/')
  await isTitled(other, '(2) Stoa')
  await ben.open()
  await isTitled(ben.page, 'The porch · Stoa')
  // Read on one page is read on all of them.
  await isTitled(other, 'Stoa')
  // The page that follows the server for both goes: the other takes its place.
  await ben.page.close()
  await ada.say('Good night.')
  await isTitled(other, '(1) Stoa')
})

test('[CH11] what comes while the page is not looked at is unread until it is', async () => {
  const [ada, ben] = await two()
  await hide(ben.page, true)
  await ada.say('Look here')
  await isTitled(ben.page, '(1) The porch · Stoa')
  await hide(ben.page, false)
  await isTitled(ben.page, 'The porch · Stoa')
})

test('[OF12] what is read without a network is read everywhere once the server is heard, though the page was closed', async () => {
  const [ada, ben] = await two()
  const { page, guest } = ben
  await hide(page, true)
  await ada.say('Look here')
  await isTitled(page, '(1) The porch · Stoa')
  await guest.context.setOffline(true)
  await ben.isConnection('offline')
  await hide(page, false)
  await isTitled(page, 'The porch · Stoa')
  await page.close()
  await guest.context.setOffline(false)
  const other = await guest.context.newPage()
  await other.goto('/')
  const unread = async (): Promise<number> => {
    const { mine } = await askFrom<RoomsResponse>(other, 'GET', paths.rooms)
    return mine.reduce((sum, { unreadCount }) => sum + unreadCount, 0)
  }
  await becomes(unread, 0)
  assert.deepEqual(
    await other.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('stoa.read.'))),
    [],
  )
})

test('[NO3] who is mentioned elsewhere reads it in the page they look at, and gets there from it', async () => {
  const [ada, ben] = await two()
  await followsNews(ben.page, () => ben.page.goto('/'))
  await ada.say('@all Tea is ready')
  const notice = ben.page.getByText(/^Ada \d+ in The porch: @all Tea is ready$/).first()
  await notice.waitFor()
  await ben.page.getByRole('button', { name: 'Show' }).click()
  await ben.page.locator('.is-reached').filter({ hasText: 'Tea is ready' }).waitFor()
  // Where it stands it is not told again.
  await ada.say('@all Come')
  await ben.hears('Come')
  await isTitled(ben.page, 'The porch · Stoa')
  await becomes(() => ben.page.getByText(/in The porch: @all Come/).count(), 0)
})

async function openSettings(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'account menu' }).click()
  await page.getByRole('menuitem', { name: 'Notifications' }).click()
  await page.getByRole('switch', { name: 'Show notifications' }).waitFor()
}

/** What the system shows of this page’s, oldest first. */
async function noticesOf(page: Page): Promise<readonly Readonly<{ title: string; body: string }>[]> {
  return page.evaluate(async (lock) => {
    const registration = await navigator.serviceWorker.ready
    const shown = await navigator.locks.request(lock, () => registration.getNotifications())
    return shown.map(({ title, body }) => ({ title, body }))
  }, noticesLock)
}

test('[NO3] while no page is looked at the system shows it, where that was asked for, and takes it away once it is read', async () => {
  const ada = await scene.person('Ada')
  const ben = await scene.person('Ben', {
    serviceWorkers: 'allow',
    permissions: ['notifications'],
  })
  const [mine, theirs] = await scene.roomOf(ada, ben)
  assert.ok(mine !== undefined && theirs !== undefined)
  const { page } = ben
  await followsNews(page, () => page.goto('/'))
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  await hide(page, true)
  await mine.say('@all Not yet')
  await isTitled(page, '(1) Stoa')
  assert.deepEqual(await noticesOf(page), [])

  await hide(page, false)
  await openSettings(page)
  const shown = page.getByRole('switch', { name: 'Show notifications' })
  await shown.click()
  await until(async () => (await shown.getAttribute('aria-checked')) === 'true', 'the switch')
  await page.getByText('While Stoa is open, and you are not looking at it.').waitFor()
  await page.getByRole('button', { name: 'Close' }).click()

  await hide(page, true)
  await mine.say('@all Now')
  const notices = await until(async () => {
    const all = await noticesOf(page)
    return all.length > 0 && all
  }, 'the notice')
  assert.equal(notices.length, 1)
  assert.match(notices[0]?.title ?? '', /^Ada \d+ in The porch$/)
  assert.equal(notices[0]?.body, '@all Now')
  await hide(page, false)
  await theirs.open()
  await until(async () => (await noticesOf(page)).length === 0, 'no notice')
})

test('[NO3] a press on what the system shows opens the message in the page that is there', async () => {
  const ada = await scene.person('Ada')
  const ben = await scene.person('Ben', { serviceWorkers: 'allow', permissions: ['notifications'] })
  const [mine] = await scene.roomOf(ada, ben)
  assert.ok(mine !== undefined)
  const { page, context } = ben
  await page.goto('/')
  await page.evaluate(() => {
    localStorage.setItem('stoa.news', JSON.stringify({ isShown: true, hasSound: false }))
  })
  await followsNews(page, () => page.reload())
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  await hide(page, true)
  await mine.say('@all Over here')
  await until(async () => (await noticesOf(page)).length === 1, 'the notice')
  const [worker] = context.serviceWorkers()
  assert.ok(worker !== undefined)
  // No test can press what the system draws; the worker hears the same event.
  await worker.evaluate(`registration.getNotifications().then(([notification]) => {
    dispatchEvent(new NotificationEvent('notificationclick', { notification }))
  })`)
  await page.locator('.is-reached').filter({ hasText: 'Over here' }).waitFor()
  assert.deepEqual(await noticesOf(page), [])
})

test('what blocks notifications is said, and nothing in their settings hinders anybody', async () => {
  const ben = await scene.person('Ben', { permissions: [] })
  const { page } = ben
  await openSettings(page)
  const shown = page.getByRole('switch', { name: 'Show notifications' })
  await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)))
  const { violations } = await new AxeBuilder({ page }).analyze()
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${id}: ${String(nodes[0]?.html)}`),
    [],
  )
  await page.getByRole('switch', { name: 'Sound' }).click()
  await becomes(() => page.getByRole('switch', { name: 'Sound' }).getAttribute('aria-checked'), 'false')
  await page.evaluate(() => {
    Object.defineProperty(Notification, 'permission', { configurable: true, get: () => 'denied' })
  })
  await page.getByRole('button', { name: 'Close' }).click()
  await openSettings(page)
  await page.getByText('This browser blocks them here.').waitFor()
  await becomes(() => shown.isDisabled(), true)
  await becomes(() => page.getByRole('switch', { name: 'Sound' }).getAttribute('aria-checked'), 'false')
})
