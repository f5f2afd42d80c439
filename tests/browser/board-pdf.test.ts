/** Sheets saved as a PDF: read back as they come to whoever saves them. */
import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import type { RoomPage } from '../support/room-page.ts'
import { readPdf, type ReadPdf } from '../support/pdf.ts'
import { openScene } from '../support/scene.ts'

const scene = await openScene()

type Fields = Readonly<Record<string, unknown>>

const box = (type: string, x: number, y: number, more: Fields = {}): Fields => ({
  ...{ id: `${type} ${String(x)} ${String(y)}`, type, x, y, width: 100, height: 50 },
  ...more,
})
const words = (text: string, x: number, y: number): Fields => box('text', x, y, { text, fontSize: 20 })

async function bring(room: RoomPage, ...elements: readonly Fields[]): Promise<void> {
  const before = await room.shapeCount()
  const buffer = Buffer.from(JSON.stringify({ type: 'excalidraw', elements }))
  const file = { name: 'drawing.excalidraw', mimeType: 'application/json', buffer }
  await room.page.locator('input[type="file"][accept*=".excalidraw"]').setInputFiles(file)
  await room.hasShapes(before + elements.length)
  // What came is chosen.
  await room.page.getByRole('application', { name: 'Board' }).focus()
  await room.page.keyboard.press('Escape')
}

async function saved(page: Page, name: RegExp): Promise<Readonly<{ name: string; pdf: ReadPdf }>> {
  await page.getByRole('button', { name: 'Open and save' }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name }).click(),
  ])
  return { name: download.suggestedFilename(), pdf: readPdf(await readFile(await download.path())) }
}

test('[BO14] a sheet with frames is saved with a page for each, its letters as letters; and what is chosen alone', async () => {
  const ada = await scene.person('Ada')
  const [room] = await scene.roomOf(ada)
  assert.ok(room !== undefined)
  const { page } = ada
  await page.getByRole('button', { name: 'Open and save' }).click()
  await page.getByText('There is nothing on this sheet yet.').waitFor()
  assert.ok(await page.getByRole('button', { name: 'Document (PDF)' }).isDisabled())
  await page.keyboard.press('Escape')

  await bring(
    room,
    box('frame', 0, 0, { width: 400, height: 300, name: 'Übersicht' }),
    box('frame', 500, 0, { width: 200, height: 300, name: 'Next' }),
    words('Größe: 10 €', 20, 20),
    words('Привет, 世界', 20, 100),
    words('On the next', 510, 20),
    box('rectangle', 900, 0),
  )
  await page.getByRole('button', { name: 'Open and save' }).click()
  await page.getByText('A page for each frame').waitFor()
  const { violations } = await new AxeBuilder({ page }).include('.files').analyze()
  assert.deepEqual(violations, [])
  await page.keyboard.press('Escape')

  const { name, pdf } = await saved(page, /^Document \(PDF\)/)
  assert.equal(name, 'Sheet 1.pdf')
  assert.deepEqual(pdf.outline, ['Übersicht', 'Next'])
  assert.deepEqual(
    pdf.pages.map(({ width, height, texts }) => [width, height, texts]),
    [
      [300, 225, ['Größe: 10 €', 'Привет, 世界']],
      [150, 225, ['On the next']],
    ],
  )
  assert.equal(
    pdf.pictures.length,
    2,
    'only what the fonts lack is painted: its colours, and how much is seen',
  )
  await page.getByText('1 shape outside the frames was left out.').first().waitFor()

  const surface = page.getByRole('application', { name: 'Board' })
  await surface.focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.getByRole('button', { name: 'Frame “Übersicht”' }).waitFor()
  const part = await saved(page, /^Document \(PDF\)/)
  assert.deepEqual(
    part.pdf.pages.map(({ texts }) => texts),
    [['Übersicht']],
  )
})

test('[BO14] all sheets are one PDF, also those that this page has never shown; without a network, as this device has them', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await bring(ada, words('On the first', 0, 0))
  await ada.page.getByRole('button', { name: 'Sheets, Sheet 1 is shown' }).click()
  await ada.page.getByRole('button', { name: 'Add sheet' }).click()
  await ada.page.getByRole('button', { name: 'Sheets, Sheet 2 is shown' }).waitFor()
  await ada.hasShapes(0)
  await bring(ada, words('On the second', 0, 0))

  await ben.hasShapes(1)
  await ben.page.getByRole('button', { name: 'Sheets, Sheet 1 is shown' }).click()
  await ben.page.getByRole('button', { name: 'Sheet 2' }).waitFor()
  await ben.page.keyboard.press('Escape')
  const { name, pdf } = await saved(ben.page, /^All sheets \(PDF\)/)
  assert.equal(name, 'The porch.pdf')
  assert.deepEqual(pdf.outline, ['Sheet 1', 'Sheet 2'])
  assert.deepEqual(
    pdf.pages.map(({ texts }) => texts),
    [['On the first'], ['On the second']],
  )

  await ben.page.routeWebSocket(/\/socket/, (socket) => socket.close())
  await ben.page.reload()
  await ben.hasShapes(1)
  const alone = await saved(ben.page, /^All sheets \(PDF\)/)
  assert.deepEqual(alone.pdf.outline, ['Sheet 1', 'Sheet 2'])
  await ben.page
    .getByText('1 sheet could not be fetched now, and is as this device has it.')
    .first()
    .waitFor()
})

test('[BO14] a PDF whose fonts cannot be fetched is not made without them, and the next try asks again', async () => {
  const ada = await scene.person('Ada')
  const [room] = await scene.roomOf(ada)
  assert.ok(room !== undefined)
  const { page } = ada
  await bring(room, words('Words', 0, 0))
  await page.route(/\.woff$/, (route) => route.abort())
  await page.getByRole('button', { name: 'Open and save' }).click()
  await page.getByRole('button', { name: 'Document (PDF)' }).click()
  await page.getByText('What reads and saves files could not be fetched.').first().waitFor()
  await page.unroute(/\.woff$/)
  assert.deepEqual((await saved(page, /^Document \(PDF\)/)).pdf.pages[0]?.texts, ['Words'])
})
