/** Searching a chat by person and day, going to a day, and taking the chat along. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { paths, type MeResponse } from '#shared/http.ts'
import { askFrom } from '../support/browser.ts'
import { openScene } from '../support/scene.ts'
import { until } from '../support/until.ts'

const scene = await openScene()

test('[CH12] [CH13] a search is narrowed to a person and a day, leads to that day, and the chat is exported', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const { page } = ada
  await ada.say('the lamp is on')
  await ben.hears('the lamp is on')
  await ben.say('the lamp is off')
  await ada.hears('the lamp is off')
  await page.getByRole('button', { name: 'Search messages' }).first().click()
  await page.getByRole('searchbox').fill('lamp')
  const hits = page.locator('.hit')
  await until(async () => (await hits.count()) === 2, 'both')
  await page.getByText('Filters', { exact: true }).click()
  const { me } = await askFrom<MeResponse>(ben.page, 'GET', paths.me)
  await page.getByRole('combobox', { name: 'From' }).selectOption({ label: me?.name ?? '' })
  await until(async () => (await hits.count()) === 1, 'Ben’s alone')
  const { violations } = await new AxeBuilder({ page }).analyze()
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${id}: ${String(nodes[0]?.html)}`),
    [],
  )
  await page.getByLabel('On or after').fill(new Date().toLocaleDateString('sv-SE'))
  await page.getByRole('searchbox').fill('')
  await until(async () => (await hits.count()) === 1, 'everything of Ben’s today')
  await page.getByRole('button', { name: 'Go to this day' }).click()
  await page.locator('.is-reached').filter({ hasText: 'the lamp is on' }).waitFor()
  await page.keyboard.press('Control+Shift+F')
  await page.getByRole('button', { name: 'Clear filters' }).click()
  const saved = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Markdown' }).click()
  assert.match((await saved).suggestedFilename(), /^chat-.+[.]md$/)
})
