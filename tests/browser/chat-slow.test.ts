/** A slow room as it is seen: said beside the composer, counted down, and over when it is switched off. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { openScene } from '../support/scene.ts'
import type { RoomPage } from '../support/room-page.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()

async function slowDown({ page }: RoomPage, option: string): Promise<void> {
  await page.getByRole('button', { name: 'Room menu' }).click()
  await page.getByRole('menuitem', { name: 'Room settings' }).click()
  await page.getByLabel('Slow mode in the chat').selectOption({ label: option })
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
}

test('[CH15] who moderates slows a room down: the others see how long they wait, and keep what they began', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await slowDown(ada, 'One message a minute')
  await ben.page.getByText('Slow mode: 1 minute between messages.').waitFor()
  await ben.say('First')
  await ben.isSent('First')
  await ben.page.getByText(/^Slow mode: you can write again in (59|5\d|1) (seconds|minute)/).waitFor()
  await ben.composer.fill('Second')
  await ben.composer.press('Enter')
  await becomes(() => ben.composer.inputValue(), 'Second')
  await becomes(() => ben.page.getByRole('button', { name: 'Send', exact: true }).isDisabled(), true)
  assert.deepEqual((await new AxeBuilder({ page: ben.page }).analyze()).violations, [])
  await becomes(() => ada.page.getByText('Slow mode').count(), 0)
  await ada.say('I am not slowed')
  await ada.say('At all')
  await ben.hears('At all')

  await slowDown(ada, 'Off')
  await ben.page.getByText('Slow mode').waitFor({ state: 'detached' })
  await ben.composer.press('Enter')
  await ada.hears('Second')
})
