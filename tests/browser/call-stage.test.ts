/** The call's stage as people look at it: layouts, pins, and a screen among faces. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openScene } from '../support/scene.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()

test('L makes the speaker large and is remembered; pins come by double click and by the menu; a screen takes the stage', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.joinCall()
  await ben.joinCall()
  await Promise.all([ada.hasOthers(1), ben.hasOthers(1)])
  const { page } = ada
  const large = page.locator('[data-large]')
  await becomes(() => large.count(), 0, 'everyone is shown alike')

  await page.keyboard.press('l')
  await large.and(ada.others).waitFor()
  await page.keyboard.press('l')
  await large.waitFor({ state: 'detached' })

  await page.locator('[data-self]').dblclick({ position: { x: 40, y: 80 } })
  await large.and(page.locator('[data-self]')).waitFor()
  await page.locator('[data-self]').dblclick({ position: { x: 40, y: 80 } })
  await large.waitFor({ state: 'detached' })
  await ada.others.hover()
  await ada.others.getByRole('button', { name: /^Tile options for Ben/ }).click()
  await page.getByRole('menuitem', { name: 'Pin to the stage' }).click()
  await large.and(ada.others).waitFor()
  await ada.others.getByRole('img', { name: 'Pinned' }).waitFor()
  await ada.others.dblclick({ position: { x: 40, y: 80 } })
  await large.waitFor({ state: 'detached' })

  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Show who speaks large' }).click()
  await large.and(ada.others).waitFor()
  await ben.page.getByRole('button', { name: 'Share screen', exact: true }).click()
  await large.and(page.locator('[data-screen]')).waitFor()
  await becomes(() => ben.page.locator('[data-large]').count(), 0, 'one’s own screen stays small')
  await ben.page.getByRole('button', { name: 'Stop sharing', exact: true }).click()
  await large.and(ada.others).waitFor()

  await page.getByRole('button', { name: 'Leave call', exact: true }).click()
  await page.reload()
  await ada.joinCall()
  await large.and(ada.others).waitFor()
})

test('where not all fit, the last tile tells who else is there, and brings them to the stage', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.joinCall()
  await ben.joinCall()
  await ada.hasOthers(1)
  const { page } = ada
  await page.setViewportSize({ width: 240, height: 290 })
  await page.getByRole('button', { name: /more in the call$/ }).click()
  await page.getByRole('button', { name: /^Ben/ }).click()
  await page.locator('[data-large]').and(ada.others).waitFor()
})

test('a tile fills the screen by its menu, the page by F; who leaves the call is not left without a way out', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.joinCall()
  await ben.joinCall()
  await ada.hasOthers(1)
  const { page } = ada
  const header = page.getByRole('heading', { name: 'The porch' })
  const choose = async (action: string): Promise<void> => {
    await ada.others.hover()
    await ada.others.getByRole('button', { name: /^Tile options for Ben/ }).click()
    await page.getByRole('menuitem', { name: action, exact: true }).click()
  }
  const isFull = (selector: string): Promise<unknown> =>
    page.waitForFunction((selector) => document.fullscreenElement?.matches(selector) === true, selector)
  const isEnded = (): Promise<unknown> => page.waitForFunction(() => document.fullscreenElement === null)

  await choose('Full screen')
  await isFull('[data-participant]:not([data-self])')
  await page.keyboard.press('m')
  await page.locator('[data-self][data-microphone="off"]').waitFor({ state: 'attached' })
  await choose('Leave full screen')
  await isEnded()
  await choose('Full screen')
  await isFull('[data-participant]')
  await page.keyboard.press('f')
  await isEnded()

  await page.keyboard.press('f')
  await isFull(':root')
  await header.waitFor({ state: 'hidden' })
  await choose('Full screen')
  await isFull('[data-participant]')
  await ben.page.getByRole('button', { name: 'Leave call', exact: true }).click()
  await isEnded()
  await page.keyboard.press('f')
  await isFull(':root')
  await page.getByRole('button', { name: 'Leave call', exact: true }).click()
  await isEnded()
  await header.waitFor()
})
