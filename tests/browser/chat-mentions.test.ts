/** Mentioning people, marking as unread, and who writes now. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

test('[CH10] [CH11] a name is completed by keys, marked for whom it means, and counted where they are not', async () => {
  const [ada, ben, eve] = await scene.meet('Ada', 'Ben', 'Eve')
  assert.ok(ada !== undefined && ben !== undefined && eve !== undefined)
  await ben.page.goto('/')
  await ada.composer.pressSequentially('Ask @')
  const list = ada.page.getByRole('listbox', { name: 'People to mention' })
  await list.waitFor()
  const options = await list.getByRole('option').allInnerTexts()
  assert.equal(options.length, 3)
  await ada.composer.pressSequentially('be')
  await until(async () => (await list.getByRole('option').count()) === 1, 'Ben alone')
  const { violations } = await new AxeBuilder({ page: ada.page }).analyze()
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${id}: ${String(nodes[0]?.html)}`),
    [],
  )
  await becomes(
    () => ada.composer.getAttribute('aria-activedescendant'),
    await list.getByRole('option').getAttribute('id'),
  )
  await ada.composer.press('Enter')
  await list.waitFor({ state: 'detached' })
  assert.match(await ada.composer.inputValue(), /^Ask @Ben \d+ $/)
  await ada.composer.pressSequentially('about soup')
  await ada.composer.press('Enter')
  await eve.message('about soup').locator('.mention:not(.is-me)').waitFor()
  await becomes(() => eve.page.locator('.is-to-me').count(), 0)

  await ben.page.reload()
  await ben.page.getByRole('img', { name: '1 of them to you' }).waitFor()
  await ben.open()
  await ben.message('about soup').locator('.mention.is-me').waitFor()
  await becomes(() => ben.page.locator('.is-to-me').count(), 1)
})

test('[CH11] what is marked unread stays so until one comes again, and the line stands before it', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  for (const text of ['first thing', 'second thing', 'third thing']) {
    await ada.say(text)
    await ada.isSent(text)
  }
  await ben.hears('third thing')
  await ben.act('second thing', 'Mark unread from here')
  const entry = ben.page.locator('.entry', { has: ben.page.locator('[data-unread-line]') })
  await entry.filter({ hasText: 'second thing' }).waitFor()
  await ada.say('a fourth')
  await ben.hears('a fourth')
  await entry.filter({ hasText: 'second thing' }).waitFor()
  await ben.page.goto('/')
  await ben.page.getByRole('img', { name: '3 unread messages' }).waitFor()
  await ben.open()
  await entry.filter({ hasText: 'second thing' }).waitFor()
  await until(async () => {
    await ben.page.goto('/')
    return (await ben.page.getByRole('img', { name: /unread/ }).count()) === 0
  }, 'it was read')
})

test('who writes is named, one or two of them', async () => {
  const [ada, ben, eve] = await scene.meet('Ada', 'Ben', 'Eve')
  assert.ok(ada !== undefined && ben !== undefined && eve !== undefined)
  await ben.composer.pressSequentially('h')
  await ada.page.getByText(/^Ben \d+ is writing…$/).waitFor()
  await until(async () => {
    await ben.composer.pressSequentially('h')
    await eve.composer.pressSequentially('h')
    return ada.page.getByText(/^(Ben|Eve) \d+ and (Ben|Eve) \d+ are writing…$/).isVisible()
  }, 'both')
})
