/** Reporting a message, as it is seen by who does and by who moderates. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { openScene } from '../support/scene.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()

async function findsNothing(page: Page): Promise<void> {
  await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)))
  assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations, [])
}

test('[RO11] a message is reported from its menu; who moderates is led to it, and puts the report away', async () => {
  const [ada, ben, eve] = await scene.meet('Ada', 'Ben', 'Eve')
  assert.ok(ada !== undefined && ben !== undefined && eve !== undefined)
  await ben.say('Buy my hats!')
  await eve.hears('Buy my hats!')
  await ada.page.goto('/')
  await eve.act('Buy my hats!', 'Report to moderators')
  await eve.page.getByLabel('Why (if you want to say)').fill('Adverts again')
  await findsNothing(eve.page)
  await eve.page.getByRole('button', { name: 'Report', exact: true }).click()
  await eve.page.getByText('Those who moderate this room will see it.').first().waitFor()

  await ada.page
    .getByText(/^Eve \d+ reported a message in The porch: Buy my hats!$/)
    .first()
    .waitFor()
  await ada.page.getByRole('button', { name: 'Show', exact: true }).click()
  await ada.page.locator('.is-reached').filter({ hasText: 'Buy my hats!' }).waitFor()
  await ada.page.getByRole('button', { name: 'Room menu' }).click()
  await ada.page.getByRole('menuitem', { name: 'Room settings' }).click()
  await ada.page.getByText(/^Eve \d+ reported it: Adverts again$/).waitFor()
  await findsNothing(ada.page)
  await ada.page.getByRole('button', { name: /^Put the report of this message away/ }).click()
  await ada.page.getByText(/reported it: Adverts again/).waitFor({ state: 'detached' })
  await ada.page.keyboard.press('Escape')

  // One's own, and whoever moderates has others to turn to.
  for (const person of [ben, ada]) {
    await person.message('Buy my hats!').hover({ position: { x: 8, y: 8 } })
    await person.message('Buy my hats!').getByRole('button', { name: 'Actions' }).click()
    await person.page.getByRole('menuitem', { name: 'Copy text' }).waitFor()
    await becomes(() => person.page.getByRole('menuitem', { name: 'Report to moderators' }).count(), 0)
    await person.page.keyboard.press('Escape')
  }
})
