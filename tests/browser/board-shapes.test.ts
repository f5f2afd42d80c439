/** The board without eyes or pointer: its shapes as a list, what others do as words; and its shapes as a picture. */
import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import type { RoomPage } from '../support/room-page.ts'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

const listOf = (page: Page): Locator => page.getByRole('group', { name: 'Shapes on this sheet' })
const entries = (page: Page): Promise<string[]> => listOf(page).getByRole('listitem').allInnerTexts()
const focusedText = (page: Page): Promise<string> =>
  page.evaluate(() => document.activeElement?.textContent.trim() ?? '')

async function isFocused(page: Page, text: string): Promise<void> {
  await until(async () => (await focusedText(page)) === text || undefined, `the focus on ${text}`)
}

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key)
}

/** A box with words in it. */
async function write(room: RoomPage, tool: string, text: string, x: number): Promise<void> {
  await room.tool(tool)
  await room.drag([x, 0.55], [x + 0.15, 0.7])
  await press(room.page, 'Enter')
  await room.page.getByRole('textbox', { name: 'Text on the board' }).fill(text)
  await press(room.page, 'Escape')
}

/** Two boxes, and an arrow from one to the other. */
async function plan(room: RoomPage): Promise<void> {
  await write(room, 'Rectangle', 'Plan', 0.3)
  await write(room, 'Rectangle', 'Done', 0.65)
  await room.tool('Arrow')
  await room.drag([0.4, 0.6], [0.7, 0.6])
  await room.hasShapes(3)
}

test('without a pointer: Tab names, chooses and shows each shape; keys write in it, move it and delete it', async () => {
  const ada = await scene.person('Ada')
  const [room] = await scene.roomOf(ada)
  assert.ok(room !== undefined)
  const { page } = ada
  await plan(room)
  const arrow = 'Arrow from “Plan” to “Done”'
  assert.deepEqual(await entries(page), ['Rectangle “Plan”', 'Rectangle “Done”', arrow])

  const surface = page.getByRole('application', { name: 'Board' })
  await surface.hover()
  await page.mouse.wheel(9_000, 0)
  const back = page.getByRole('button', { name: 'Back to the drawing' })
  await back.waitFor()
  await surface.focus()
  await press(page, 'Tab')
  await isFocused(page, 'Skip 3 shapes')
  await press(page, 'Tab')
  await isFocused(page, 'Rectangle “Plan”')
  await back.waitFor({ state: 'hidden' })

  await press(page, 'Enter')
  const field = page.getByRole('textbox', { name: 'Text on the board' })
  await field.fill('Plan B')
  await press(page, 'Escape')
  await isFocused(page, 'Rectangle “Plan B”')
  await press(page, 'End')
  await isFocused(page, 'Arrow from “Plan B” to “Done”')
  await press(page, 'Shift+Tab')
  await isFocused(page, 'Rectangle “Done”')
  await press(page, 'Delete')
  await room.hasShapes(2)
  await isFocused(page, 'Arrow from “Plan B”')
  await press(page, 'Delete')
  await isFocused(page, 'Rectangle “Plan B”')
  await press(page, 'Delete')
  await room.hasShapes(0)
  await until(
    () => surface.evaluate((element) => element === document.activeElement || undefined),
    'the focus on the board',
  )
  await press(page, 'Control+z')
  await room.hasShapes(1)
})

test('the list can be skipped and left, and Enter presses the board’s buttons', async () => {
  const ada = await scene.person('Ada')
  const [room] = await scene.roomOf(ada)
  assert.ok(room !== undefined)
  const { page } = ada
  await plan(room)
  const surface = page.getByRole('application', { name: 'Board' })
  await surface.focus()
  await press(page, 'Tab', 'Enter', 'Tab')
  await becomes(() => listOf(page).locator(':focus').count(), 0)
  await surface.focus()
  await press(page, 'Tab', 'Tab')
  const { violations } = await new AxeBuilder({ page }).include('[data-shape-count]').analyze()
  assert.deepEqual(
    violations.map(({ id }) => id),
    [],
  )
  await press(page, 'Escape')
  assert.ok(await surface.evaluate((element) => element === document.activeElement))
  await page.getByLabel('Eraser').focus()
  await press(page, 'Enter')
  await page.locator('button[aria-pressed="true"]').and(page.getByLabel('Eraser')).waitFor()
})

