/** A call in a room: two and three people, real media. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

declare global {
  interface Window {
    /** Every track and sound graph that the page has opened, kept by `watchDevices`. */
    devicesOpened?: { tracks: MediaStreamTrack[]; graphs: AudioContext[] }
    /** While true, another program holds the camera. */
    isCameraBusy?: boolean
  }
}

const scene = await openScene()

/** Keeps what the pages of a context open, and lets a test take their camera away. Before the page is opened. */
async function watchDevices(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const opened: NonNullable<Window['devicesOpened']> = (window.devicesOpened = { tracks: [], graphs: [] })
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      if (window.isCameraBusy === true && constraints?.video !== undefined)
        throw new DOMException('taken', 'NotReadableError')
      const stream = await open(constraints)
      opened.tracks.push(...stream.getTracks())
      return stream
    }
    window.AudioContext = class extends AudioContext {
      constructor() {
        super()
        opened.graphs.push(this)
      }
    }
  })
}

/** Waits until the page holds no device, no sound graph and no connection, though it has had `tracksCount` tracks. */
async function holdsNothing(page: Page, tracksCount: number): Promise<void> {
  await until(
    () =>
      page.evaluate((tracksCount) => {
        const { tracks, graphs } = window.devicesOpened ?? { tracks: [], graphs: [] }
        return (
          (tracks.length >= tracksCount &&
            graphs.length > 0 &&
            tracks.every((track) => track.readyState === 'ended') &&
            graphs.every((graph) => graph.state === 'closed') &&
            (window.connectionsMade ?? []).every(({ connectionState }) => connectionState === 'closed')) ||
          undefined
        )
      }, tracksCount),
    'everything released',
  )
}

test('two people see each other, mute, turn the camera off, and leave', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.joinCall()
  await ben.joinCall()
  await Promise.all([ada.hasOthers(1), ben.hasOthers(1)])
  await Promise.all([ada.seesVideoGrow(1), ben.seesVideoGrow(1)])

  const adaAtBens = ben.others.first()
  await ada.page.getByRole('button', { name: 'Mute', exact: true }).click()
  await adaAtBens.and(ben.page.locator('[data-microphone="off"]')).waitFor()
  await ada.page.getByRole('button', { name: 'Unmute', exact: true }).click()
  await adaAtBens.and(ben.page.locator('[data-microphone="on"]')).waitFor()
  await ada.page.getByRole('button', { name: 'Turn camera off', exact: true }).click()
  await adaAtBens.and(ben.page.locator('[data-camera="off"]')).waitFor()
  await ada.page.getByRole('button', { name: 'Turn camera on', exact: true }).click()
  await adaAtBens.and(ben.page.locator('[data-camera="on"]')).waitFor()
  await ben.seesVideoGrow(1)

  await ada.page.getByRole('button', { name: 'Leave call', exact: true }).click()
  await ben.hasOthers(0, 3_000)
  await ada.page.getByRole('button', { name: /^(Start|Join) call/ }).waitFor()
})

test('a shared screen is seen by the other, and goes when it stops', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.joinCall()
  await ben.joinCall()
  await Promise.all([ada.hasOthers(1), ben.hasOthers(1)])
  await ada.page.getByRole('button', { name: 'Share screen', exact: true }).click()
  const screen = ben.page.locator('[data-screen] video, video[data-screen]').first()
  await screen.waitFor()
  await until(
    () =>
      screen.evaluate(
        (video: HTMLVideoElement) => video.getVideoPlaybackQuality().totalVideoFrames > 0 || undefined,
      ),
    'frames of the screen',
    30_000,
  )
  await ada.page.getByRole('button', { name: 'Stop sharing', exact: true }).first().click()
  await screen.waitFor({ state: 'detached' })
})

test('[A-07] a tab that is gone takes its tile with it', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.joinCall()
  await ben.joinCall()
  await ada.seesVideoGrow(1)
  const devtools = await ben.guest.context.newCDPSession(ben.page)
  // The renderer dies: no goodbye, no unload.
  void devtools.send('Page.crash').catch(() => undefined)
  await ada.hasOthers(0, 3_000)
})

