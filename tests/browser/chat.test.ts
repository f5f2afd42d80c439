/** What two people do with what was said: react, reply, change, delete, find, and read what is long past. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page } from 'playwright-core'
import { paths, type InviteResponse, type RoomResponse } from '#shared/http.ts'
import type { RoomId } from '#shared/ids.ts'
import { pageMessagesMax, searchHitsMax } from '#shared/limits.ts'
import { askFrom } from '../support/browser.ts'
import { fillPages } from '../support/long-chat.ts'
import type { RoomPage } from '../support/room-page.ts'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

async function two(): Promise<readonly [RoomPage, RoomPage]> {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  return [ada, ben]
}

async function findsNothing(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${id}: ${String(nodes[0]?.html)}`),
    [],
  )
}

test('[CH6] a reaction is seen by the other, who joins it, and is taken back', async () => {
  const [ada, ben] = await two()
  await ada.say('Soup is ready')
  await ada.isSent('Soup is ready')
  await ben.message('Soup is ready').hover()
  await ben.message('Soup is ready').getByRole('button', { name: 'Heart' }).click()
  await ada.reaction('Soup', 'Heart').waitFor()
  await becomes(() => ada.reaction('Soup', 'Heart').getAttribute('aria-pressed'), 'false')
  assert.match(String(await ada.reaction('Soup', 'Heart').getAttribute('title')), /^Heart: Ben \d+$/)
  await ada.reaction('Soup', 'Heart').click()
  await ben.reaction('Soup', 'Heart').filter({ hasText: '2' }).waitFor()
  await ada.message('Soup').hover()
  await ada.message('Soup').getByRole('button', { name: 'Add a reaction' }).click()
  await findsNothing(ada.page)
  await ada.page.getByRole('button', { name: 'Coffee', exact: true }).click()
  await ben.reaction('Soup', 'Coffee').waitFor()
  await ben.reaction('Soup', 'Heart').click()
  await ada.reaction('Soup', 'Heart').filter({ hasText: '1' }).waitFor()
})

test('a reply names what it answers, leads there, and says when that was deleted', async () => {
  const [ada, ben] = await two()
  await ada.say('Who brings the chairs?')
  await ben.hears('chairs')
  await ben.act('chairs', 'Reply')
  await ben.page.getByText(/In reply to/).waitFor({ state: 'attached' })
  await ben.say('I will')
  const quote = ada
    .message('I will')
    .getByRole('button', { name: /^In reply to Ada \d+ Who brings the chairs/ })
  await quote.click()
  await ada.page.locator('.is-reached').filter({ hasText: 'chairs' }).waitFor()
  // It has the focus now.
  await ada.page.keyboard.press('Enter')
  await ada.page.getByRole('menuitem', { name: 'Delete' }).click()
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await ben.message('I will').getByText('The original message was deleted').waitFor()
  await becomes(() => ben.messages.count(), 1)
})

test('one changes what one said: Escape leaves it, Enter saves it for both, marked as edited', async () => {
  const [ada, ben] = await two()
  await ada.say('Meet at nien')
  await ada.isSent('nien')
  await ada.composer.press('ArrowUp')
  const editor = ada.page.getByRole('textbox', { name: 'Edit' })
  await editor.fill('Never')
  await editor.press('Escape')
  await ada.hears('Meet at nien')
  await until(
    async () => ada.composer.evaluate((area) => area === document.activeElement),
    'back where one was',
  )
  await ada.composer.press('ArrowUp')
  await editor.fill('Meet at nine')
  await editor.press('Enter')
  await ben.hears('Meet at nine')
  await ben.message('Meet at nine').getByText('edited').waitFor()
  await ben.message('Meet at nine').hover()
  await ben.message('Meet at nine').getByRole('button', { name: 'Actions' }).click()
  await becomes(
    () => ben.page.getByRole('menuitem').allInnerTexts(),
    [
      'Reply',
      'Reply in thread',
      'Copy text',
      'Copy link',
      'Pin',
      'Mark unread from here',
      'Report to moderators',
    ],
  )
})

test('who moderates a room may delete what anybody said', async () => {
  const [ada, ben] = await two()
  await ben.say('Buy my pills')
  await ada.hears('pills')
  await ada.act('pills', 'Delete')
  await ada.page.getByRole('button', { name: 'Cancel' }).click()
  await ada.hears('pills')
  await ada.act('pills', 'Delete')
  await findsNothing(ada.page)
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await ben.message('pills').waitFor({ state: 'detached' })
})

test('what is changed, deleted and felt without a network is the same for both afterwards', async () => {
  const [ada, ben] = await two()
  for (const text of ['first words', 'second words', 'third words']) {
    await ada.say(text)
    await ada.isSent(text)
  }
  await ben.hears('third words')
  await ada.guest.context.setOffline(true)
  await ada.isConnection('offline')
  await ada.act('first words', 'Edit')
  await ada.page.getByRole('textbox', { name: 'Edit' }).fill('first words, mended')
  await ada.page.keyboard.press('Enter')
  await ada.act('second words', 'Delete')
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await ada.message('third words').hover()
  await ada.message('third words').getByRole('button', { name: 'Thumbs up' }).click()
  await ada.say('unsent words')
  await ada.message('unsent words').hover()
  await becomes(() => ada.message('unsent words').getByRole('button', { name: 'Thumbs up' }).count(), 0)
  await ada.act('unsent words', 'Edit')
  await ada.page.getByRole('textbox', { name: 'Edit' }).fill('unsent words, mended')
  await ada.page.keyboard.press('Enter')
  await ada.say('never mind')
  await ada.act('never mind', 'Delete')
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await ben.message('third words').hover()
  await ben.message('third words').getByRole('button', { name: 'Thumbs up' }).click()

  await ada.guest.context.setOffline(false)
  await ben.hears('first words, mended')
  await ben.hears('unsent words, mended')
  await ben.message('second words').waitFor({ state: 'detached' })
  for (const page of [ada, ben])
    await page.reaction('third words', 'Thumbs up').filter({ hasText: '2' }).waitFor()
  await ada.isSent('unsent words, mended')
  await becomes(() => ada.messageKeys(), await ben.messageKeys())
  assert.equal((await ben.messageKeys()).length, 3)
})

test('the keys alone lead to a message and what can be done with it, and what arrives takes no focus', async () => {
  const [ada, ben] = await two()
  for (const text of ['one', 'two', 'three']) await ada.say(text)
  await ada.isSent('three')
  await ada.composer.focus()
  await ada.page.keyboard.press('Shift+Tab')
  const focused = (): Promise<string> =>
    ada.page.evaluate(() => document.activeElement?.closest('[data-message-key]')?.textContent ?? '')
  await until(async () => (await focused()).includes('three'), 'the newest message')
  await ada.message('three').press('ArrowUp')
  await ada.message('two').press('ArrowUp')
  await until(async () => (await focused()).includes('one'), 'the oldest message')
  await ben.say('four')
  await ada.hears('four')
  assert.match(await focused(), /one/)
  await findsNothing(ada.page)
  await ada.message('one').press('Enter')
  await ada.page.getByRole('menuitem', { name: 'Reply', exact: true }).press('Enter')
  await until(async () => ada.composer.evaluate((area) => area === document.activeElement), 'the composer')
})

async function inviteOf({ page, roomId }: RoomPage): Promise<string> {
  return (await askFrom<InviteResponse>(page, 'POST', paths.invites(roomId as RoomId), {})).token
}

/** Ada’s room where pages were filled before she came back to it. */
async function longChat(pages = 4): Promise<RoomPage> {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  const token = await inviteOf(ada)
  await ada.page.goto('/')
  await fillPages(scene.server(), token, pages)
  await ada.open()
  return ada
}

