/** A room that is archived, as its owner and somebody else see it, and its topic. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { openScene } from '../support/scene.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()

test('[RO3] [RO4] a room is given a topic, archived and brought back; who is in it is told why they cannot write', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const choose = async (name: string): Promise<void> => {
    await ada.page.getByRole('button', { name: 'Room menu' }).click()
    await ada.page.getByRole('menuitem', { name }).click()
  }
  await choose('Room settings')
  await ada.page.getByRole('textbox', { name: 'Topic' }).fill('Chairs, and who sits on them')
  await ada.page.getByRole('button', { name: 'Save', exact: true }).click()
  await ben.page.getByText('Chairs, and who sits on them').waitFor()
  await ben.say('Said before')
  await ben.isSent('Said before')

  await choose('Archive room')
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Archive', exact: true }).click()
  for (const { page } of [ada, ben]) {
    await page.getByText('This room is archived. Its owner can bring it back.').waitFor()
    await page.getByRole('button', { name: 'Start call' }).waitFor({ state: 'detached' })
    await page.getByText('Said before').waitFor()
  }
  await becomes(() => ben.composer.count(), 0)
  assert.deepEqual((await new AxeBuilder({ page: ben.page }).analyze()).violations, [])

  await ben.page.goto('/')
  await ben.page.getByText('Archived').click()
  await ben.page.getByRole('link', { name: 'The porch' }).click()
  await ben.isConnection('live')
  await choose('Bring back')
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Bring back', exact: true }).click()
  await ben.composer.waitFor()
  await ben.say('Said after')
  await ben.isSent('Said after')
})
