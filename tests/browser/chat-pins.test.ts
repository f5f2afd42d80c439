/** Pinning messages: marked where they stand, listed above the chat, for everybody. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { InviteResponse } from '#shared/http.ts'
import type { Locator } from 'playwright-core'
import { askFrom } from '../support/browser.ts'
import { fillPages } from '../support/long-chat.ts'
import { RoomPage } from '../support/room-page.ts'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

const markOf = (person: RoomPage, text: string): Locator =>
  person.message(text).getByRole('img', { name: 'Pinned' })
const strip = ({ page }: RoomPage): Locator => page.getByRole('button', { name: /^Pinned · / })
const list = ({ page }: RoomPage): Locator => page.getByRole('dialog', { name: 'Pinned messages' })

test('[CH14] what one pins is marked and listed for all, leads to its message, and is unpinned', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  for (const text of ['the key is under the mat', 'soup at seven', 'a slip']) {
    await ada.say(text)
    await ada.isSent(text)
  }
  await ada.act('the key is under the mat', 'Pin')
  await ada.act('soup at seven', 'Pin')
  await ada.act('a slip', 'Pin')
  for (const person of [ada, ben]) {
    await markOf(person, 'the key is under the mat').waitFor()
    await strip(person).filter({ hasText: 'Pinned · 3' }).waitFor()
  }

  await strip(ben).click()
  const items = list(ben).getByRole('listitem')
  const texts = await items.allInnerTexts()
  assert.deepEqual(
    texts.map((text) => /a slip|soup|key/.exec(text)?.[0]),
    ['a slip', 'soup', 'key'],
    'the newest pin first',
  )
  assert.match(texts[0] ?? '', /^Ada \d+\s+Today, /m)
  const { violations } = await new AxeBuilder({ page: ben.page }).analyze()
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${id}: ${String(nodes[0]?.html)}`),
    [],
  )
  await ada.act('a slip', 'Delete')
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await until(async () => (await items.count()) === 2, 'what was deleted to leave the list')

  await items.filter({ hasText: 'soup' }).getByRole('button', { name: 'Unpin' }).click()
  await strip(ada).filter({ hasText: 'Pinned · 1' }).waitFor()
  await becomes(() => markOf(ada, 'soup at seven').count(), 0)
  await items.getByRole('button', { name: /the key is under the mat/ }).click()
  await ben.message('the key is under the mat').and(ben.page.locator('.is-reached')).waitFor()
  await until(
    () => ben.message('the key is under the mat').evaluate((element) => element === document.activeElement),
    'the focus',
  )

  await ada.act('the key is under the mat', 'Unpin')
  await strip(ben).waitFor({ state: 'detached' })
  await becomes(() => markOf(ben, 'the key').count(), 0)
})

test('[CH14] a pin leads to an older page, and what was pinned meanwhile is there after a time offline', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.say('what holds for all that follows')
  await ada.isSent('what holds')
  await ben.hears('what holds')
  await ben.guest.context.setOffline(true)
  await ben.isConnection('offline')
  await ben.act('what holds', 'Pin')
  await ben.page.getByText('cannot be reached').first().waitFor()
  await ada.act('what holds', 'Pin')
  await markOf(ada, 'what holds').waitFor()
  await becomes(() => strip(ben).count(), 0)
  await ben.guest.context.setOffline(false)
  await strip(ben).filter({ hasText: 'what holds' }).waitFor()

  const path = `/api/rooms/${ada.roomId}/invites`
  const { token } = await askFrom<InviteResponse>(ada.page, 'POST', path, {})
  await fillPages(scene.server(), token, 2)
  // Whose device has nothing of the room is shown its newest page alone.
  const eve = new RoomPage(await scene.person('Eve'), ada.roomId)
  await askFrom(eve.page, 'POST', `/api/invites/${token}/accept`, {})
  await eve.open()
  await strip(eve).waitFor()
  await becomes(() => eve.message('what holds').count(), 0)
  await strip(eve).click()
  await list(eve)
    .getByRole('button', { name: /what holds/ })
    .click()
  await eve.message('what holds').and(eve.page.locator('.is-reached')).waitFor()
})

test('[CH14] a guest sees what is pinned, and is offered neither to pin nor to unpin', async () => {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  await ada.say('the rules of the house')
  await ada.isSent('the rules')
  await ada.act('the rules', 'Pin')
  await strip(ada).waitFor()
  const path = `/api/rooms/${ada.roomId}/invites`
  const { token } = await askFrom<InviteResponse>(ada.page, 'POST', path, {})
  const { page } = await scene.stranger()
  await page.goto(`/i/${token}`)
  await page.getByRole('textbox').fill('Gus')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Pinned · 1' }).click()
  const pinned = page.getByRole('dialog', { name: 'Pinned messages' })
  await pinned.getByRole('button', { name: /the rules/ }).waitFor()
  await becomes(() => pinned.getByRole('button', { name: 'Unpin' }).count(), 0)
  await page.keyboard.press('Escape')
  await page.locator('[data-message-key]').hover({ position: { x: 8, y: 8 } })
  await page.locator('[data-message-key]').getByRole('button', { name: 'Actions' }).click()
  await page.getByRole('menuitem', { name: 'Copy text' }).waitFor()
  await becomes(() => page.getByRole('menuitem', { name: /Pin/i }).count(), 0)
})
