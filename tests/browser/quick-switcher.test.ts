/** The quick switcher: from anywhere to a room, an action or a message, by keys alone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import type { RoomResponse } from '#shared/http.ts'
import { askFrom } from '../support/browser.ts'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

const field = (page: Page) => page.getByRole('combobox', { name: 'Go to a room' })
const option = (page: Page, name: string | RegExp) => page.getByRole('option', { name })

/** Waits until Enter would open this. */
async function isChosen(page: Page, name: string): Promise<void> {
  await page.getByRole('option', { selected: true }).filter({ hasText: name }).waitFor()
  const active = await field(page).getAttribute('aria-activedescendant')
  await becomes(() => page.getByRole('option', { selected: true }).getAttribute('id'), active)
}

async function makeRoom(page: Page, title: string): Promise<void> {
  await askFrom<RoomResponse>(page, 'POST', '/api/rooms', { title, access: 'invite' })
}

async function hasNoViolations(page: Page): Promise<void> {
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null))),
  )
  const { violations } = await new AxeBuilder({ page }).analyze()
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${id}: ${String(nodes[0]?.html)}`),
    [],
  )
}

test('its key opens it where one writes, arrows and Enter go to another room, and Esc gives the focus back', async () => {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  const { page } = ada
  await makeRoom(page, 'Book club')
  await makeRoom(page, 'The garden')
  await ada.composer.fill('Half a thought')
  await page.keyboard.press('Control+k')
  await option(page, 'The garden').waitFor()
  await becomes(() => option(page, 'The porch').count(), 0, 'who types nothing wants to go elsewhere')
  await page.keyboard.press('Escape')
  await field(page).waitFor({ state: 'detached' })
  await page.keyboard.type('!')
  await becomes(() => ada.composer.inputValue(), 'Half a thought!')

  await page.keyboard.press('Control+k')
  await isChosen(page, 'The garden')
  await page.keyboard.press('ArrowDown')
  await isChosen(page, 'Book club')
  await page.keyboard.press('Control+k')
  await field(page).waitFor({ state: 'detached' })
  await page.keyboard.type('?')
  await becomes(() => ada.composer.inputValue(), 'Half a thought!?', 'its key closes it as well')

  await page.keyboard.press('Control+k')
  await field(page).fill('clu boo')
  await isChosen(page, 'Book club')
  await hasNoViolations(page)
  await field(page).press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Book club' }).waitFor()
  await field(page).waitFor({ state: 'detached' })
})

test('unread rooms are marked, and a room opens by a press on a small screen', async () => {
  const ada = await scene.person('Ada', { viewport: { width: 390, height: 844 }, hasTouch: true })
  const ben = await scene.person('Ben')
  const [, at] = await scene.roomOf(ada, ben)
  assert.ok(at !== undefined)
  await ada.page.goto('/')
  await at.say('Anybody here?')
  await at.isSent('Anybody here?')
  await ada.page.getByRole('button', { name: 'Find a room' }).tap()
  await option(ada.page, /The porch.*1 unread message/).waitFor()
  await hasNoViolations(ada.page)
  await option(ada.page, /The porch/).tap()
  await ada.page.getByRole('heading', { level: 1, name: 'The porch' }).waitFor()
  await ada.page.getByRole('button', { name: 'Room menu' }).tap()
  await ada.page.getByRole('menuitem', { name: 'Go to another room' }).tap()
  await field(ada.page).waitFor()
  await ada.page.getByRole('button', { name: 'Close' }).tap()
  await field(ada.page).waitFor({ state: 'detached' })
})

test('what is typed before the closed switcher is gone stays before the caret', async () => {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  const { page } = ada
  await ada.composer.fill('Half a thought')
  await page.keyboard.press('Control+k')
  await field(page).waitFor()
  // The event that tells of the closing comes later than the focus: somebody may have typed in between.
  await page.evaluate(() => {
    document.querySelector<HTMLDialogElement>('dialog[open]')?.close()
    const typed = document.activeElement as HTMLTextAreaElement
    typed.setRangeText('!', typed.value.length, typed.value.length, 'end')
    typed.dispatchEvent(new InputEvent('input', { bubbles: true }))
  })
  await page.locator('.quick-switcher').waitFor({ state: 'detached' })
  await page.keyboard.type('?')
  await becomes(() => ada.composer.inputValue(), 'Half a thought!?')
})

test('messages of the room are found, and gone to, also again', async () => {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  const { page } = ada
  await ada.say('The heron stood in the reeds')
  await ada.isSent('The heron stood in the reeds')
  await ada.say('Lunch at noon')
  await ada.isSent('Lunch at noon')
  for (let times = 0; times < 2; times += 1) {
    await page.keyboard.press('Control+k')
    await field(page).fill('heron ree')
    await isChosen(page, 'The heron stood in the reeds')
    await hasNoViolations(page)
    await field(page).press('Enter')
    await page.locator('.is-reached').filter({ hasText: 'The heron' }).waitFor()
    await page.locator('.is-reached').waitFor({ state: 'detached' })
  }
  await page.keyboard.press('Control+k')
  await field(page).fill('zebra')
  await page.getByText('Nothing found for “zebra”').waitFor()
})

test('its actions search the room, make a room and start a meeting', async () => {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  const { page } = ada
  await page.keyboard.press('Control+k')
  await field(page).fill('search')
  await page.keyboard.press('Enter')
  await until(
    async () =>
      (await page.evaluate(() => document.activeElement?.getAttribute('type'))) === 'search' || undefined,
    'the search of the chat to have the focus',
  )
  await page.keyboard.press('Control+k')
  await field(page).fill('new')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'New room' }).getByRole('textbox').fill('The loft')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'The loft' }).waitFor()
  await page.keyboard.press('Control+k')
  await field(page).fill('meet')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: /^Meeting/ }).waitFor()
})

test('without a network it leads to the rooms known on the device, and says what it cannot find', async () => {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  const { page, guest } = ada
  await makeRoom(page, 'Book club')
  await page.goto('/')
  await page.getByRole('link', { name: /Book club/ }).click()
  await page.getByRole('heading', { level: 1, name: 'Book club' }).waitFor()
  await page.locator('[data-connection="live"]').waitFor()
  // What the switcher consists of is here, as it is where a service worker keeps it.
  await page.keyboard.press('Control+k')
  await field(page).fill('warm')
  await page.getByText('Nothing found for “warm”').waitFor()
  await page.keyboard.press('Escape')

  await guest.context.setOffline(true)
  await page.keyboard.press('Control+k')
  await page.getByText('These are the rooms known on this device').waitFor()
  await field(page).fill('porch')
  await isChosen(page, 'The porch')
  await page.getByText('The server cannot be reached. Check your connection').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'The porch' }).waitFor()
})
