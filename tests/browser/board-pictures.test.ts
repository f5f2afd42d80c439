/** Pictures on the board: dropped, pasted and chosen, seen by the other, and never lost to a network that goes away. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drop, isPainted, red } from '../support/board-picture.ts'
import type { RoomPage } from '../support/room-page.ts'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

const names = (room: RoomPage): Promise<string[]> =>
  room.page.getByRole('group', { name: 'Shapes on this sheet' }).getByRole('listitem').allInnerTexts()

async function isNamed(room: RoomPage, ...wanted: readonly string[]): Promise<void> {
  await until(async () => (await names(room)).join() === wanted.join() || undefined, wanted.join())
}

test('[BO8] a picture is dropped at its spot, seen by the other at once, described, and taken back', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await drop(ada, [0.3, 0.6], red)
  await ada.hasShapes(1)
  await isPainted(ada.page, [0.3, 0.6])
  await isPainted(ben.page, [0.3, 0.6])
  await isNamed(ada, 'Picture, 200 by 120')
  await ada.page.getByRole('application', { name: 'Board' }).focus()
  await ada.page.keyboard.press('Enter')
  await ada.page.getByRole('textbox', { name: 'Description' }).and(ada.page.locator(':focus')).waitFor()
  await ada.page.keyboard.type('A red wall')
  await ada.page.keyboard.press('Enter')
  await isNamed(ben, 'Picture “A red wall”, 200 by 120')
  await ada.page.keyboard.press('Control+z')
  await ada.page.keyboard.press('Control+z')
  await ben.hasShapes(0)
})

test('[BO8] pictures are chosen with 9, several at once, and pasted from the clipboard', async () => {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  const { page } = ada
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  )
  const surface = page.getByRole('application', { name: 'Board' })
  // Said once the board may be drawn on: before, a key does nothing.
  await page.getByText('Draw something').waitFor()
  await surface.focus()
  const chosen = page.waitForEvent('filechooser')
  // The browser has heard by then that the chooser is not its own to show.
  assert.equal(await surface.evaluate((element) => element === document.activeElement), true)
  await page.keyboard.press('9')
  const chooser = await chosen
  assert.ok(chooser.isMultiple())
  await chooser.setFiles(['a.png', 'b.png'].map((name) => ({ name, mimeType: 'image/png', buffer: png })))
  await ada.hasShapes(2)
  await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(60, 40)
    canvas.getContext('2d')?.fillRect(0, 0, 60, 40)
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': canvas.convertToBlob() })])
  })
  await surface.focus()
  await page.keyboard.press('Control+v')
  await ada.hasShapes(3)
  const pixel = 'Picture, 1 by 1'
  await isNamed(ada, pixel, pixel, 'Picture, 60 by 40')
  // What is copied here afterwards is pasted instead.
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Control+c')
  await page.keyboard.press('Control+v')
  await ada.hasShapes(6)
})

test('[BO8] a picture that is dropped without a network is shown, survives a reload, and arrives', async () => {
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
  await drop(ada, [0.3, 0.6], red)
  await isPainted(ada.page, [0.3, 0.6])
  await isNamed(ada, 'Picture, 200 by 120, not sent yet')
  await ada.page.reload()
  await ada.hasShapes(1)
  await isPainted(ada.page, [0.3, 0.6])
  await isNamed(ada, 'Picture, 200 by 120, not sent yet')

  isAway = false
  await ada.isConnection('live')
  await ben.hasShapes(1)
  await isPainted(ben.page, [0.3, 0.6])
  await isNamed(ada, 'Picture, 200 by 120')
})

test('[BO8] what is no picture is named with what is wrong, and what the server refuses can be tried again or removed', async () => {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  const { page } = ada
  await drop(ada, [0.3, 0.6], { ...red, name: 'notes.txt', colour: '' })
  await page.getByText('notes.txt is not a picture that can be shown here.').first().waitFor()
  await becomes(() => ada.shapeCount(), 0)
  let isRefused = true
  await page.route(/\/files$/, (route) =>
    isRefused ? route.fulfill({ status: 413, json: { code: 'file-too-large' } }) : route.continue(),
  )
  const alert = page.getByRole('alert').filter({ hasText: 'red.png could not be sent.' })
  await drop(ada, [0.3, 0.6], red)
  await alert.getByText('The file is too large for this server.').waitFor()
  await alert.getByRole('button', { name: 'Remove' }).click()
  await ada.hasShapes(0)
  await alert.waitFor({ state: 'detached' })
  await drop(ada, [0.3, 0.6], red)
  await alert.waitFor()
  isRefused = false
  await alert.getByRole('button', { name: 'Try again' }).click()
  await alert.waitFor({ state: 'detached' })
  await isNamed(ada, 'Picture, 200 by 120')
})
