/** Who belongs to a room and as what, as its people see it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { RoomPage } from '../support/room-page.ts'
import { openScene } from '../support/scene.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()

async function choose({ page }: RoomPage, name: RegExp, action: string): Promise<void> {
  await page.getByRole('tab', { name: /^People/ }).click()
  await page.getByRole('button', { name }).click()
  await page.getByRole('menuitem', { name: action, exact: true }).click()
}

async function openSettings({ page }: RoomPage): Promise<void> {
  await page.getByRole('button', { name: 'Room menu' }).click()
  await page.getByRole('menuitem', { name: 'Room settings' }).click()
}

test('[RO7] who is made a moderator may moderate at once, on the open page; and the room gets another owner', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.say('Mine')
  await ben.message('Mine').waitFor()
  await choose(ada, /^Actions for Ben/, 'Make moderator')
  await ada.page.getByText(/^Ben \d+ moderates this room now/).waitFor()
  await ada.page.getByRole('tabpanel', { name: 'People' }).getByText('Moderator', { exact: true }).waitFor()

  await openSettings(ben)
  const settings = ben.page.getByRole('dialog', { name: 'Room settings' })
  await settings.getByText('Nobody.', { exact: true }).waitFor()
  await settings.getByText('What was decided').click()
  await settings.getByText(/^Ada \d+ made Ben \d+ a moderator$/).waitFor()
  assert.deepEqual((await new AxeBuilder({ page: ben.page }).analyze()).violations, [])
  await settings.getByRole('radio', { name: /^By invite/ }).check()
  await settings.getByRole('button', { name: 'Save', exact: true }).click()
  await settings.waitFor({ state: 'detached' })
  await ada.page.getByRole('tab', { name: 'Chat' }).click()

  await choose(ada, /^Actions for Ben/, 'Make owner…')
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Make owner' }).click()
  await ada.page.getByText(/^Ben \d+ owns this room now/).waitFor()
  // The old owner can leave now; the new one cannot.
  await ada.page.getByRole('button', { name: 'Room menu' }).click()
  await ada.page.getByRole('menuitem', { name: 'Leave room' }).waitFor()
  await ben.page.getByRole('button', { name: 'Room menu' }).click()
  await ben.page.getByRole('menuitem', { name: 'Archive room' }).waitFor()
  await becomes(() => ben.page.getByRole('menuitem', { name: 'Leave room' }).count(), 0)
})

test('[RO8] who is removed is told so in words, cannot come back where they are banned, and can once allowed', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ben.say('What I wrote stays')
  await ada.message('What I wrote stays').waitFor()
  await choose(ada, /^Actions for Ben/, 'Remove from room…')
  const dialog = ada.page.getByRole('dialog')
  await dialog.getByRole('checkbox', { name: /^Do not let them back in/ }).check()
  assert.deepEqual((await new AxeBuilder({ page: ada.page }).analyze()).violations, [])
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
  await ben.page.getByText('You were removed from this room.').first().waitFor()
  await ada.page.getByRole('button', { name: /^Actions for Ben/ }).waitFor({ state: 'detached' })
  await ada.page.getByRole('tab', { name: 'Chat' }).click()
  await becomes(() => ada.message('What I wrote stays').isVisible(), true)

  await ben.page.reload()
  await ben.page.getByText('This room does not let you in.').first().waitFor()
  await openSettings(ada)
  await ada.page.getByRole('button', { name: /^Allow Ben \d+ to come back/ }).click()
  await ada.page.getByText(/^Ben \d+ may come back/).waitFor()
  await ada.page.getByRole('radio', { name: /^Everybody.*open rooms/ }).check()
  await ada.page.getByRole('button', { name: 'Save', exact: true }).click()
  await ada.page.getByRole('dialog').waitFor({ state: 'detached' })
  await ben.open()
  await ben.message('What I wrote stays').waitFor()
})