test('of a huge sheet the list names a part, and leads to the next and back', async () => {
  const ada = await scene.person('Ada')
  const [room] = await scene.roomOf(ada)
  assert.ok(room !== undefined)
  const { page } = ada
  const elements = Array.from({ length: 230 }, (_, i) => ({
    id: String(i),
    type: 'rectangle',
    x: (i % 20) * 60,
    y: Math.floor(i / 20) * 60,
    width: 40,
    height: 40,
  }))
  await page.getByLabel('Open a file…').setInputFiles({
    name: 'many.excalidraw',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify({ type: 'excalidraw', version: 2, elements })),
  })
  await room.hasShapes(230)
  assert.equal((await entries(page)).length, 200)
  const next = listOf(page).getByRole('button', { name: 'Show the next 30 shapes of 230' })
  await next.focus()
  await press(page, 'Enter')
  await isFocused(page, 'Rectangle')
  assert.equal((await entries(page)).length, 30)
  await press(page, 'Shift+Tab')
  await isFocused(page, 'Show the 200 shapes before these')
  await press(page, 'Enter')
  await isFocused(page, 'Rectangle')
  assert.equal((await entries(page)).length, 200)
})

test('what others add and remove is said once for all of it; what one does oneself is not', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const said = (room: RoomPage, text: RegExp): Locator =>
    room.page.getByRole('status').filter({ hasText: text })
  for (const y of [0.55, 0.6, 0.65]) await ben.drag([0.3, y], [0.6, y])
  await ada.hasShapes(3)
  await said(ada, /^3 shapes added$/u).waitFor({ state: 'attached' })
  await press(ben.page, 'Control+z')
  await said(ada, /^1 shape removed$/u).waitFor({ state: 'attached' })
  await becomes(() => said(ben, /shapes? (added|removed)/u).count(), 0)
})

test('what is selected, or the sheet, is on the clipboard as a picture; where that may not be, a sentence says so', async () => {
  const ada = await scene.person('Ada')
  const [room] = await scene.roomOf(ada)
  assert.ok(room !== undefined)
  const { page } = ada
  await plan(room)
  const box = await room.board.boundingBox()
  assert.ok(box !== null)
  const copy = async (name: string): Promise<void> => {
    await page.mouse.click(box.x + 0.5 * box.width, box.y + 0.8 * box.height, { button: 'right' })
    await page.getByRole('menuitem', { name, exact: true }).click()
  }
  /** Once it is a text that fits. */
  const copiedText = (isIt: (text: string) => boolean): Promise<string> =>
    until(async () => {
      const text = await page.evaluate(() => navigator.clipboard.readText())
      return isIt(text) ? text : undefined
    }, 'the picture on the clipboard')

  await copy('Copy as SVG')
  const whole = await copiedText((text) => text.startsWith('<svg '))
  assert.match(whole, /Plan.*Done/su)

  await page.getByRole('application', { name: 'Board' }).focus()
  await press(page, 'Tab', 'Tab', 'Shift+ArrowDown')
  await copy('Copy as SVG')
  const moved = await copiedText((text) => text !== whole)
  assert.match(moved, /Plan.*Done/su, 'as it is after an arrow key has moved a shape')

  await page.getByRole('application', { name: 'Board' }).focus()
  await press(page, 'Tab', 'Tab')
  await isFocused(page, 'Rectangle “Plan”')
  await page.getByRole('button', { name: 'Open and save' }).click()
  await page.getByText('Copy what is selected').waitFor()
  await page.getByRole('button', { name: 'Copy as SVG' }).click()
  const part = await copiedText((text) => text !== moved)
  assert.ok(part.includes('Plan') && !part.includes('Done'))

  await copy('Copy as PNG')
  const size = await until(
    () =>
      page.evaluate(async () => {
        const [item] = await navigator.clipboard.read()
        if (item?.types.includes('image/png') !== true) return undefined
        const { width, height } = await createImageBitmap(await item.getType('image/png'))
        return [width, height]
      }),
    'a PNG on the clipboard',
  )
  assert.ok(size.every((side) => side > 100))

  await page.evaluate(() => {
    navigator.clipboard.write = () => Promise.reject(new DOMException('Not here.', 'NotAllowedError'))
  })
  await copy('Copy as PNG')
  await page.getByText('This browser does not let the page put a picture on the clipboard.').first().waitFor()
})

test('without a pointer: Esc closes what a button has opened while the focus is on the button, and does no more', async () => {
  const ada = await scene.person('Ada')
  const [room] = await scene.roomOf(ada)
  assert.ok(room !== undefined)
  const { page } = ada
  await room.tool('Rectangle')
  for (const [opener, box] of [
    ['Open and save', 'Open and save'],
    ['Sheets, Sheet 1 is shown', 'Sheets'],
  ] as const) {
    await page.getByRole('button', { name: opener }).focus()
    await press(page, 'Enter')
    await page.getByRole('dialog', { name: box }).waitFor()
    await press(page, 'Escape')
    await page.getByRole('dialog', { name: box }).waitFor({ state: 'hidden' })
  }
  const isChosen = () => page.getByRole('button', { name: 'Rectangle' }).getAttribute('aria-pressed')
  await becomes(isChosen, 'true')
  await press(page, 'Escape')
  await becomes(isChosen, 'false')
})
