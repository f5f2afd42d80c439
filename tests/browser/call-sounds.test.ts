/** The call's short sounds: for the others, never for oneself, and not at all where they are switched off. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { callPaths } from '#shared/call/paths.ts'
import type { RoomId } from '#shared/ids.ts'
import { askFrom, type Guest } from '../support/browser.ts'
import type { RoomPage } from '../support/room-page.ts'
import { openScene } from '../support/scene.ts'

declare global {
  interface Window {
    /** Hertz of every note that the page has begun to play. */
    notesPlayed?: number[]
  }
}

const scene = await openScene()
const notes = (page: Page): Promise<number[]> => page.evaluate(() => window.notesPlayed ?? [])

/** A person whose pages keep what they play. */
async function heardPerson(name: string): Promise<Guest> {
  const guest = await scene.person(name)
  await guest.context.addInitScript(() => {
    OscillatorNode.prototype.start = new Proxy(
      // eslint-disable-next-line @typescript-eslint/unbound-method -- called on its own object below
      OscillatorNode.prototype.start,
      {
        apply(start, note: OscillatorNode, when: [number?]) {
          ;(window.notesPlayed ??= []).push(note.frequency.value)
          start.apply(note, when)
        },
      },
    )
  })
  return guest
}

async function turnSoundsOff(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Turn sounds off' }).click()
}

test('who is in the call hears another come, not themselves; switched off, nobody is heard to go', async () => {
  const [ada, ben] = await scene.roomOf(await heardPerson('Ada'), await heardPerson('Ben'))
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.joinCall()
  await ben.joinCall()
  await Promise.all([ada.hasOthers(1), ben.hasOthers(1)])
  await ada.page.waitForFunction(() => window.notesPlayed?.length === 2)
  assert.deepEqual(await notes(ben.page), [], 'whom one finds there did not come')

  await turnSoundsOff(ada.page)
  await ben.page.getByRole('button', { name: 'Leave call', exact: true }).click()
  await ada.hasOthers(0, 5_000)
  assert.equal((await notes(ada.page)).length, 2)
})

test('[CA16] who waits at the call’s door is heard by who may let them in, unless switched off', async () => {
  const guests = [await heardPerson('Ada'), await heardPerson('Ben'), await heardPerson('Cyd')]
  const [ada, ben, cyd] = await scene.roomOf(...guests)
  assert.ok(ada !== undefined && ben !== undefined && cyd !== undefined)
  const asks = async ({ page }: RoomPage): Promise<void> => {
    await page.getByRole('button', { name: /^Join call/ }).click()
    await page.getByRole('button', { name: 'Join', exact: true }).click()
    await page.locator('[data-knock]').getByRole('button', { name: 'Ask to join' }).click()
    await page.locator('[data-knock="waiting"]').waitFor()
  }
  await ada.joinCall()
  await askFrom(ada.page, 'POST', callPaths.moderate(ada.roomId as RoomId), { action: 'lock' })

  await asks(cyd)
  await ada.page.waitForFunction(() => window.notesPlayed?.length === 2)
  const [first, second] = await notes(ada.page)
  assert.equal(first, second, 'twice the same, as a knock is')
  assert.deepEqual([await notes(ben.page), await notes(cyd.page)], [[], []])

  await turnSoundsOff(ada.page)
  await asks(ben)
  // Said after the sound would have been played.
  await ada.page.getByRole('status').filter({ hasText: 'Ben' }).first().waitFor({ state: 'attached' })
  assert.equal((await notes(ada.page)).length, 2)
})
