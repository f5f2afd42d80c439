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

test('[OF8] what waits to be changed is listed with what waits to be said, and can be taken back', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const { page, guest } = ada
  for (const text of ['At seven', 'At the mill', 'With bread', 'Bring nothing']) await ada.say(text)
  await ben.say('Shall I come?')
  await ada.hears('Shall I come?')
  await ada.isSent('Bring nothing')
  const chip = page.locator('[data-connection]')
  const items = page.getByRole('dialog').filter({ hasText: 'Waits to be sent' }).getByRole('listitem')
  const edit = async (text: string, now: string): Promise<void> => {
    await ada.act(text, 'Edit')
    const editor = page.getByRole('textbox', { name: 'Edit' })
    await editor.fill(now)
    await editor.press('Enter')
    await ada.message(now).waitFor()
  }
  const remove = async (text: string): Promise<void> => {
    await ada.act(text, 'Delete')
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click()
    await ada.message(text).waitFor({ state: 'detached' })
  }
  const react = async (text: string): Promise<void> => {
    await ada.message(text).hover()
    await ada.message(text).getByRole('button', { name: 'Thumbs up', exact: true }).click()
  }
  await guest.context.setOffline(true)
  await ada.isConnection('offline')
  await edit('At seven', 'At eight')
  await edit('At the mill', 'At the bridge')
  await remove('With bread')
  await remove('Bring nothing')
  await react('Shall I come?')
  await ada.say('See you there')

  await chip.click()
  const listed = [
    'See you there',
    'Edit: At eight',
    'Edit: At the bridge',
    'Deleted: With bread',
    'Deleted: Bring nothing',
    'Reaction 👍 to “Shall I come?”',
  ]
  await becomes(() => items.allInnerTexts(), listed)
  const { violations } = await new AxeBuilder({ page }).analyze()
  assert.deepEqual(violations, [])
  await items.getByRole('button', { name: 'Take back Edit: At eight' }).click()
  await items.getByRole('button', { name: 'Take back', exact: true }).click()
  await items.getByRole('button', { name: 'Take back Deleted: With bread' }).click()
  listed.splice(1, 1)
  listed.splice(2, 1)
  await becomes(() => items.allInnerTexts(), listed)
  await ada.hears('At seven')
  await ada.hears('With bread')
  await react('Shall I come?')
  await react('At seven')
  listed.splice(-1, 1, 'Reaction 👍 to “At seven”')
  await chip.click()
  await becomes(() => items.allInnerTexts(), listed)

  await guest.context.setOffline(false)
  await ada.isSent('See you there')
  await becomes(() => items.count(), 0)
  await ben.hears('See you there')
  await ben.reaction('At seven', 'Thumbs up').waitFor()
  await ben.message('Bring nothing').waitFor({ state: 'detached' })
  for (const text of ['At seven', 'At the bridge', 'With bread', 'Shall I come?']) await ben.hears(text)
  await becomes(() => ben.messages.count(), 5)
  await becomes(() => ben.page.locator('.reactions').getByRole('button', { name: 'Thumbs up' }).count(), 1)
  await becomes(() => ben.message('At seven').getByText('edited').count(), 0)
})