/** The list of messages as it is scrolled. */
function listOf({ page }: RoomPage): Locator {
  return page.getByRole('group', { name: 'Messages', exact: true })
}

/**
 * Scrolls to so many px from the top, and on from there, until the first message shown is another. Returns by how much
 * the message that was in view moved as the page came, in px.
 */
async function scrollUpToMore(list: Locator, from: number): Promise<number> {
  return list.evaluate(async (element, from) => {
    const rows = () => [...element.querySelectorAll<HTMLElement>('[data-message-key]')]
    const first = rows()[0]
    element.scrollTop = from
    for (let step = 0; step < 100; step += 1) {
      const edge = element.getBoundingClientRect().top
      const held = rows().find((row) => row.getBoundingClientRect().top > edge + 40)
      const place = () => held?.getBoundingClientRect().bottom ?? NaN
      let before = place()
      for (let frame = 0; frame < 20; frame += 1) {
        await new Promise((next) => requestAnimationFrame(next))
        if (rows()[0] !== first) {
          // What is laid out only now must not move it either.
          for (let late = 0; late < 5; late += 1) await new Promise((next) => requestAnimationFrame(next))
          return place() - before
        }
        before = place()
      }
      element.scrollTop -= 60
    }
    return NaN
  }, from)
}

test('[CH7] older pages come as one scrolls up, what is read stays where it is, and one jumps back', async () => {
  const ada = await longChat()
  await ada.say('the newest of all')
  await ada.isSent('the newest of all')
  const list = listOf(ada)
  // The newest page holds one message, so the one before is open too.
  // At the very top no browser keeps the view in its place by itself.
  for (const place of ['server', 'device']) {
    for (const from of [860, 0, 0]) {
      const moved = await scrollUpToMore(list, from)
      const what = `from ${from} px a page came from the ${place}, and moved what was read by ${moved} px`
      assert.ok(Math.abs(moved) < 1, what)
    }
    if (place === 'device') break
    await ada.page.reload()
    await ada.isConnection('live')
    await ada.hears('the newest of all')
  }
  await list.evaluate((element) => (element.scrollTop = 0))
  await ada.page.getByText('This is the start of the conversation').waitFor()
  await becomes(() => ada.messages.count(), 4 * pageMessagesMax + 1)
  await ada.page.getByRole('button', { name: 'Jump to latest' }).click()
  await until(
    () => list.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight < 2),
    'the end',
  )
})

