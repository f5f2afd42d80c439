/** Home without a network says which rooms can be opened, and one that cannot says why. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import type { RoomResponse } from '#shared/http.ts'
import { isAppKept } from '../support/app-kept.ts'
import { askFrom } from '../support/browser.ts'
import { RoomPage } from '../support/room-page.ts'
import { openScene } from '../support/scene.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()

async function findsNothing(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  assert.deepEqual(violations, [])
}

test('[OF11] without a network rooms that were opened here are told from those that were not, which open once it is back', async () => {
  const ada = await scene.person('Ada', { serviceWorkers: 'allow' })
  const { page, context } = ada
  const [opened] = await scene.roomOf(ada)
  assert.ok(opened !== undefined)
  await opened.say('said here')
  await opened.isSent('said here')
  const { room } = await askFrom<RoomResponse>(page, 'POST', '/api/rooms', {
    title: 'The attic',
    access: 'invite',
  })
  const never = new RoomPage(ada, room.id)
  await page.goto('/')
  const porch = page.getByRole('link', { name: /The porch/ })
  const attic = page.getByRole('link', { name: /The attic/ })
  await attic.waitFor()
  await isAppKept(page)
  const isMarked = (): Promise<number> =>
    page
      .getByText(/on this device/i)
      .and(page.locator('.state'))
      .count()
  assert.equal(await isMarked(), 0, 'with a network nothing is said')

  await context.setOffline(true)
  await porch.filter({ hasText: 'On this device' }).waitFor()
  await attic.filter({ hasText: 'Not on this device' }).waitFor()
  await findsNothing(page)
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByText('Not on this device').waitFor()
  await page.keyboard.press('Escape')
  await attic.click()
  await page.getByText('This room is not on this device').first().waitFor()
  await findsNothing(page)
  await page.getByRole('button', { name: 'Go to your rooms' }).click()
  await porch.click()
  await opened.hears('said here')
  await page.getByRole('link', { name: 'All rooms' }).click()
  await attic.click()
  await page.getByText('This room is not on this device').first().waitFor()

  await context.setOffline(false)
  await never.isConnection('live')
  await never.say('said at last')
  await page.getByRole('link', { name: 'All rooms' }).click()
  await attic.waitFor()
  await becomes(isMarked, 0)
})

test('[OF11] a room whose copy the browser has cleared is not said to be here', async () => {
  const ada = await scene.person('Ada', { serviceWorkers: 'allow' })
  const { page, context } = ada
  const [opened] = await scene.roomOf(ada)
  assert.ok(opened !== undefined)
  await isAppKept(page)
  await page.goto('/')
  const devtools = await context.newCDPSession(page)
  await devtools.send('Storage.clearDataForOrigin', { origin: scene.origin, storageTypes: 'indexeddb' })
  await context.setOffline(true)
  await page
    .getByRole('link', { name: /The porch/ })
    .filter({ hasText: 'Not on this device' })
    .waitFor()
})
