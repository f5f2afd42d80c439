/** A call goes on while the person looks at another room, or at none. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RoomResponse } from '#shared/http.ts'
import { askFrom } from '../support/browser.ts'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

test('who walks home and into another room stays in the call, without a new link, and comes back to it', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const { page } = ada
  await ada.joinCall()
  await ben.joinCall()
  await ada.seesVideoGrow(1)
  const float = page.getByRole('region', { name: 'Call in The porch' })
  await becomes(() => float.count(), 0)

  await page.getByRole('link', { name: 'All rooms' }).click()
  await float.waitFor()
  await ben.hasOthers(1)
  await ada.seesVideoGrow(1)
  await float.getByRole('button', { name: 'Mute', exact: true }).click()
  await ben.others.and(ben.page.locator('[data-microphone="off"]')).waitFor()
  await page.keyboard.press('m')
  await ben.others.and(ben.page.locator('[data-microphone="on"]')).waitFor()

  await askFrom<RoomResponse>(page, 'POST', '/api/rooms', { title: 'The kitchen', access: 'invite' })
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await page.getByRole('link', { name: /The kitchen/ }).click()
  await page.getByRole('heading', { name: 'The kitchen' }).waitFor()
  await ada.isConnection('live')
  await float.waitFor()
  await ada.seesVideoGrow(1)

  await float.getByRole('link', { name: 'Back to the call' }).click()
  await page.locator('[data-participant][data-self]').waitFor()
  await ada.hasOthers(1)
  await becomes(() => float.count(), 0)
  assert.equal(await page.evaluate(() => window.connectionsMade?.length), 1, 'the one link of before')
  await ada.isConnection('live')
  await ada.say('here I am again', 'here I am again')
  await ben.hears('here I am again')
})

test('another call is entered only after this one is left, and leaving from afar lets everything go', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const { page } = ada
  await askFrom<RoomResponse>(page, 'POST', '/api/rooms', { title: 'The kitchen', access: 'invite' })
  await ada.joinCall()
  await ben.joinCall()
  await ben.hasOthers(1)
  await page.getByRole('link', { name: 'All rooms' }).click()
  await page.getByRole('link', { name: /The kitchen/ }).click()
  await page.getByRole('button', { name: /^Start call/ }).click()
  await page.getByText('You are in another call').waitFor()
  await page.getByRole('button', { name: 'Leave it and go on', exact: true }).click()
  await page.getByRole('button', { name: 'Join', exact: true }).click()
  await ben.hasOthers(0, 5_000)
  await page.locator('[data-participant][data-self]').waitFor()

  await page.getByRole('link', { name: 'All rooms' }).click()
  const float = page.getByRole('region', { name: 'Call in The kitchen' })
  await float.getByRole('button', { name: 'Leave call', exact: true }).click()
  await float.waitFor({ state: 'detached' })
  await until(
    () =>
      page.evaluate(
        () =>
          (window.connectionsMade ?? []).every(({ connectionState }) => connectionState === 'closed') ||
          undefined,
      ),
    'no connection is left',
  )
})

test('the card is moved with arrow keys and by dragging, and stands there next time', async () => {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  const { page } = ada
  await ada.joinCall()
  await page.getByRole('link', { name: 'All rooms' }).click()
  const float = page.getByRole('region', { name: 'Call in The porch' })
  const handle = float.getByRole('button', { name: /^Move with/ })
  const isAt = (side: 'left' | 'right', edge: 'top' | 'bottom') =>
    until(async () => {
      const box = await float.boundingBox()
      if (box === null) return undefined
      const isRight = box.x + box.width / 2 > 640
      const isLow = box.y + box.height / 2 > 400
      return (isRight === (side === 'right') && isLow === (edge === 'bottom')) || undefined
    }, `the card at ${edge} ${side}`)
  await isAt('left', 'bottom')
  await handle.focus()
  await page.keyboard.press('ArrowRight')
  await isAt('right', 'bottom')
  const box = await handle.boundingBox()
  assert.ok(box !== null)
  await page.mouse.move(box.x + 40, box.y + 10)
  await page.mouse.down()
  await page.mouse.move(300, 120, { steps: 5 })
  await page.mouse.up()
  await isAt('left', 'top')
  await float.getByRole('link', { name: 'Back to the call' }).click()
  await page.getByRole('link', { name: 'All rooms' }).click()
  await isAt('left', 'top')
})

test('taken out into a window of its own, the call is muted from there, and ends with the window closed', async () => {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  const { page } = ada
  await ada.joinCall()
  await page.getByRole('button', { name: 'More', exact: true }).click()
  const opened = ada.guest.context.waitForEvent('page')
  await page.getByRole('menuitem', { name: 'Keep in a small window' }).click()
  const small = await opened
  await small.getByRole('button', { name: 'Mute', exact: true }).click()
  await page.locator('[data-self][data-microphone="off"]').waitFor()
  await small.getByRole('button', { name: 'Leave call', exact: true }).click()
  await until(() => small.isClosed() || undefined, 'the window closed')
  await page.getByRole('button', { name: /^Start call/ }).waitFor()
})

test('[CA6] [CA8] who is elsewhere keeps a raised hand, and is muted and removed like everybody', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.joinCall()
  await ben.joinCall()
  await ada.hasOthers(1)
  await ben.page.getByRole('button', { name: 'Raise hand' }).click()
  const hand = ada.page.getByRole('list', { name: 'Raised hands' }).getByText('Ben')
  await hand.waitFor()
  await ben.page.getByRole('link', { name: 'All rooms' }).click()
  const float = ben.page.getByRole('region', { name: 'Call in The porch' })
  await float.waitFor()

  const choose = async (action: string): Promise<void> => {
    await ada.page.getByRole('button', { name: 'Actions for Ben' }).click()
    await ada.page.getByRole('menuitem', { name: action, exact: true }).click()
  }
  await ada.page.getByRole('tab', { name: /People/ }).click()
  await choose('Mute')
  await float.getByRole('button', { name: 'Unmute', exact: true }).waitFor()
  await ada.others.and(ada.page.locator('[data-microphone="off"]')).waitFor()
  await becomes(() => hand.isVisible(), true)
  await choose('Remove from the call')
  await ben.page.getByText('You were removed from the call').first().waitFor()
  await float.waitFor({ state: 'detached' })
  await ada.hasOthers(0)
})
