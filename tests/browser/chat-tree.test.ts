/** The chat as screen readers have it: one log that says nothing by itself, one composer, one polite announcer. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

test('messages stand in one group with one stop for Tab, and only the announcer speaks of what comes', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const { page } = ada
  for (const text of ['first *words*', 'second words']) await ada.say(text, text.replaceAll('*', ''))
  await page.getByRole('group', { name: 'Messages', exact: true }).waitFor()
  await ada.composer.fill('half a sen')
  await ada.composer.focus()
  await ben.say('from the other')
  await ada.hears('from the other')
  const polite = page.locator('[aria-live="polite"], [role="status"]')
  await until(
    async () => (await polite.allInnerTexts()).some((text) => text.includes('1 new message')),
    'told',
  )

  assert.match(
    await page.locator('.chat').ariaSnapshot(),
    /- group "Messages":[^]*article "Ada \d+, [^"]+: first \*words\*"[^]*article "Ada \d+, [^"]+: second words"[^]*article "Ben \d+, [^"]+: from the other"[^]*- textbox "Message":[^]*half a sen[^]*- button "Send"/,
  )
  const found = await page.locator('.chat').evaluate((chat) => ({
    live: chat.querySelectorAll('[aria-live], [role="log"], [role="status"], [role="alert"]').length,
    stops: [...chat.querySelectorAll<HTMLElement>('[data-message-key]')].filter(
      ({ tabIndex }) => tabIndex === 0,
    ).length,
    isWriting: document.activeElement?.tagName === 'TEXTAREA',
  }))
  assert.deepEqual(found, { live: 0, stops: 1, isWriting: true })
  await becomes(() => page.locator('[aria-live="polite"]').count(), 1)
})
