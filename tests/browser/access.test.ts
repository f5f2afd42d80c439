/** Everyone can use it: axe finds nothing on any route, at any width, in either theme, nor in any open dialog. */
import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { openScene } from '../support/scene.ts'

const scene = await openScene()

const looks = [
  { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
] as const

async function hasNoViolations(page: Page, what: string): Promise<void> {
  // Colours are measured when they stand still.
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null))),
  )
  const { violations } = await new AxeBuilder({ page }).analyze()
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`),
    [],
    what,
  )
}

for (const look of looks) {
  const name = `${look.colorScheme}, ${String(look.viewport.width)} px`

  test(`a stranger’s pages (${name})`, async () => {
    const { page } = await scene.stranger(look)
    for (const path of ['/', '/login', '/register', `/i/${'x'.repeat(22)}`, '/no/such/page', '/workshop']) {
      await page.goto(path)
      await page.getByRole('heading').first().waitFor()
      await hasNoViolations(page, path)
    }
  })

  test(`home, and what opens there (${name})`, async () => {
    const ada = await scene.person('Ada', look)
    await hasNoViolations(ada.page, 'home without rooms')
    await scene.roomOf(ada)
    await ada.page.goto('/')
    await ada.page.getByText('The porch').first().waitFor()
    await hasNoViolations(ada.page, 'home with a room')
    await ada.page.getByRole('button', { name: 'New room' }).first().click()
    await ada.page.getByRole('dialog').getByRole('textbox').first().waitFor()
    await hasNoViolations(ada.page, 'new room')
  })

  test(`a room, its dialogs, and a call (${name})`, async () => {
    const ada = await scene.person('Ada', look)
    const [room] = await scene.roomOf(ada)
    assert.ok(room !== undefined)
    await hasNoViolations(ada.page, 'an empty room')
    if (look.viewport.width < 800) {
      await ada.page.getByRole('button', { name: 'Board' }).click()
      await hasNoViolations(ada.page, 'the board')
      await ada.page.getByRole('button', { name: 'People' }).click()
      await hasNoViolations(ada.page, 'the people')
      await ada.page.getByRole('button', { name: 'Chat' }).click()
    } else {
      await ada.page.getByRole('button', { name: 'Invite', exact: true }).click()
      await ada.page.getByRole('dialog').getByLabel('Invite link', { exact: true }).waitFor()
      await hasNoViolations(ada.page, 'invite')
      await ada.page.keyboard.press('Escape')
    }
    await room.say('Words, `code` and a [link](https://example.org/)', 'Words, code and a link')
    await hasNoViolations(ada.page, 'a room with a message')
    await ada.page.getByRole('button', { name: 'Room menu' }).click()
    await ada.page.getByRole('menuitem', { name: 'Keyboard shortcuts' }).click()
    await ada.page.getByRole('dialog').getByText('Undo').waitFor()
    await hasNoViolations(ada.page, 'keyboard shortcuts')
    await ada.page.keyboard.press('Escape')
    await ada.page.getByRole('button', { name: /^Start call/ }).click()
    await ada.page.getByRole('button', { name: 'Join', exact: true }).waitFor()
    await hasNoViolations(ada.page, 'before joining')
    await ada.page.getByRole('button', { name: 'Join', exact: true }).click()
    await ada.page.locator('[data-participant][data-self]').waitFor()
    await hasNoViolations(ada.page, 'in the call')
  })
}

test('a dialog that is put away by its own button gives the focus back', async () => {
  const { page } = await scene.person('Ada')
  await page.getByRole('button', { name: 'New room' }).press('Enter')
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  assert.equal(await page.evaluate(() => document.activeElement?.textContent.trim()), 'New room')
})
