/** Who may write in a chat, as it is seen: the composer goes and says why, and comes back with what was begun. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { openScene } from '../support/scene.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()

async function letWrite({ page }: { page: Page }, whom: string): Promise<void> {
  await page.getByRole('button', { name: 'Room menu' }).click()
  await page.getByRole('menuitem', { name: 'Room settings' }).click()
  const writers = page.getByRole('group', { name: 'Who may write in the chat' })
  await writers.getByRole('radio', { name: new RegExp(`^${whom}`, 'u') }).check()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
}

test('[RO6] who moderates says who writes: the others read along at once, are told why, and go on when they may', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ben.say('Before')
  await ben.isSent('Before')
  await ben.composer.fill('Half a thought')
  await letWrite(ada, 'Moderators')
  await ben.page.getByText('Only moderators write here.').waitFor()
  await becomes(() => ben.composer.count(), 0)
  await ben.message('Before').hover()
  await ben.message('Before').getByRole('button', { name: 'Actions' }).click()
  await ben.page.getByRole('menuitem', { name: 'Copy text' }).waitFor()
  for (const action of ['Reply', 'Edit', 'Delete'])
    await becomes(() => ben.page.getByRole('menuitem', { name: action, exact: true }).count(), 0, action)
  await ben.page.keyboard.press('Escape')
  assert.deepEqual((await new AxeBuilder({ page: ben.page }).analyze()).violations, [])

  await ada.say('News for everybody')
  await ben.hears('News for everybody')

  await letWrite(ada, 'Everyone')
  await ben.composer.waitFor()
  await becomes(() => ben.composer.inputValue(), 'Half a thought')
  await ben.composer.press('Enter')
  await ada.hears('Half a thought')
})

test('[RO6] what was written without a network waits, marked, until one may write again', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ben.guest.context.setOffline(true)
  await ben.say('Said on the train')
  await letWrite(ada, 'Members')
  await letWrite(ada, 'Moderators')
  await ben.guest.context.setOffline(false)
  await ben.page.getByText('Only moderators write here.').waitFor()
  await ben.messages
    .and(ben.page.locator('[data-state="sending"]'))
    .filter({ hasText: 'Said on the train' })
    .waitFor()
  await letWrite(ada, 'Everyone')
  await ben.isSent('Said on the train')
  await ada.hears('Said on the train')
})
