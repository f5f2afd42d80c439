/** The call's short sounds: for the others, never for oneself, and not at all where they are switched off. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { openScene } from '../support/scene.ts'

declare global {
  interface Window {
    /** How many notes the page has begun to play. */
    notesCount?: number
  }
}

const scene = await openScene()
const notes = (page: Page): Promise<number> => page.evaluate(() => window.notesCount ?? 0)

test('who is in the call hears another come, not themselves; switched off, nobody is heard to go', async () => {
  const guests = [await scene.person('Ada'), await scene.person('Ben')]
  for (const { context } of guests) {
    await context.addInitScript(() => {
      OscillatorNode.prototype.start = new Proxy(
        // eslint-disable-next-line @typescript-eslint/unbound-method -- called on its own object below
        OscillatorNode.prototype.start,
        {
          apply(start, note: OscillatorNode, when: [number?]) {
            window.notesCount = (window.notesCount ?? 0) + 1
            start.apply(note, when)
          },
        },
      )
    })
  }
  const [ada, ben] = await scene.roomOf(...guests)
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.joinCall()
  await ben.joinCall()
  await Promise.all([ada.hasOthers(1), ben.hasOthers(1)])
  await ada.page.waitForFunction(() => window.notesCount === 2)
  assert.equal(await notes(ben.page), 0, 'whom one finds there did not come')

  await ada.page.getByRole('button', { name: 'More', exact: true }).click()
  await ada.page.getByRole('menuitem', { name: 'Turn sounds off' }).click()
  await ben.page.getByRole('button', { name: 'Leave call', exact: true }).click()
  await ada.hasOthers(0, 5_000)
  assert.equal(await notes(ada.page), 2)
})
