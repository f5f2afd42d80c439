/** A call between Chromium and Firefox, each of which makes the offer once. Skipped where there is no Firefox. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Locator } from 'playwright-core'
import { findFirefox, firefoxContext, openFirefox } from '../support/firefox.ts'
import type { RoomPage } from '../support/room-page.ts'
import { openScene } from '../support/scene.ts'
import { until } from '../support/until.ts'

const path = findFirefox()
const skip = path === null && 'there is no Firefox: install one, or set FIREFOX_PATH to its path'
const scene = await openScene()
const browser = path === null ? null : await openFirefox(path)
after(() => browser?.close())

/** A headless Firefox has no screen to share: in its place is a canvas on which something happens. */
function shareCanvas(): void {
  navigator.mediaDevices.getDisplayMedia = () => {
    const canvas = document.createElement('canvas')
    Object.assign(canvas, { width: 640, height: 360 })
    const brush = canvas.getContext('2d')
    let hue = 0
    const paint = (): void => {
      if (brush !== null) brush.fillStyle = `hsl(${String((hue += 10))} 80% 50%)`
      brush?.fillRect(0, 0, canvas.width, canvas.height)
    }
    paint()
    setInterval(paint, 100)
    return Promise.resolve(canvas.captureStream(10))
  }
}

/** Ada in Chromium and Fay in Firefox, both in a call. Whoever enters the room later makes the first offer (CA3). */
async function meet(first: 'Chromium' | 'Firefox'): Promise<readonly [ada: RoomPage, fay: RoomPage]> {
  assert.ok(browser !== null)
  const ada = await scene.person('Ada')
  const fay = await scene.person('Fay', { ...firefoxContext, browser })
  const rooms = await scene.roomOf(...(first === 'Chromium' ? [ada, fay] : [fay, ada]))
  await fay.page.evaluate(shareCanvas)
  for (const room of rooms) await room.joinCall()
  const [host, guest] = rooms
  assert.ok(host !== undefined && guest !== undefined)
  await Promise.all(rooms.map((room) => room.hasOthers(1)))
  return first === 'Chromium' ? [host, guest] : [guest, host]
}

/** Waits until sound that can be heard, more of it than before, has come. */
async function soundGrows(room: RoomPage): Promise<void> {
  const energy = (): Promise<number> =>
    room.page.evaluate(async () => {
      let sum = 0
      for (const connection of window.connectionsMade ?? []) {
        // The DOM's types leave a report's values open (RTCStatsReport is a map to `any`).
        const reports: Iterable<RTCInboundRtpStreamStats> = (await connection.getStats()).values()
        for (const { type, kind, totalAudioEnergy } of reports)
          if (type === 'inbound-rtp' && kind === 'audio') sum += totalAudioEnergy ?? 0
      }
      return sum
    })
  const before = await energy()
  await until(async () => (await energy()) > before || undefined, 'sound', 30_000)
}

/** Waits until a video has a picture. */
async function isShown(picture: Locator): Promise<void> {
  await picture.waitFor()
  await until(() => picture.evaluate((video: HTMLVideoElement) => video.videoWidth > 0), 'a picture', 30_000)
}

/** The page is told of a network, looks for new paths, and has found them; over how many connections by then. */
async function findNewPaths({ page }: RoomPage): Promise<number | undefined> {
  const fragment = (): Promise<string | undefined> =>
    page.evaluate(() => {
      const description = window.connectionsMade?.at(-1)?.currentLocalDescription
      return /a=ice-ufrag:(.+)/.exec(description?.sdp ?? '')?.[1]
    })
  const before = await fragment()
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await until(
    async () => {
      const now = await fragment()
      return now !== undefined && now !== before
    },
    'new paths',
    30_000,
  )
  return page.evaluate(() => window.connectionsMade?.length)
}

for (const first of ['Chromium', 'Firefox'] as const) {
  test(
    `where ${first} was first, both see and hear each other, with devices off and on, and on new paths`,
    { skip },
    async () => {
      const [ada, fay] = await meet(first)
      const both = [ada, fay] as const
      await Promise.all(both.map((room) => room.seesVideoGrow(1)))
      await Promise.all(both.map((room) => isShown(room.others.locator('video'))))
      await Promise.all(both.map(soundGrows))
      for (const [who, other] of [both, [fay, ada] as const]) {
        const seen = (what: string): Promise<void> =>
          other.others.and(other.page.locator(`[data-${what}]`)).waitFor()
        const press = (name: string): Promise<void> =>
          who.page.getByRole('button', { name, exact: true }).click()
        await press('Mute')
        await seen('microphone="off"')
        await press('Unmute')
        await seen('microphone="on"')
        await soundGrows(other)
        await press('Turn camera off')
        await seen('camera="off"')
        await press('Turn camera on')
        await seen('camera="on"')
        await isShown(other.others.locator('video'))
        await other.seesVideoGrow(1)
      }
      assert.equal(await findNewPaths(fay), 1, 'Firefox restarts its connection')
      await Promise.all(both.map((room) => room.seesVideoGrow(1)))
      assert.equal(await findNewPaths(ada), 2, 'Chromium builds a new one')
      await Promise.all(both.map((room) => room.seesVideoGrow(1)))

      await ada.page.getByRole('button', { name: 'Leave call', exact: true }).click()
      await fay.hasOthers(0, 3_000)
      await ada.joinCall()
      await Promise.all(both.map((room) => room.seesVideoGrow(1)))
      await fay.guest.context.close()
      await ada.hasOthers(0, 5_000)
    },
  )

  test(`where ${first} was first, both show their screens to each other, and stop`, { skip }, async () => {
    const [ada, fay] = await meet(first)
    const screenAt = ({ page }: RoomPage): Locator => page.locator('[data-screen] video').first()
    const press = ({ page }: RoomPage, name: string): Promise<void> =>
      page.getByRole('button', { name, exact: true }).first().click()
    await press(ada, 'Share screen')
    await isShown(screenAt(fay))
    await press(ada, 'Stop sharing')
    await screenAt(fay).waitFor({ state: 'detached' })
    await press(fay, 'Share screen')
    await isShown(screenAt(ada))
    await press(fay, 'Stop sharing')
    await screenAt(ada).waitFor({ state: 'detached' })
    await Promise.all([ada, fay].map((room) => room.seesVideoGrow(1)))
  })
}
