/** Files in the chat: chosen, sent, shown at the other's, and never lost to a network or a server that goes away. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

/** A photograph of so many px, with a camera's notes in it. */
async function photo(page: Page, width = 900, height = 600): Promise<Buffer> {
  const base64 = await page.evaluate(
    async ([width, height]) => {
      const canvas = new OffscreenCanvas(width, height)
      const context = canvas.getContext('2d')
      if (context === null) throw new Error('no canvas')
      const sky = context.createLinearGradient(0, 0, width, height)
      sky.addColorStop(0, '#f4b860')
      sky.addColorStop(1, '#3a5a78')
      context.fillStyle = sky
      context.fillRect(0, 0, width, height)
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg' })).arrayBuffer())
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    },
    [width, height] as const,
  )
  const jpeg = Buffer.from(base64, 'base64')
  const notes = Buffer.from('Exif\0\0GPS 52.5200 N 13.4050 E', 'latin1')
  const head = Buffer.from([0xff, 0xe1, 0, notes.length + 2])
  return Buffer.concat([jpeg.subarray(0, 2), head, notes, jpeg.subarray(2)])
}

test('[FI5] [FI7] a photograph arrives as a picture, without what its camera wrote, and opens large', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const original = await photo(ada.page)
  assert.ok(original.includes('GPS'))
  await ada.attach('sea.jpg', 'image/jpeg', original)
  await ada.composer.fill('The sea')
  await ada.send()
  await ada.isSent('The sea')
  await ben.hears('The sea')
  const picture = ben.page.getByRole('button', { name: 'Open the picture sea.jpg' })
  await until(
    () => picture.locator('img').evaluate((image) => (image as HTMLImageElement).naturalWidth > 0),
    'the picture to be shown',
  )
  await picture.click()
  const viewer = ben.page.getByRole('dialog', { name: 'sea.jpg' })
  await viewer.waitFor()
  const href = await viewer.getByRole('link', { name: 'Download sea.jpg' }).getAttribute('href')
  const sent = Buffer.from(
    await ben.page.evaluate(async (url) => {
      const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer())
      return Array.from(bytes)
    }, href ?? ''),
  )
  assert.deepEqual([...sent.subarray(0, 2)], [0xff, 0xd8])
  assert.ok(!sent.includes('GPS') && !sent.includes('Exif'))
  await ben.page.keyboard.press('Escape')
  await viewer.waitFor({ state: 'detached' })
})

test('[FI7] what is sent without a network survives a reload, and arrives once and whole', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  let isAway = true
  await ada.page.routeWebSocket(/\/socket/, (socket) => {
    if (isAway) void socket.close()
    else socket.connectToServer()
  })
  await ada.page.route(/\/files(\/|$)/, (route) => (isAway ? route.abort() : route.continue()))
  await ada.page.reload()
  await ada.page.locator('[data-connection]:not([data-connection="live"])').waitFor()
  const words = Buffer.from('what was noted by the river\n'.repeat(40_000))
  await ada.attach('notes.txt', 'text/plain', words)
  await ada.send()
  await ada.hears('notes.txt')
  await ada.page.reload()
  await ada.hears('notes.txt')
  await becomes(() => ada.message('notes.txt').getAttribute('data-state'), 'sending')

  isAway = false
  await ada.isConnection('live')
  await ada.isSent('notes.txt')
  await ben.hears('notes.txt')
  await becomes(() => ben.message('notes.txt').count(), 1)
  await becomes(() => ada.messageKeys(), await ben.messageKeys())
  const href = await ben.page.getByRole('link', { name: 'Download notes.txt' }).getAttribute('href')
  const text = await ben.page.evaluate(async (url) => (await fetch(url)).text(), href ?? '')
  assert.equal(text, words.toString())
})

test('[FI2] [FI7] a server that ends in the middle of a file is given the rest when it is back', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  let pieces = 0
  let mayGoOn = false
  await ada.page.route(/\/files\/[0-9a-f]+$/, (route) => {
    if (route.request().method() !== 'PUT') return route.continue()
    pieces += 1
    return pieces > 2 && !mayGoOn ? route.abort() : route.continue()
  })
  await ada.attach('film.bin', 'application/octet-stream', Buffer.alloc(3_000_000, 7))
  await ada.send()
  await until(() => pieces > 2, 'two pieces to have come')
  await scene.restart()
  const before = pieces
  mayGoOn = true
  await ada.isSent('film.bin')
  await ben.hears('film.bin')
  assert.ok(pieces - before < 6, 'it did not begin anew')
})

test('[FI7] what was chosen can be taken out again, and too many are refused in words', async () => {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  await ada.attach('wrong.txt', 'text/plain', Buffer.from('not this one'))
  await ada.page.getByRole('button', { name: 'Take out wrong.txt' }).click()
  await ada.page.getByRole('list', { name: 'Files to send' }).waitFor({ state: 'detached' })
  await becomes(() => ada.page.getByRole('button', { name: 'Send', exact: true }).isDisabled(), true)
  const many = Array.from({ length: 11 }, (_, index) => ({
    name: `${String(index)}.txt`,
    mimeType: 'text/plain',
    buffer: Buffer.from('x'),
  }))
  await ada.page.locator('.composer input[type="file"]').setInputFiles(many)
  await ada.page.getByRole('alert').getByText('too many files').waitFor()
})
