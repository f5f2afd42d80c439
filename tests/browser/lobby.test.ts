/** The lobby as it is seen: asking to join a room and a locked call, letting in, refusing. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { callPaths } from '#shared/call/paths.ts'
import { paths, type InviteResponse, type RoomResponse } from '#shared/http.ts'
import { askFrom, openBrowser, openPerson, openStranger } from '../support/browser.ts'
import { RoomPage } from '../support/room-page.ts'
import { startTestServer } from '../support/server.ts'
import { becomes } from '../support/until.ts'

test('[CA16] whoever comes by a link asks to join, and is let in or refused; so with a locked call', async (t) => {
  await using server = await startTestServer({ serveClient: true })
  const browser = await openBrowser()
  t.after(() => browser.close())
  const host = await openPerson(browser, server.origin, 'Alice')
  const garden = { title: 'Garden', access: 'invite' }
  const { room } = await askFrom<RoomResponse>(host.page, 'POST', paths.rooms, garden)
  const { url } = await askFrom<InviteResponse>(host.page, 'POST', paths.invites(room.id))
  const alice = new RoomPage(host, room.id)
  await alice.open()
  const door = alice.page.getByRole('region', { name: 'Waiting to be let in' })
  const comers = [await openStranger(browser, server.origin), await openStranger(browser, server.origin)]
  const [gus, gwen] = comers
  assert.ok(gus !== undefined && gwen !== undefined)
  const asksToJoin = async ({ page }: typeof gus, name: string): Promise<void> => {
    await page.goto(url)
    await page.getByRole('textbox', { name: 'Your name' }).fill(name)
    await page.getByRole('button', { name: 'Ask to join' }).click()
    await page.getByRole('heading', { name: 'Waiting to be let in' }).waitFor()
  }
  await t.test('the room’s settings close it', async () => {
    await alice.page.getByRole('button', { name: 'Room menu' }).click()
    await alice.page.getByRole('menuitem', { name: 'Room settings' }).click()
    await alice.page.getByRole('radio', { name: /Asks to join/ }).check()
    await alice.page.getByRole('button', { name: 'Save', exact: true }).click()
    await alice.page.getByRole('dialog').waitFor({ state: 'detached' })
  })
  await t.test('who asks is seen at once, and is in the room when let in', async () => {
    await asksToJoin(gus, 'Gus')
    await door.getByText('Gus').waitFor()
    await gus.page.reload()
    await gus.page.getByRole('heading', { name: 'Waiting to be let in' }).waitFor()
    await becomes(() => door.getByRole('listitem').count(), 1, 'a reload keeps the place')
    for (const page of [gus.page, alice.page])
      assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations, [])
    await door.getByRole('button', { name: 'Let in Gus' }).click()
    await gus.page.locator('[data-connection="live"]').waitFor()
    await door.waitFor({ state: 'detached' })
  })
  await t.test('who is refused is told so in plain words, and may ask again', async () => {
    await asksToJoin(gwen, 'Gwen')
    await door.getByRole('button', { name: 'Refuse Gwen' }).click()
    await gwen.page.getByRole('heading', { name: 'You were not let in' }).waitFor()
    await gwen.page.getByRole('button', { name: 'Ask again' }).click()
    await door.getByText('Gwen').waitFor()
    await gwen.page.getByRole('button', { name: 'Cancel' }).click()
    await gwen.page.getByRole('button', { name: 'Ask to join' }).waitFor()
    await door.waitFor({ state: 'detached' })
  })
  await t.test('[CA7] a locked call: whoever asks joins with their devices when let in', async () => {
    const bob = new RoomPage(gus, room.id)
    await alice.joinCall()
    await askFrom(alice.page, 'POST', callPaths.moderate(room.id), { action: 'lock' })
    await bob.page.getByRole('button', { name: /^(Start|Join) call/ }).click()
    await bob.page.getByRole('button', { name: 'Join', exact: true }).click()
    const wait = bob.page.locator('[data-knock]')
    await wait.getByRole('button', { name: 'Ask to join' }).click()
    await bob.page.locator('[data-knock="waiting"]').waitFor()
    await door.getByText('wants to join the call').waitFor()
    await door.getByRole('button', { name: 'Let in Gus' }).click()
    await bob.page.locator('[data-participant][data-self]').waitFor()
    await alice.hasOthers(1)
    await wait.waitFor({ state: 'detached' })
  })
  assert.deepEqual([host.faults, gus.faults, gwen.faults], [[], [], []])
})