test('a third person joins late and sees both, and nobody who is gone', async () => {
  const [ada, ben, eve] = await scene.meet('Ada', 'Ben', 'Eve')
  assert.ok(ada !== undefined && ben !== undefined && eve !== undefined)
  await ada.joinCall()
  await ben.joinCall()
  await ada.seesVideoGrow(1)
  await ben.page.getByRole('button', { name: 'Leave call', exact: true }).click()
  await ada.hasOthers(0, 3_000)
  await ben.joinCall()
  await eve.joinCall()
  await Promise.all([ada, ben, eve].map((person) => person.hasOthers(2)))
  await Promise.all([ada, ben, eve].map((person) => person.seesVideoGrow(2)))
})

test('without camera and microphone one joins all the same, and sees and hears', async () => {
  const ada = await scene.person('Ada')
  const ben = await scene.person('Ben')
  await ben.context.clearPermissions()
  await ben.context.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotFoundError'))
  })
  const [host, guest] = await scene.roomOf(ada, ben)
  assert.ok(host !== undefined && guest !== undefined)
  await host.joinCall()
  await guest.joinCall()
  await Promise.all([host.hasOthers(1), guest.hasOthers(1)])
  await guest.seesVideoGrow(1)
  await host.others.and(host.page.locator('[data-camera="off"][data-microphone="off"]')).waitFor()
})

test('[A-08] the call goes on while the server starts again', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.joinCall()
  await ben.joinCall()
  await Promise.all([ada.seesVideoGrow(1), ben.seesVideoGrow(1)])
  await scene.restart(async () => {
    await ada.page.locator('[data-connection]:not([data-connection="live"])').waitFor()
    await Promise.all([ada.seesVideoGrow(1), ben.seesVideoGrow(1)])
  })
  await Promise.all([ada.isConnection('live'), ben.isConnection('live')])
  await Promise.all([ada.seesVideoGrow(1), ben.seesVideoGrow(1)])
  await Promise.all([ada.hasOthers(1), ben.hasOthers(1)])
  assert.equal(await ada.page.evaluate(() => window.connectionsMade?.length), 1, 'no link was built anew')
})

test('who closes the preview or leaves the call, by keys too, holds no device, sound or connection', async () => {
  const guest = await scene.person('Ada')
  await watchDevices(guest.context)
  const [ada, ben] = await scene.roomOf(guest, await scene.person('Ben'))
  assert.ok(ada !== undefined && ben !== undefined)
  const { page } = ada
  await page.getByRole('button', { name: /^Start call/ }).click()
  await page.getByRole('meter', { name: 'Microphone level' }).waitFor()
  await page.getByLabel('Your camera', { exact: true }).waitFor()
  // The meter has been read once: from then on there is a sound graph to let go of.
  await page.waitForFunction(() => window.devicesOpened?.graphs.length === 1)
  await page.getByRole('button', { name: 'Not now', exact: true }).click()
  await holdsNothing(page, 2)

  await ada.joinCall()
  await ben.joinCall()
  await ada.seesVideoGrow(1)
  await page.keyboard.press('m')
  await page.getByRole('button', { name: 'Unmute', exact: true }).waitFor()
  await page.keyboard.press('v')
  await page.getByRole('button', { name: 'Turn camera on', exact: true }).waitFor()
  await page.keyboard.press('v')
  await page.locator('[data-self][data-camera="on"]').waitFor()
  await page.keyboard.press('Control+Shift+L')
  await ben.hasOthers(0, 3_000)
  await holdsNothing(page, 5)
})

test('a camera that another program holds is told in words, and opens when it is tried again', async () => {
  const guest = await scene.person('Ada')
  await watchDevices(guest.context)
  const [ada] = await scene.roomOf(guest)
  assert.ok(ada !== undefined)
  const { page } = ada
  await page.evaluate(() => (window.isCameraBusy = true))
  await page.getByRole('button', { name: /^Start call/ }).click()
  const note = page.getByText('Your camera is used by another program.')
  await note.waitFor()
  await ada.page.getByRole('button', { name: 'Join', exact: true }).click()
  await page.locator('[data-self][data-camera="off"][data-microphone="on"]').waitFor()
  await becomes(() => note.count(), 0, 'what was told before is not told again')
  await page.getByRole('button', { name: 'Turn camera on', exact: true }).click()
  await note.waitFor()
  await page.evaluate(() => (window.isCameraBusy = false))
  await page.getByRole('button', { name: 'Try again', exact: true }).click()
  await page.locator('[data-self][data-camera="on"]').waitFor()
  await note.waitFor({ state: 'detached' })
})
