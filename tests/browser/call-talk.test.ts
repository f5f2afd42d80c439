/** Push-to-talk: who is muted is heard while Space is held, unless Space belongs to something else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openScene } from '../support/scene.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()

test('held Space lets a muted person be heard until it is let go of or the page is left, and is a space in a field', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.joinCall()
  await ben.joinCall()
  await Promise.all([ada.hasOthers(1), ben.hasOthers(1)])
  const { page } = ada
  const hears = (state: 'on' | 'off') =>
    ben.others.and(ben.page.locator(`[data-microphone="${state}"]`)).waitFor()

  // Pressed with the pointer: the button has the focus, but Space is free.
  await page.getByRole('button', { name: 'Mute', exact: true }).click()
  await hears('off')
  await page.keyboard.down('Space')
  await hears('on')
  await page.getByText('You are heard while you hold Space').waitFor()
  await page.keyboard.up('Space')
  await hears('off')
  await page.keyboard.down('Space')
  await hears('on')
  await page.evaluate(() => window.dispatchEvent(new Event('blur')))
  await hears('off')
  await page.keyboard.up('Space')
  await page.getByRole('button', { name: 'Unmute', exact: true }).waitFor()

  await ada.composer.fill('one')
  await ada.composer.press('Space')
  await becomes(() => ada.composer.inputValue(), 'one ')
  await becomes(() => page.getByText('You are heard while you hold Space').count(), 0)

  // Walked to with the keyboard: Space presses the button.
  await page.getByRole('button', { name: 'Unmute', exact: true }).focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Space')
  await hears('on')
  await page.getByRole('button', { name: 'Mute', exact: true }).waitFor()
})
