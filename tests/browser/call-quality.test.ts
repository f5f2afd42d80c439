/** How a call comes over, told in words and in numbers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { openScene } from '../support/scene.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()

/** From now on every second packet to this page is lost, as its browser tells it. */
async function losePackets(page: Page): Promise<void> {
  await page.evaluate(() => {
    const read = Object.getOwnPropertyDescriptor(RTCPeerConnection.prototype, 'getStats')?.value as (
      this: RTCPeerConnection,
    ) => Promise<Iterable<[string, RTCInboundRtpStreamStats]>>
    RTCPeerConnection.prototype.getStats = async function () {
      const reports = await read.call(this)
      const lossy = Array.from(reports, ([id, report]): [string, unknown] => [
        id,
        report.type === 'inbound-rtp' ? { ...report, packetsLost: report.packetsReceived } : report,
      ])
      return new Map(lossy)
    }
  })
}

test('a tile says that somebody comes over badly and why, and I shows the numbers of every link, to be copied', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.joinCall()
  await ben.joinCall()
  await ada.seesVideoGrow(1)
  const { page } = ada
  await becomes(() => page.locator('[data-quality]').count(), 0, 'nothing is said of what is good')

  await losePackets(page)
  await ada.others.getByRole('button', { name: /^poor connection/ }).click()
  await page.getByText(/^Part of what Ben .* gets lost on the way\.$/).waitFor()
  await page.getByRole('button', { name: 'Connection details', exact: true }).click()
  const details = page.getByRole('region', { name: 'Connection details' })
  await details.getByText('direct, UDP').waitFor()
  await details
    .getByText(/^\d+ × \d+, \d+ fps, \S+, [\d,]+ kb\/s$/)
    .first()
    .waitFor()
  const { violations } = await new AxeBuilder({ page }).analyze()
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
    [],
  )
  await details.getByRole('button', { name: 'Copy as text' }).click()
  const text = await page.evaluate(() => navigator.clipboard.readText())
  assert.match(text, /^Ben \d+\n {2}Path: direct, UDP\n {2}Round trip: \d+ ms\n/)
  await page.keyboard.press('i')
  await details.waitFor({ state: 'detached' })
})

test('why nobody can be reached is a sentence, before joining and in the call', async () => {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  await ada.page.route('**/api/rooms/*/ice', (route) =>
    route.fulfill({ status: 409, json: { code: 'no-relay' } }),
  )
  await ada.page.getByRole('button', { name: /^Start call/ }).click()
  const sentence = ada.page.getByText(/^This room hides network addresses/)
  await sentence.waitFor()
  await ada.page.getByRole('button', { name: 'Join', exact: true }).click()
  await ada.page.locator('[data-participant][data-self]').waitFor()
  await sentence.waitFor()
})
