/** A recording of a call: a file that plays, and nobody in the call who does not know of it. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { Download, Page } from 'playwright-core'
import { RoomPage } from '../support/room-page.ts'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

type Played = Readonly<{
  width: number
  height: number
  durationS: number
  soundBytes: number
  colours: number
  /** The darkest place of the last picture where two faces alike have none: right of its middle. 0–255. */
  darkest: number
}>

/** Opens the More menu and chooses what begins with these words. */
async function more(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name, exact: true }).click()
}

/** Seconds for which it has gone on, as it says itself. */
async function recordedFor(page: Page): Promise<number> {
  const [time = ''] = (await page.getByRole('timer').textContent())?.split(' · ') ?? []
  const [minutes = 0, rest = 0] = time.split(':').map(Number)
  return minutes * 60 + rest
}

async function hasRecorded(page: Page, seconds: number): Promise<void> {
  await until(
    async () => (await recordedFor(page)) >= seconds || undefined,
    `${String(seconds)} s recorded`,
    60_000,
  )
}

/** The bytes of a saved file, played in a page as anybody would. */
async function play(page: Page, download: Download): Promise<Played> {
  const bytes = await readFile(await download.path())
  return page.evaluate(
    async ({ base64, type }) => {
      const video = document.createElement('video')
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
      video.src = URL.createObjectURL(new Blob([bytes], { type }))
      video.muted = true
      const isEnded = new Promise((resolve, reject) => {
        video.onended = resolve
        video.onerror = () => {
          reject(new Error(video.error?.message))
        }
      })
      await video.play()
      await new Promise((resolve) => video.requestVideoFrameCallback(resolve))
      const canvas = document.createElement('canvas')
      canvas.width = 320
      canvas.height = 180
      const context = canvas.getContext('2d')
      if (context === null) throw new Error('no canvas')
      const look = (): Uint8ClampedArray<ArrayBuffer> => {
        context.drawImage(video, 0, 0, 320, 180)
        return context.getImageData(0, 0, 320, 180).data
      }
      const colours = new Set(new Uint32Array(look().buffer)).size
      const { videoWidth: width, videoHeight: height, duration: durationS } = video
      await isEnded
      const middleRow = look().slice(4 * 320 * 90, 4 * 320 * 91)
      const brightness = Array.from({ length: 320 }, (_, x) => Math.max(...middleRow.slice(4 * x, 4 * x + 3)))
      const darkest = Math.min(...brightness.slice(224, 288))
      const { webkitAudioDecodedByteCount: soundBytes } = video as unknown as {
        webkitAudioDecodedByteCount: number
      }
      return { width, height, durationS, soundBytes, colours, darkest }
    },
    {
      base64: bytes.toString('base64'),
      type: download.suggestedFilename().endsWith('.mp4') ? 'video/mp4' : 'video/webm',
    },
  )
}

async function bothInCall(): Promise<readonly [RoomPage, RoomPage]> {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.joinCall()
  await ben.joinCall()
  await Promise.all([ada.hasOthers(1), ben.hasOthers(1)])
  return [ada, ben]
}

test('[CA17] who is in the call sees who records it; the file that is saved plays, with faces, shares and sound', async () => {
  const [ada, ben] = await bothInCall()
  await more(ada.page, 'Record the call')
  await ben.page.getByText(/^Ada \d+ is recording this call$/).waitFor()
  await ben.page.locator('[aria-live="assertive"]', { hasText: /Recording started by Ada/ }).waitFor()
  await ben.page.getByRole('button', { name: 'Share screen', exact: true }).click()
  await ada.page.locator('[data-large][data-screen]').waitFor({ timeout: 90_000 })
  await hasRecorded(ada.page, (await recordedFor(ada.page)) + 4)
  const downloading = ada.page.waitForEvent('download', { timeout: 60_000 })
  await ada.page.getByRole('button', { name: 'Stop recording' }).click()
  const download = await downloading
  assert.match(download.suggestedFilename(), /^The porch \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.(mp4|webm)$/)
  await ada.page.getByRole('button', { name: 'Save again' }).waitFor()
  await ben.page.getByText(/is recording this call$/).waitFor({ state: 'detached' })
  const played = await play(ada.page, download)
  assert.ok(played.width >= 960 && played.height >= 540, JSON.stringify(played))
  assert.ok(played.durationS > 4, JSON.stringify(played))
  assert.ok(played.soundBytes > 0, 'there is sound')
  assert.ok(played.colours > 20, 'there are pictures')
  assert.ok(played.darkest < 60, `a strip stands beside the screen: ${JSON.stringify(played)}`)
})

test('[CA17] a recording goes on behind another tab, with pictures that only it shows, and whoever leaves the call ends it', async () => {
  const [ada, ben] = await bothInCall()
  await more(ada.page, 'Record the call')
  await hasRecorded(ada.page, 1)
  await ada.page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  // Longer than the second after which nobody would encode for a hidden tab (CA13).
  await hasRecorded(ada.page, 4)
  await ada.seesVideoGrow(1)
  const downloading = ada.page.waitForEvent('download', { timeout: 60_000 })
  await ada.page.getByRole('button', { name: 'Leave call', exact: true }).click()
  const played = await play(ben.page, await downloading)
  assert.ok(played.durationS > 3 && played.soundBytes > 0, JSON.stringify(played))
  await ben.hasOthers(0)
  await becomes(() => ben.page.getByText(/is recording this call$/).count(), 0)
})

test('a page that is closed in the middle asks first, and the next one offers what was recorded', async () => {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  await ada.joinCall()
  await more(ada.page, 'Record the call')
  await until(
    async () => / · \d\d+ kB$/.test((await ada.page.getByRole('timer').textContent()) ?? '') || undefined,
    'pictures are written',
    60_000,
  )
  const asking = ada.page.waitForEvent('dialog')
  await ada.page.close({ runBeforeUnload: true })
  const dialog = await asking
  assert.equal(dialog.type(), 'beforeunload')
  await dialog.accept()

  const page = await ada.guest.context.newPage()
  const again = new RoomPage({ ...ada.guest, page }, ada.roomId)
  await again.open()
  await again.joinCall()
  const left = page.getByText(/^“The porch .*” \(.*\) was recorded here and not saved\.$/)
  await left.waitFor()
  const downloading = page.waitForEvent('download', { timeout: 60_000 })
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  const played = await play(page, await downloading)
  assert.ok(played.width > 0 && played.soundBytes > 0, JSON.stringify(played))
  await left.waitFor({ state: 'detached' })
})
