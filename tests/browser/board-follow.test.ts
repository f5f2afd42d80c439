/** Looking along with somebody on the board. */
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { openScene } from '../support/scene.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()

const zoomOf = (page: Page) => page.getByRole('button', { name: /show everything/i }).innerText()

test('[BO13] one looks along with somebody, over sheets, until one moves the board oneself', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  if (ada === undefined || ben === undefined) return
  const { page } = ben
  const pill = page.getByText(/^You see what Ada \d+ sees$/)
  const follow = async (): Promise<void> => {
    await page.getByRole('tab', { name: /People/ }).click()
    await page
      .getByRole('button', { name: /Ada \d+/ })
      .last()
      .click()
    await page.getByRole('menuitem', { name: 'Follow on the board' }).click()
    await pill.waitFor()
  }
  await follow()
  for (let press = 0; press < 3; press += 1) await ada.page.getByRole('button', { name: 'Zoom in' }).click()
  await becomes(async () => (await zoomOf(page)) === (await zoomOf(ada.page)), true)
  await ada.page.getByRole('button', { name: /^Sheets/ }).click()
  await ada.page.getByRole('button', { name: 'Add sheet' }).click()
  await ada.page.waitForURL(/sheet=/)
  await page.waitForURL(/sheet=/)
  await pill.waitFor()

  await page.getByRole('button', { name: 'Zoom out' }).click()
  await pill.waitFor({ state: 'detached' })
  await ada.page.getByRole('button', { name: 'Zoom in' }).click()
  await ada.say('Do you see this?')
  await ben.page.getByRole('tab', { name: /Chat/ }).click()
  await ben.hears('Do you see this?')
  await becomes(async () => (await zoomOf(page)) === (await zoomOf(ada.page)), false)

  await follow()
  await page.keyboard.press('Escape')
  await pill.waitFor({ state: 'detached' })
  await follow()
  await ada.page.close()
  await pill.waitFor({ state: 'detached' })
})
