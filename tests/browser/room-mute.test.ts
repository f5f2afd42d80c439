/** Muting a room and sorting the list of rooms, as they are seen. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page } from 'playwright-core'
import { paths, type RoomResponse } from '#shared/http.ts'
import { askFrom } from '../support/browser.ts'
import { openScene } from '../support/scene.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()

const inMenu = async (page: Page, action: string): Promise<void> => {
  await page.getByRole('button', { name: 'Room menu' }).click()
  await page.getByRole('menuitem', { name: action, exact: true }).click()
}

const atHome = async (page: Page) => {
  await page.goto('/')
  const rooms = page.getByRole('region', { name: 'My rooms' })
  await rooms.getByRole('link').first().waitFor()
  return rooms
}

test('[RO5] a muted room shows no count, on no device of theirs, but says how many messages mention them', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await inMenu(ben.page, 'Mute')
  await ben.page.getByRole('img', { name: 'Muted for you' }).waitFor()
  await ben.page.goto('/')
  await ada.say('Does anybody read this?')
  await ada.isSent('Does anybody read this?')

  const rooms = await atHome(ben.page)
  await rooms.getByRole('img', { name: 'Muted', exact: true }).waitFor()
  await becomes(() => rooms.getByRole('img', { name: /unread/ }).count(), 0)
  await ada.say('@all Lunch is here')
  await ada.isSent('Lunch is here')
  const again = await atHome(ben.page)
  await again.getByRole('img', { name: '1 mention of you' }).waitFor()
  assert.deepEqual((await new AxeBuilder({ page: ben.page }).analyze()).violations, [])

  await ben.open()
  await inMenu(ben.page, 'Unmute')
  await ben.page.getByRole('img', { name: 'Muted for you' }).waitFor({ state: 'detached' })
})

test('[RO5] rooms are listed by activity, by name, or what is unread first; the device remembers it', async () => {
  const ada = await scene.person('Ada')
  const ben = await scene.person('Ben')
  const [porch, theirs] = await scene.roomOf(ada, ben)
  assert.ok(porch !== undefined && theirs !== undefined)
  await ada.page.goto('/')
  await theirs.say('Hello?')
  await theirs.isSent('Hello?')
  for (const title of ['Room 10', 'room 9', 'Attic'])
    await askFrom<RoomResponse>(ada.page, 'POST', paths.rooms, { title, access: 'invite' })
  const titles = async () =>
    (await atHome(ada.page))
      .getByRole('link')
      .evaluateAll((links) => links.map((link) => link.querySelector('.title')?.textContent))
  const order = async (now: string, next: string): Promise<void> => {
    await ada.page.getByRole('button', { name: `Order: ${now}` }).click()
    await ada.page.getByRole('menuitem', { name: next }).click()
    await ada.page.getByRole('button', { name: `Order: ${next}` }).waitFor()
  }
  assert.deepEqual(await titles(), ['Attic', 'room 9', 'Room 10', 'The porch'])
  await order('Latest first', 'By name')
  assert.deepEqual(await titles(), ['Attic', 'room 9', 'Room 10', 'The porch'])
  await order('By name', 'Unread first')
  assert.deepEqual(await titles(), ['The porch', 'Attic', 'room 9', 'Room 10'])
})

test('home fits the smallest screens, and what the list of rooms offers stands beside its title', async () => {
  const { page } = await scene.person('Ada', { viewport: { width: 320, height: 640 } })
  await askFrom<RoomResponse>(page, 'POST', paths.rooms, { title: 'The porch', access: 'invite' })
  const rooms = await atHome(page)
  await page.getByRole('textbox', { name: 'Join with a link' }).waitFor()
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320)
  const middleOf = async (locator: Locator): Promise<number> => {
    const box = await locator.boundingBox()
    assert.ok(box !== null)
    return box.y + box.height / 2
  }
  const title = await middleOf(rooms.getByRole('heading', { name: 'My rooms' }))
  for (const name of [/^Find a room/, /^Order/])
    assert.ok(Math.abs((await middleOf(rooms.getByRole('button', { name }))) - title) < 8, String(name))
})
