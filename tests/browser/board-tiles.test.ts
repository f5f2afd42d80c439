/** A large board is painted in tiles; a small one whole, each time. Both have to be the same picture. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import type { RoomPage } from '../support/room-page.ts'
import { openScene } from '../support/scene.ts'
import { until } from '../support/until.ts'

const scene = await openScene()

/** As many shapes as are still painted whole (`untiledMax` of renderer.ts): one more, and there are tiles. */
const shapeCount = 150
/** Flat edges may be rounded by more than a pixel, here and there. The thinnest line that is missing has more. */
const strangeMax = 40

declare global {
  interface Window {
    wholePicture?: ImageData | undefined
  }
}

/** A scene of every kind of shape, over and beside each other. */
function elements(): unknown[] {
  const types = ['rectangle', 'ellipse', 'diamond', 'arrow', 'line', 'freedraw', 'text'] as const
  return Array.from({ length: shapeCount }, (_, i) => {
    const type = types[i % types.length]
    const [x, y] = [(i % 15) * 52, Math.floor(i / 15) * 48]
    const [width, height] = [40 + ((i * 7) % 50), 30 + ((i * 11) % 40)]
    const common = {
      id: `e${String(i)}`,
      type,
      x,
      y,
      width,
      height,
      angle: i % 4 === 0 ? 0.4 : 0,
      strokeColor: ['#1e1e1e', '#e03131', '#2f9e44', '#1971c2'][i % 4],
      backgroundColor: i % 3 === 0 ? '#ffec99' : 'transparent',
      fillStyle: 'solid',
      strokeWidth: 1 + (i % 3),
      opacity: i % 5 === 0 ? 60 : 100,
    }
    if (type === 'text') return { ...common, text: `Word ${String(i)}`, fontSize: 20 }
    const points = [
      [0, 0],
      [width / 2, height],
      [width, height / 3],
    ]
    return type === 'freedraw' ? { ...common, points } : { ...common, points: [points[0], points[2]] }
  })
}

async function keepWhole(page: Page): Promise<void> {
  await page.evaluate(async () => {
    // What was asked for is painted with the next frame.
    await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)))
    const canvas = document.querySelector<HTMLCanvasElement>('[data-shape-count] canvas')
    window.wholePicture = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height)
  })
}

/**
 * Pixels of either picture that the other has nothing like, not even beside them: edges may be rounded another way.
 * Infinite where hardly anything is painted.
 */
function strangeCount(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('[data-shape-count] canvas')
    const now = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height)
    const before = window.wholePicture
    if (now === undefined || before?.width !== now.width || before.height !== now.height) return Infinity
    const { width, height } = now
    const shade = ({ data }: ImageData, at: number, channel: number): number =>
      channel === 3 ? (data[at + 3] ?? 0) : ((data[at + channel] ?? 0) * (data[at + 3] ?? 0)) / 255
    const isLike = (one: ImageData, at: number, other: ImageData, place: number): boolean =>
      [0, 1, 2, 3].every((channel) => Math.abs(shade(one, at, channel) - shade(other, place, channel)) <= 48)
    const isStrange = (one: ImageData, other: ImageData, x: number, y: number): boolean => {
      const at = (y * width + x) * 4
      if (isLike(one, at, other, at)) return false
      for (const dy of [-1, 0, 1])
        for (const dx of [-1, 0, 1]) if (isLike(one, at, other, at + (dy * width + dx) * 4)) return false
      return true
    }
    let paintedCount = 0
    let strange = 0
    for (let y = 1; y < height - 1; y++)
      for (let x = 1; x < width - 1; x++) {
        if (before.data[(y * width + x) * 4 + 3] !== 0) paintedCount += 1
        if (isStrange(now, before, x, y) || isStrange(before, now, x, y)) strange += 1
      }
    return paintedCount < 1_000 ? Infinity : strange
  })
}

/** Far out of sight: what is in sight is the same with and without it. */
async function drawFarAway(room: RoomPage): Promise<void> {
  const { keyboard } = room.page
  for (let step = 0; step < 40; step++) await keyboard.press('ArrowRight')
  await keyboard.press('p')
  await room.drag([0.5, 0.5], [0.5, 0.52])
  await room.hasShapes(shapeCount + 1)
  for (let step = 0; step < 40; step++) await keyboard.press('ArrowLeft')
}

test('a board in tiles is the same picture as one painted whole: near, far, moved, and after a change', async () => {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  const { page } = ada
  const { keyboard } = page
  await page.locator('input[type="file"][accept*=".excalidraw"]').setInputFiles({
    name: 'scene.excalidraw',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify({ type: 'excalidraw', version: 2, elements: elements() })),
  })
  await ada.hasShapes(shapeCount)
  await ada.board.getByRole('application').focus()
  await keyboard.press('Escape')
  await drawFarAway(ada)

  const isSamePicture = async (where: string): Promise<void> => {
    await keyboard.press('Control+z')
    await ada.hasShapes(shapeCount)
    await keepWhole(page)
    await keyboard.press('Control+Shift+z')
    await ada.hasShapes(shapeCount + 1)
    await until(async () => (await strangeCount(page)) <= strangeMax, `the same picture ${where}`)
  }
  await isSamePicture('at first')
  for (const key of ['ArrowRight', 'ArrowDown', 'ArrowDown']) await keyboard.press(key)
  await isSamePicture('elsewhere')
  for (const key of ['Control+=', 'Control+=', 'Control+=']) await keyboard.press(key)
  await isSamePicture('near')
  for (let step = 0; step < 7; step++) await keyboard.press('Control+-')
  await isSamePicture('far')
})
