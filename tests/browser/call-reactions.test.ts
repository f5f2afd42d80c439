/** Reactions and hands, from the call's bar to everybody's stage. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openScene } from '../support/scene.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()

test('[CA9] a reaction rises over its sender’s tile at both ends and is announced; whoever comes later sees nothing of it', async () => {
  const [ada, ben, eve] = await scene.meet('Ada', 'Ben', 'Eve')
  assert.ok(ada !== undefined && ben !== undefined && eve !== undefined)
  await ada.joinCall()
  await ben.joinCall()
  await Promise.all([ada.hasOthers(1), ben.hasOthers(1)])
  const { page } = ada
  await page.keyboard.press('r')
  await page.getByRole('button', { name: 'Thumbs up' }).and(page.locator(':focus')).waitFor()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  const clap = '[data-reaction="👏"]'
  await Promise.all([
    page.locator(`[data-self] ${clap}`).waitFor(),
    ben.others.locator(clap).waitFor(),
    ben.page
      .locator('[aria-live="polite"]')
      .getByText(/^Ada .* reacts: Applause$/)
      .waitFor({ state: 'attached' }),
  ])
  await ben.others.locator(clap).waitFor({ state: 'detached' })
  await eve.joinCall()
  await eve.hasOthers(2)
  await becomes(() => eve.page.locator('[data-reaction]').count(), 0)

  await page.keyboard.press('Escape')
  await page.keyboard.press('h')
  await ben.page.getByRole('list', { name: 'Raised hands' }).getByText('Ada').waitFor()
  await page.getByRole('button', { name: 'Lower hand' }).waitFor()
})

test('without the server no reaction is offered that nobody would see', async () => {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  await ada.joinCall()
  await scene.restart(async () => {
    await ada.page.getByRole('button', { name: 'React', exact: true }).click()
    await ada.page.getByText('The server is away, so nobody would see your reaction.').waitFor()
    await becomes(() => ada.page.getByRole('button', { name: 'Heart', exact: true }).isDisabled(), true)
  })
})
