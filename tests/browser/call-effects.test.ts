/** Noise suppression and background blur, switched in a call: two people, real media. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

/** Packets of sound that have come on all of the page's connections. */
function soundCount(page: Page): Promise<number> {
  return page.evaluate(async () => {
    let sum = 0
    for (const connection of window.connectionsMade ?? []) {
      // The DOM's types leave a report's values open (RTCStatsReport is a map to `any`).
      const reports: Iterable<RTCInboundRtpStreamStats> = (await connection.getStats()).values()
      for (const report of reports)
        if (report.type === 'inbound-rtp' && report.kind === 'audio') sum += report.packetsReceived ?? 0
    }
    return sum
  })
}

async function hearsSoundGrow(page: Page): Promise<void> {
  const before = await soundCount(page)
  await until(async () => (await soundCount(page)) > before || undefined, 'more sound', 30_000)
}

async function openDevices(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Devices', exact: true }).click()
}

function effect(page: Page, name: string): Locator {
  return page.getByRole('switch', { name })
}

/** Waits until an effect is on, and there. */
async function isOn(page: Page, name: string): Promise<void> {
  await page.locator(`[role=switch][aria-checked=true][aria-busy=false]`).filter({ hasText: name }).waitFor()
}

/** Descriptions that the page's only connection has had: another one is a negotiation. */
function description(page: Page): Promise<string | undefined> {
  return page.evaluate(() => window.connectionsMade?.[0]?.localDescription?.sdp)
}

/** What kind of track the page's only connection sends as its camera. */
function sentTrack(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    const tracks = window.connectionsMade?.[0]?.getSenders().map(({ track }) => track) ?? []
    return tracks.find((track) => track?.kind === 'video')?.constructor.name
  })
}

test('noise suppression is fetched when it is switched on, changes without negotiation, and is remembered', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const { page } = ada
  const fetched: string[] = []
  page.on('request', (request) => {
    if (/rnnoise|noise-|workletProcessor/.test(request.url())) fetched.push(request.url())
  })
  await ada.joinCall()
  await ben.joinCall()
  await Promise.all([ada.seesVideoGrow(1), ben.seesVideoGrow(1)])
  const before = await description(page)
  assert.equal(fetched.length, 0)
  await openDevices(page)
  await effect(page, 'Suppress noise').click()
  await isOn(page, 'Suppress noise')
  assert.ok(fetched.some((url) => url.endsWith('.wasm')))
  await hearsSoundGrow(ben.page)
  await effect(page, 'Suppress noise').click()
  await page.getByRole('switch', { name: 'Suppress noise', checked: false }).waitFor()
  await hearsSoundGrow(ben.page)
  await effect(page, 'Suppress noise').click()
  await isOn(page, 'Suppress noise')
  assert.equal(await description(page), before)

  await page.reload()
  await ada.isConnection('live')
  await page.getByRole('button', { name: /^(Start|Join) call/ }).click()
  await isOn(page, 'Suppress noise')
})

test('where noise suppression cannot start, the microphone is heard as it is, and a sentence says so', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const { page } = ada
  await ada.joinCall()
  await ben.joinCall()
  await ben.seesVideoGrow(1)
  await page.route('**/rnnoise*.wasm', (route) => route.abort())
  await openDevices(page)
  await effect(page, 'Suppress noise').click()
  await page.getByText('Noise suppression could not start here').waitFor()
  await page.getByRole('switch', { name: 'Suppress noise', checked: false }).waitFor()
  await hearsSoundGrow(ben.page)
  await page.unroute('**/rnnoise*.wasm')
  await effect(page, 'Suppress noise').click()
  await isOn(page, 'Suppress noise')
})

test('a blurred background is seen by the other, changes without negotiation, and is kept over a pause of the camera', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const { page } = ada
  await ada.joinCall()
  await ben.joinCall()
  await Promise.all([ada.seesVideoGrow(1), ben.seesVideoGrow(1)])
  const before = await description(page)
  await openDevices(page)
  await effect(page, 'Blur background').click()
  await isOn(page, 'Blur background')
  await ben.seesVideoGrow(1)
  assert.equal(await sentTrack(page), 'MediaStreamTrackGenerator')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Turn camera off', exact: true }).click()
  await ben.others.and(ben.page.locator('[data-camera="off"]')).waitFor()
  await page.getByRole('button', { name: 'Turn camera on', exact: true }).click()
  await ben.others.and(ben.page.locator('[data-camera="on"]')).waitFor()
  await ben.seesVideoGrow(1)
  assert.equal(await sentTrack(page), 'MediaStreamTrackGenerator')
  await openDevices(page)
  await effect(page, 'Blur background').click()
  await page.getByRole('switch', { name: 'Blur background', checked: false }).waitFor()
  await ben.seesVideoGrow(1)
  assert.equal(await sentTrack(page), 'MediaStreamTrack')
  assert.equal(await description(page), before)
})

test('a camera that was to be blurred and cannot be stays off, and says so', async () => {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  const { page } = ada
  await page.evaluate(() => {
    localStorage.setItem('stoa.call-blur', 'true')
  })
  await page.route('**/*.tflite', (route) => route.abort())
  await page.getByRole('button', { name: /^(Start|Join) call/ }).click()
  await page.getByText('Your background could not be blurred, so your camera is off.').waitFor()
  await becomes(() => page.getByLabel('Your camera', { exact: true }).count(), 0)
  await page.getByRole('button', { name: 'Try again', exact: true }).click()
  await page.getByLabel('Your camera', { exact: true }).waitFor()
})
