/** What a page does not show, the others do not encode: a hidden tab, the board in front, a small card. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { hide } from '../support/browser.ts'
import { openScene } from '../support/scene.ts'
import { until } from '../support/until.ts'

const scene = await openScene()

/** How the page's only link sends its camera; active as its encoder sees it. */
async function encoding(page: Page): Promise<Readonly<{ active: boolean; scale: number }>> {
  return page.evaluate(async () => {
    const connection = (window.connectionsMade ?? []).find(
      ({ connectionState }) => connectionState === 'connected',
    )
    const camera = connection?.getSenders().find(({ track }) => track?.kind === 'video')
    const [wanted] = camera?.getParameters().encodings ?? []
    const reports: Iterable<RTCOutboundRtpStreamStats & { active?: boolean }> =
      (await camera?.getStats())?.values() ?? []
    const sent = [...reports].find(({ type }) => type === 'outbound-rtp')
    return { active: sent?.active ?? false, scale: wanted?.scaleResolutionDownBy ?? 0 }
  })
}

test('[CA13] a hidden tab’s pictures are no longer encoded at the other end, and come back with it; so in a strip, and behind chat', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.joinCall()
  await ben.joinCall()
  await Promise.all([ada.seesVideoGrow(1), ben.seesVideoGrow(1)])
  const sends = (what: string, condition: (now: Awaited<ReturnType<typeof encoding>>) => boolean) =>
    until(async () => condition(await encoding(ben.page)) || undefined, what, 20_000)

  const large = await encoding(ben.page)
  assert.equal(large.active, true)
  await hide(ada.page, true)
  await sends('Ben’s camera to pause', ({ active }) => !active)
  await hide(ada.page, false)
  await sends('Ben’s camera to go on', ({ active }) => active)
  await ada.seesVideoGrow(1)

  await ada.page.keyboard.press('b')
  await sends('a small picture in the strip', ({ active, scale }) => active && scale > large.scale)
  await ada.page.keyboard.press('b')
  await sends('the large one again', ({ active, scale }) => active && scale === large.scale)

  await ada.page.setViewportSize({ width: 390, height: 844 })
  await ada.page.getByRole('button', { name: 'Chat', exact: true }).click()
  await sends('nothing while chat is in front', ({ active }) => !active)
  await ada.page.getByRole('link', { name: 'All rooms' }).click()
  await ada.page.locator('.call-float').waitFor()
  await sends('a small picture on the card', ({ active, scale }) => active && scale > large.scale)
})