test('without a network what is not on this device is said to be elsewhere, and comes when it is back', async () => {
  const ada = await longChat(2)
  await ada.guest.context.setOffline(true)
  await ada.isConnection('offline')
  const before = await ada.messages.count()
  await listOf(ada).evaluate((element) => (element.scrollTop = 0))
  await ada.page.getByText('Earlier messages are not on this device').waitFor()
  await becomes(() => ada.messages.count(), before)
  await ada.guest.context.setOffline(false)
  await until(async () => (await ada.messages.count()) > before, 'the page before')
})

test('a link to a message opens its page and shows it to whoever is in the room; a wrong one says so', async () => {
  const ada = await longChat()
  const ben = await scene.person('Ben')
  const token = await inviteOf(ada)
  await askFrom(ben.page, 'POST', paths.acceptInvite(token), {})
  const text = 'Line 77 of part 2.'
  const hit = await found(ada, 'line 77 of part 2')
  await hit.click()
  const row = ada.page.locator('.is-reached').filter({ hasText: text })
  await row.waitFor()
  assert.equal(await row.evaluate((element) => element === document.activeElement), true)
  await ada.act(text, 'Copy link')
  const link = await ada.page.evaluate(() => navigator.clipboard.readText())
  assert.match(link, new RegExp(`/r/${ada.roomId}/0\\.`))

  await ben.page.goto(link)
  const shown = ben.page.locator('.is-reached').filter({ hasText: text })
  await shown.waitFor()
  assert.equal(await isInView(shown), true)
  await ben.page.goto(`/r/${ada.roomId}/0.1.00000000000`)
  await ben.page.getByText('That message is not here any more').first().waitFor()
})

/** Searches for these words, and waits for the first that is found. */
async function found({ page }: RoomPage, words: string): Promise<Locator> {
  await page.getByRole('button', { name: 'Search messages' }).first().click()
  await page.getByRole('searchbox').fill(words)
  const hit = page.locator('.hit').first()
  await hit.waitFor()
  return hit
}

async function isInView(row: Locator): Promise<boolean> {
  return row.evaluate((element) => {
    const list = element.closest('[role="group"]')?.getBoundingClientRect()
    const { top, bottom } = element.getBoundingClientRect()
    return list !== undefined && top >= list.top && bottom <= list.bottom
  })
}

