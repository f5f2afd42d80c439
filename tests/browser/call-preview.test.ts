/** The way into a call: what one is about to press stays under the pointer while devices are found. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openScene } from '../support/scene.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()

for (const viewport of [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
]) {
  test(`the button to join stays where it is while devices come (${String(viewport.width)} px)`, async () => {
    const guest = await scene.person('Ada', { viewport })
    const { page } = guest
    // Devices come when the test says so.
    await page.addInitScript(() => {
      const { mediaDevices } = navigator
      const get = mediaDevices.getUserMedia.bind(mediaDevices)
      const isLet = new Promise((resolve) => {
        window.addEventListener('let-devices', resolve)
      })
      mediaDevices.getUserMedia = async (wanted) => {
        await isLet
        return get(wanted)
      }
      mediaDevices.enumerateDevices = new Proxy(mediaDevices.enumerateDevices.bind(mediaDevices), {
        apply: async (list: () => Promise<MediaDeviceInfo[]>) => {
          await isLet
          return list()
        },
      })
    })
    await scene.roomOf(guest)
    await page.getByRole('button', { name: 'Start call' }).click()
    const join = page.getByRole('button', { name: 'Join', exact: true })
    await join.waitFor()
    const before = await join.boundingBox()
    await becomes(() => page.getByLabel('Speaker').count(), 0)
    await page.evaluate(() => window.dispatchEvent(new Event('let-devices')))
    await page.getByLabel('Camera', { exact: true }).waitFor()
    await page.getByLabel('Your camera').waitFor()
    assert.deepEqual(await join.boundingBox(), before)
    await join.click()
    await page.locator('[data-participant][data-self]').waitFor()
  })
}
