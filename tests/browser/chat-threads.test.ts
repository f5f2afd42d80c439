/** Threads: begun, answered and read beside the room's own talk; also without a network, and on a phone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Locator } from 'playwright-core'
import type { RoomResponse } from '#shared/http.ts'
import { askFrom } from '../support/browser.ts'
import type { RoomPage } from '../support/room-page.ts'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

const head = ({ page }: RoomPage): Locator => page.getByRole('heading', { name: 'Thread', exact: true })
const lineOf = (person: RoomPage, text: string): Locator =>
  person.message(text).getByRole('button', { name: /open the thread$/ })

/** Shows the thread of a message by its menu, and waits until one can write there. */
async function openByMenu(person: RoomPage, text: string): Promise<void> {
  await person.act(text, 'Reply in thread')
  await head(person).waitFor()
}

async function textsOf({ messages }: RoomPage): Promise<string[]> {
  const texts = await messages.locator('.words').allInnerTexts()
  return texts.map((text) => /[^\n]*$/.exec(text.trim())?.[0] ?? '')
}

test('[CH16] a thread is begun, answered and summed up beside the room’s own talk', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.say('where shall we meet?')
  await ada.isSent('where shall we meet?')
  await ben.hears('where shall we meet?')
  await ada.composer.fill('a draft of the room')

  await openByMenu(ada, 'where shall we meet?')
  await until(() => ada.composer.evaluate((field) => field === document.activeElement), 'the focus')
  assert.equal(await ada.composer.inputValue(), '', 'a thread has its own draft')
  await ada.say('at the fountain')
  await ada.isSent('at the fountain')
  await ada.composer.fill('a draft of the thread')

  await lineOf(ben, 'where shall we meet?').filter({ hasText: '1 reply' }).waitFor()
  assert.equal(await ben.message('at the fountain').count(), 0, 'the room does not show it')
  await ben.say('something else')
  await lineOf(ben, 'where shall we meet?').click()
  await ben.hears('at the fountain')
  assert.equal(await ben.message('something else').count(), 0, 'the thread shows nothing else')
  await ben.say('at noon')
  await ada.hears('at noon')
  const { violations } = await new AxeBuilder({ page: ben.page }).analyze()
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${id}: ${String(nodes[0]?.html)}`),
    [],
  )

  await ben.message('at the fountain').hover({ position: { x: 8, y: 8 } })
  await ben.message('at the fountain').getByRole('button', { name: 'Heart' }).click()
  await ada.reaction('at the fountain', 'Heart').waitFor()
  await ada.page.keyboard.press('Escape')
  await head(ada).waitFor({ state: 'detached' })
  assert.equal(await ada.composer.inputValue(), 'a draft of the room')
  await lineOf(ada, 'where shall we meet?').filter({ hasText: '2 replies' }).waitFor()
  await ada.message('where shall we meet?').press('t')
  await head(ada).waitFor()
  assert.equal(await ada.composer.inputValue(), 'a draft of the thread')
  await ada.act('at the fountain', 'Delete')
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await becomes(() => ben.message('at the fountain').count(), 0)
  await ben.page.getByRole('button', { name: 'Back to the room' }).click()
  await lineOf(ben, 'where shall we meet?').filter({ hasText: '1 reply' }).waitFor()
})

test('[CH16] a thread whose root is deleted stays, and what one has said there offline is delivered once', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.say('a slip of the tongue')
  await ada.isSent('a slip of the tongue')
  await ben.hears('a slip')
  await openByMenu(ben, 'a slip of the tongue')
  await ben.say('what do you mean?')
  await ben.isSent('what do you mean?')

  await ben.guest.context.setOffline(true)
  await ben.isConnection('offline')
  await ben.say('I wonder')
  await ben.page.getByRole('button', { name: 'Offline' }).first().click()
  await ben.page.locator('.connection-more').getByText('I wonder').waitFor()
  await ben.page.keyboard.press('Escape')
  await ada.act('a slip of the tongue', 'Delete')
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  const left = ada.messages.filter({ hasText: 'was deleted' })
  await left.getByRole('button', { name: /^1 reply/ }).waitFor()
  assert.equal(await ada.message('a slip of the tongue').count(), 0)

  await ben.guest.context.setOffline(false)
  await ben.isSent('I wonder')
  await left.getByRole('button', { name: /^2 replies/ }).click()
  await ada.hears('I wonder')
  assert.equal(await ada.message('I wonder').count(), 1)
  assert.deepEqual((await textsOf(ada)).slice(-2), ['what do you mean?', 'I wonder'])
})

test('[CH17] a link and a search lead into the thread', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.say('where shall we meet?')
  await ada.isSent('where shall we meet?')
  await ben.page.goto('about:blank')
  await openByMenu(ada, 'where shall we meet?')
  await ada.say('at the fountain')
  await ada.isSent('at the fountain')
  const key = await ada.message('at the fountain').getAttribute('data-message-key')

  await ben.page.goto(`/r/${ben.roomId}/0.${String(key)}`)
  await head(ben).waitFor()
  await ben.message('at the fountain').and(ben.page.locator('.is-reached')).waitFor()
  await ben.page.keyboard.press('Escape')
  await head(ben).waitFor({ state: 'detached' })
  await until(
    () => ben.message('where shall').evaluate((row) => row === document.activeElement),
    'the focus where the thread begins',
  )

  await ben.page.keyboard.press('/')
  await ben.page.getByRole('searchbox').fill('fountain')
  await ben.page
    .getByRole('listitem')
    .getByRole('button', { name: /at the fountain/ })
    .click()
  await head(ben).waitFor()
  await ben.page.getByRole('button', { name: 'Back to the room' }).click()
})

test('[CH17] what is unread in a thread is led to, and marked where the thread begins', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.say('where shall we meet?')
  await ada.isSent('where shall we meet?')
  await ben.hears('where shall we meet?')
  await until(async () => (await readCountOf(ben)) === 1, 'what is here to be read')
  await ben.page.goto('/')
  await openByMenu(ada, 'where shall we meet?')
  await ada.say('at the fountain')
  await ada.isSent('at the fountain')

  await ben.open()
  await lineOf(ben, 'where shall we meet?').filter({ hasText: 'new' }).waitFor()
  await ben.page.getByRole('button', { name: '1 unread' }).click()
  await head(ben).waitFor()
  await ben.message('at the fountain').and(ben.page.locator('.is-reached')).waitFor()
})

test('[CH16] on a phone a thread fills the screen, with a way back', async () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
  const [ada, ben] = await scene.roomOf(await scene.person('Ada', phone), await scene.person('Ben'))
  assert.ok(ada !== undefined && ben !== undefined)
  await ben.say('where shall we meet?')
  await ben.isSent('where shall we meet?')
  await openByMenu(ben, 'where shall we meet?')
  await ben.say('at the fountain')
  await lineOf(ada, 'where shall we meet?').tap()
  await head(ada).waitFor()
  await ada.hears('at the fountain')
  const box = await ada.page.locator('.chat').boundingBox()
  assert.equal(box?.width, 390)
  await ada.composer.fill('at noon')
  await ada.send()
  await ben.hears('at noon')
  await ada.page.getByRole('button', { name: 'Back to the room' }).tap()
  await lineOf(ada, 'where shall we meet?').filter({ hasText: '2 replies' }).waitFor()
})

async function readCountOf({ page, roomId }: RoomPage): Promise<number> {
  const { readCount } = await askFrom<RoomResponse>(page, 'GET', `/api/rooms/${roomId}`)
  return readCount
}
