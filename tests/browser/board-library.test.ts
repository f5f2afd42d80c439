/** The library beside the board: drawings from Excalidraw's files and one's own, put on any board. */
import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import type { RoomPage } from '../support/room-page.ts'
import { openScene } from '../support/scene.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()

const box = (type: string, x: number) => ({ id: type, type, x, y: 0, width: 100, height: 60 })
const items = [
  { id: 'a', name: 'Server', elements: [box('rectangle', 0), box('ellipse', 120)] },
  { id: 'b', elements: [box('diamond', 0)] },
]
const file = (name: string, content: unknown) => ({
  name,
  mimeType: 'application/json',
  buffer: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
})

const libraryOf = (page: Page): Locator => page.getByRole('region', { name: 'Library' })
const namesIn = (page: Page): Promise<string[]> =>
  libraryOf(page)
    .locator('.item')
    .evaluateAll((all) => all.map(({ textContent }) => textContent.trim()))

async function openLibrary({ page }: RoomPage): Promise<void> {
  await page.getByRole('button', { name: 'Open and save' }).click()
  await page.getByRole('button', { name: 'Library…' }).click()
  await libraryOf(page).waitFor()
}

test('[BO15] a library of Excalidraw is opened beside the board; a drawing pressed or dragged is on it, and gone with one undo', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const { page } = ada
  const picker = page.locator('input[type="file"][accept*=".excalidrawlib"][accept*=".png"]')
  await picker.setInputFiles(
    file('shapes.excalidrawlib', { type: 'excalidrawlib', version: 2, libraryItems: items }),
  )
  await becomes(() => namesIn(page), ['Server', 'Drawing 1'])
  const { violations } = await new AxeBuilder({ page }).include('.board-library').analyze()
  assert.deepEqual(violations, [])

  await page.getByRole('button', { name: 'Put Server on the board' }).click()
  await ben.hasShapes(2)
  await ada.tool('Undo')
  await ben.hasShapes(0)
  await page
    .getByRole('button', { name: 'Put Drawing 1 on the board' })
    .dragTo(page.getByRole('application', { name: 'Board' }), { targetPosition: { x: 200, y: 400 } })
  await ben.hasShapes(1)

  await picker.setInputFiles(file('broken.excalidrawlib', '{'))
  await page.getByText('This file cannot be read: it is damaged, or no library.').first().waitFor()
  assert.deepEqual(await namesIn(page), ['Server', 'Drawing 1'])
})

test('[BO15] the library without a pointer: what is selected is added, kept over a reload, removed and put back', async () => {
  const ada = await scene.person('Ada')
  const [room] = await scene.roomOf(ada)
  assert.ok(room !== undefined)
  const { page } = ada
  await room.tool('Rectangle')
  await room.drag([0.2, 0.5], [0.4, 0.7])
  await openLibrary(room)
  await libraryOf(page).getByText('Nothing here yet').waitFor()
  await page.getByRole('button', { name: 'Add what is selected' }).press('Enter')
  await becomes(() => namesIn(page), ['Drawing 1'])
  await page.keyboard.press('Escape')
  await libraryOf(page).waitFor({ state: 'detached' })

  await page.reload()
  await room.hasShapes(1)
  await openLibrary(room)
  await becomes(() => namesIn(page), ['Drawing 1'])
  await page.getByRole('button', { name: 'Put Drawing 1 on the board' }).press('Enter')
  await room.hasShapes(2)
  await page.getByRole('button', { name: 'Remove Drawing 1' }).press('Enter')
  await libraryOf(page).getByText('Nothing here yet').waitFor()
  await room.hasShapes(2)
  await page.getByRole('button', { name: 'Undo', exact: true }).last().click()
  await becomes(() => namesIn(page), ['Drawing 1'])
})
