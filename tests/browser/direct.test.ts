/** Conversations of two, as they are begun, found and kept apart from rooms. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { openScene } from '../support/scene.ts'
import { RoomPage } from '../support/room-page.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()

async function hasNoViolations(page: Page): Promise<void> {
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null))),
  )
  assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations, [])
}

async function nameOf(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const { me } = (await (await fetch('/api/me')).json()) as { me: { name: string } }
    return me.name
  })
}

const conversations = (page: Page) => page.getByRole('region', { name: 'Direct messages' })

test('[RO2] one writes to somebody from the people of a room, and they find it at home and in the switcher', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const [nameOfAda, nameOfBen] = [await nameOf(ada.page), await nameOf(ben.page)]
  await ada.page.getByRole('tab', { name: /^People/ }).click()
  await ada.page.getByRole('button', { name: `Actions for ${nameOfBen}` }).click()
  await ada.page.getByRole('menuitem', { name: 'Message', exact: true }).click()
  await ada.page.getByRole('heading', { level: 1, name: nameOfBen }).waitFor()
  const roomId = new URL(ada.page.url()).pathname.split('/')[2]
  assert.ok(roomId !== undefined && roomId !== ada.roomId)
  const mine = new RoomPage(ada.guest, roomId)
  await mine.isConnection('live')
  await becomes(() => ada.page.getByRole('button', { name: 'Invite', exact: true }).count(), 0)
  await ada.page.getByRole('button', { name: 'Room menu' }).click()
  for (const name of ['Leave room', 'Room settings'])
    await becomes(() => ada.page.getByRole('menuitem', { name }).count(), 0)
  await ada.page.keyboard.press('Escape')
  await ada.page.getByRole('tab', { name: 'Chat' }).click()
  await mine.say('Only for you')
  await mine.isSent('Only for you')

  await ben.page.goto('/')
  await conversations(ben.page).getByRole('link', { name: nameOfAda }).waitFor()
  await conversations(ben.page).getByRole('img', { name: '1 unread message' }).waitFor()
  await hasNoViolations(ben.page)
  await ben.page.keyboard.press('Control+k')
  await ben.page.getByRole('combobox', { name: 'Go to a room' }).fill(nameOfAda)
  await ben.page.getByRole('option', { name: nameOfAda }).waitFor()
  await becomes(() => ben.page.getByRole('group', { name: 'People' }).count(), 0, 'they have one already')
  await ben.page.keyboard.press('Enter')
  const theirs = new RoomPage(ben.guest, roomId)
  await theirs.isConnection('live')
  await theirs.hears('Only for you')
  await ben.page.getByRole('heading', { level: 1, name: nameOfAda }).waitFor()
})

test('[RO2] a group is begun from home, with those one meets in rooms', async () => {
  const [ada, ben, cleo] = await scene.meet('Ada', 'Ben', 'Cleo')
  assert.ok(ada !== undefined && ben !== undefined && cleo !== undefined)
  const names = [await nameOf(ben.page), await nameOf(cleo.page)]
  const { page } = ada
  await page.goto('/')
  await conversations(page).getByText('No conversations yet').waitFor()
  await conversations(page).getByRole('button', { name: 'New message' }).click()
  const dialog = page.getByRole('dialog', { name: 'New message' })
  for (const name of names) {
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name)
    await dialog.getByRole('checkbox', { name }).check()
  }
  await hasNoViolations(page)
  await dialog.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: names.join(', ') }).waitFor()
  await page.getByRole('button', { name: 'Room menu' }).click()
  await page.getByRole('menuitem', { name: 'Leave room' }).waitFor()
})

test('[RO2] the switcher finds people, and begins with them', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const name = await nameOf(ben.page)
  await ada.page.keyboard.press('Control+k')
  await ada.page.getByRole('combobox', { name: 'Go to a room' }).fill(name)
  await ada.page.getByRole('group', { name: 'People' }).getByRole('option', { name }).click()
  await ada.page.getByRole('heading', { level: 1, name }).waitFor()
})