test('words are found in every page, the newest first, and lead to their message by keys alone', async () => {
  const ada = await longChat()
  await ada.page.locator('body').press('/')
  await ada.page.getByRole('searchbox').fill('line 99')
  const hits = ada.page.locator('.hit')
  await until(async () => (await hits.count()) === 16, 'one of each part')
  await becomes(() => hits.first().locator('mark').allInnerTexts(), ['Line', '99'])
  assert.match(await hits.first().innerText(), /Teller 16/)
  await findsNothing(ada.page)
  await ada.page.getByRole('searchbox').fill('second paragraph')
  const more = ada.page.getByRole('button', { name: 'Show more' })
  await until(async () => (await hits.count()) === searchHitsMax, 'a first answer')
  await more.click()
  await until(async () => (await hits.count()) === 2 * searchHitsMax, 'more of them')
  await ada.page.getByRole('searchbox').fill('zebra')
  await ada.page.getByText('Nothing found for “zebra”').waitFor()
  await ada.page.getByRole('searchbox').fill('line 99')
  await until(async () => (await hits.count()) === 16, 'one of each part')
  await ada.page.getByRole('searchbox').press('ArrowDown')
  await hits.first().press('Enter')
  await ada.page.locator('.is-reached').filter({ hasText: 'Line 99 of part 16' }).waitFor()

  await ada.page.keyboard.press('Control+Shift+F')
  await ada.page.getByRole('searchbox').press('Escape')
  await ada.page.getByRole('searchbox').waitFor({ state: 'hidden' })
  await ada.guest.context.setOffline(true)
  await ada.isConnection('offline')
  await ada.page.keyboard.press('Control+Shift+F')
  await ada.page.getByText('Searching needs the server').waitFor()
})

test('who comes back finds a line before what is new, however far up, and a way there', async () => {
  const [ada, ben] = await two()
  await ada.say('read by both')
  await ben.hears('read by both')
  await until(async () => {
    const { unreadCount } = (await askFrom<RoomResponse>(ben.page, 'GET', paths.room(ben.roomId as RoomId)))
      .room
    return unreadCount === 0
  }, 'Ben has read it')
  await ben.page.goto('/')
  const token = await inviteOf(ada)
  await ada.page.goto('/')
  await fillPages(scene.server(), token, 2)
  await ben.open()
  const unread = ben.page.getByRole('button', { name: /unread$/ })
  await unread.waitFor()
  // The first page was full with one less.
  await becomes(() => unread.innerText(), '1,023 unread')
  await becomes(() => ben.page.locator('[data-unread-line]').count(), 0)
  await unread.click()
  await ben.page.locator('[data-unread-line]').waitFor()
  await unread.waitFor({ state: 'hidden' })
  assert.equal(await isInView(ben.message('read by both')), true)
})

test('on a phone a long press opens what can be done, and search fills the screen', async () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
  const [ada, ben] = await scene.roomOf(await scene.person('Ada', phone), await scene.person('Ben'))
  assert.ok(ada !== undefined && ben !== undefined)
  await ben.say('Under the old oak')
  await ada.hears('old oak')
  await longPress(ada, ada.message('old oak'))
  const sheet = ada.page.getByRole('dialog')
  await sheet.getByRole('button', { name: 'Fire', exact: true }).waitFor()
  await findsNothing(ada.page)
  await sheet.getByRole('button', { name: 'Fire', exact: true }).click()
  await ben.reaction('old oak', 'Fire').waitFor()

  await ada.page.getByRole('button', { name: 'Room menu' }).click()
  await ada.page.getByRole('menuitem', { name: 'Search messages' }).click()
  await ada.page.getByRole('searchbox').fill('oak')
  await ada.page.locator('.hit').first().waitFor()
  await findsNothing(ada.page)
  assert.equal(await ada.page.evaluate(() => document.documentElement.scrollWidth), 390)
  await ada.page.locator('.hit').first().click()
  await ada.page.locator('.is-reached').filter({ hasText: 'old oak' }).waitFor()
})

/** A finger that stays until it may be lifted. */
async function longPress({ page, guest }: RoomPage, row: Locator): Promise<void> {
  const box = await row.boundingBox()
  assert.ok(box !== null)
  const devtools = await guest.context.newCDPSession(page)
  const point = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  await devtools.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] })
  await page.locator('.is-held').waitFor()
  await devtools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}
