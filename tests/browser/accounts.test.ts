/** Register, sign in, sign out; guests and members by a link; in a real browser. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { password } from '../support/browser.ts'
import { RoomPage } from '../support/room-page.ts'
import { openScene } from '../support/scene.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()

test('somebody registers, signs out, and signs in again', async () => {
  const { page } = await scene.stranger()
  await page.goto('/register')
  await page.getByLabel('Name').fill('Ada Lovelace')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.waitForURL('/')

  await page.getByRole('button', { name: /Ada Lovelace/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()

  await page.goto('/login')
  await page.getByLabel('Name').fill('ada  LOVELACE')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL('/')
  await page.getByRole('button', { name: /Ada Lovelace/ }).waitFor()
})

test('a wrong password is told in words, and what was typed stays', async () => {
  const { page } = await scene.stranger()
  await page.goto('/login')
  await page.getByLabel('Name').fill('Nobody here')
  await page.getByLabel('Password', { exact: true }).fill('not the right one')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('alert').filter({ hasText: /\w/ }).first().waitFor()
  await becomes(() => page.getByLabel('Name').inputValue(), 'Nobody here')
})

test('[H-06] a page that needs an account leads to it and back; a foreign address leads home', async () => {
  const ada = await scene.person('Ada')
  const [room] = await scene.roomOf(ada)
  assert.ok(room !== undefined)
  await ada.context.clearCookies()
  await ada.page.evaluate(() => {
    localStorage.clear()
  })
  await ada.page.goto(`/r/${room.roomId}`)
  await ada.page.waitForURL(/\/login\?returnTo=/)

  const stranger = await scene.stranger()
  await stranger.page.goto('/login?returnTo=//evil.example')
  await stranger.page.getByLabel('Name').fill('Ada 1')
  const me = await scene.person('Bea')
  await me.page.goto('/login?returnTo=//evil.example')
  await me.page.waitForURL((url) => url.origin === scene.origin)
})

test('a guest enters by a link with just a name, and is known the next time', async () => {
  const ada = await scene.person('Ada')
  const [host] = await scene.roomOf(ada)
  assert.ok(host !== undefined)
  await host.page.getByRole('button', { name: 'Invite', exact: true }).click()
  const link = await host.page.getByRole('dialog').getByLabel('Invite link', { exact: true }).inputValue()
  await host.page.keyboard.press('Escape')

  const grace = await scene.stranger()
  await grace.page.goto(link)
  await grace.page.getByText('The porch').first().waitFor()
  await grace.page.getByLabel('Your name').fill('Grace')
  await grace.page.getByRole('button', { name: /^Join/ }).click()
  const room = new RoomPage(grace, host.roomId)
  await room.isConnection('live')
  await room.say('Hello from a guest')
  await host.hears('Hello from a guest')

  await grace.page.goto(link)
  await grace.page.getByRole('button', { name: 'Join as Grace' }).click()
  await room.isConnection('live')
  await room.hears('Hello from a guest')
})

test('[H-18] a link that is not good any more says so, and what to do', async () => {
  const { page } = await scene.stranger()
  await page.goto(`/i/${'x'.repeat(22)}`)
  await page.getByText(/link/i).first().waitFor()
  await page.getByRole('heading').first().waitFor()
  await becomes(() => page.getByLabel('Your name').count(), 0)
})

test('[R-02] a room that is not there and a room one is not in look the same', async () => {
  const ada = await scene.person('Ada')
  const [room] = await scene.roomOf(ada)
  assert.ok(room !== undefined)
  const ben = await scene.person('Ben')
  const texts: string[] = []
  for (const id of [room.roomId, 'A'.repeat(room.roomId.length)]) {
    await ben.page.goto(`/r/${id}`)
    await ben.page.getByText('This room is not here').first().waitFor()
    texts.push(await ben.page.locator('main').innerText())
  }
  assert.equal(texts[0], texts[1])
})
