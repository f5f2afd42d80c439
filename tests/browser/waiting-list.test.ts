/** What waits to be sent in a room: listed beside the connection, and thrown away where one wants that. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { openScene } from '../support/scene.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()

test('[OF8] what waits is listed, a message of it is thrown away, and the rest arrives', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const { page, guest } = ada
  const chip = page.locator('[data-connection]')
  const list = page.getByRole('dialog').filter({ hasText: 'Waits to be sent' })
  await chip.click()
  await page.getByText('Everything you do here is saved as you do it.').waitFor()
  await becomes(() => list.count(), 0)
  await page.keyboard.press('Escape')
  // What the list consists of is here, as it is where a service worker keeps it.
  await guest.context.setOffline(true)
  await ada.isConnection('offline')
  await ada.say('Keep this')
  await ada.say('Not this')
  await ada.attach('map.txt', 'text/plain', Buffer.from('left at the mill'))
  await ada.send()
  await ada.tool('Pen')
  await ada.drag([0.2, 0.6], [0.4, 0.7])
  await ada.hasShapes(1)

  await chip.click()
  const items = list.getByRole('listitem')
  await becomes(
    () => items.allInnerTexts(),
    ['Keep this', 'Not this', 'map.txt', 'What you drew on the board'],
  )
  const { violations } = await new AxeBuilder({ page }).analyze()
  assert.deepEqual(violations, [])
  await list.getByRole('button', { name: 'Do not send “Not this”' }).click()
  await list.getByRole('button', { name: 'Keep', exact: true }).click()
  await becomes(() => items.count(), 4)
  await list.getByRole('button', { name: 'Do not send “Not this”' }).click()
  await list.getByRole('button', { name: 'Throw away' }).click()
  await becomes(() => items.allInnerTexts(), ['Keep this', 'map.txt', 'What you drew on the board'])
  await becomes(() => ada.message('Not this').count(), 0)

  await guest.context.setOffline(false)
  await ada.isSent('map.txt')
  await becomes(() => list.count(), 0)
  await ben.hears('map.txt')
  await ben.hasShapes(1)
  await becomes(() => ben.messages.count(), 2)
  await becomes(() => ben.message('Not this').count(), 0)
})
