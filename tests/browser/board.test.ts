/** The board under fingers and pens, and what people see of each other while they draw. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CDPSession, Page } from 'playwright-core'
import type { RoomPage } from '../support/room-page.ts'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

type At = Readonly<{ x: number; y: number }>

/** A place on the board, in parts of it, as px of the page. */
async function placeOn(room: RoomPage, x: number, y: number): Promise<At> {
  const box = await room.board.boundingBox()
  assert.ok(box !== null)
  return { x: Math.round(box.x + x * box.width), y: Math.round(box.y + y * box.height) }
}

async function touch(
  devtools: CDPSession,
  type: 'touchStart' | 'touchMove' | 'touchEnd',
  ...points: readonly At[]
): Promise<void> {
  const touchPoints = points.map((point, id) => ({ ...point, id }))
  await devtools.send('Input.dispatchTouchEvent', { type, touchPoints })
}

async function pen(
  devtools: CDPSession,
  type: 'mousePressed' | 'mouseMoved' | 'mouseReleased',
  at: At,
  force: number,
): Promise<void> {
  await devtools.send('Input.dispatchMouseEvent', {
    type,
    ...at,
    button: 'left',
    buttons: type === 'mouseReleased' ? 0 : 1,
    pointerType: 'pen',
    force,
  })
}

const zoomOf = async (page: Page): Promise<number> =>
  parseInt(await page.getByRole('button', { name: /show everything/i }).innerText(), 10)

/** Pixels of one of the board's three layers that are painted. */
const paintedOn = (page: Page, layer: 'shapes' | 'ink' | 'overlay'): Promise<number> =>
  page.evaluate((index) => {
    const canvas = document.querySelectorAll<HTMLCanvasElement>('[data-shape-count] canvas')[index]
    if (canvas === undefined || canvas.width === 0) return 0
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
    let count = 0
    for (let at = 3; at < pixels.length; at += 4) if (pixels[at] !== 0) count++
    return count
  }, ['shapes', 'ink', 'overlay'].indexOf(layer))

async function paints(page: Page, layer: 'shapes' | 'ink' | 'overlay', isPainted: boolean): Promise<void> {
  await until(
    async () => (await paintedOn(page, layer)) > 0 === isPainted || undefined,
    `${layer} ${isPainted ? 'to be painted' : 'to be empty'}`,
    15_000,
  )
}

test('[W4] the other’s stroke and cursor are seen while they draw, and the stroke stays when it is done', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const [from, to] = [await placeOn(ada, 0.3, 0.5), await placeOn(ada, 0.6, 0.6)]
  await ada.page.mouse.move(from.x, from.y)
  await ada.page.mouse.down()
  await ada.page.mouse.move(to.x, to.y, { steps: 8 })
  await paints(ben.page, 'ink', true)
  await paints(ben.page, 'overlay', true)
  await becomes(() => ben.shapeCount(), 0, 'nothing in progress is in the document')
  await ada.page.mouse.up()
  await ben.hasShapes(1)
  await paints(ben.page, 'ink', false)
  await paints(ben.page, 'shapes', true)
  await ada.page.mouse.move(5, 5)
  await paints(ben.page, 'overlay', false)
})

test('a finger draws, two fingers move and zoom, and neither leaves a stroke of the other kind', async () => {
  const ada = await scene.person('Ada', { hasTouch: true, viewport: { width: 390, height: 844 } })
  const [room] = await scene.roomOf(ada)
  assert.ok(room !== undefined)
  await ada.page.getByRole('button', { name: 'Board' }).click()
  const devtools = await ada.context.newCDPSession(ada.page)
  const at = (x: number, y: number): Promise<At> => placeOn(room, x, y)

  await touch(devtools, 'touchStart', await at(0.3, 0.4))
  for (const x of [0.4, 0.5, 0.6]) await touch(devtools, 'touchMove', await at(x, 0.45))
  await touch(devtools, 'touchEnd')
  await room.hasShapes(1)

  assert.equal(await zoomOf(ada.page), 100)
  await touch(devtools, 'touchStart', await at(0.45, 0.4), await at(0.55, 0.5))
  for (const far of [0.1, 0.15, 0.2])
    await touch(devtools, 'touchMove', await at(0.45 - far, 0.4 - far), await at(0.55 + far, 0.5 + far))
  await touch(devtools, 'touchEnd')
  await until(async () => (await zoomOf(ada.page)) > 150 || undefined, 'the board to be larger')
  await becomes(() => room.shapeCount(), 1)
})

test('a pen draws with its pressure; from then on a finger moves the board', async () => {
  const ada = await scene.person('Ada', { hasTouch: true })
  const [room] = await scene.roomOf(ada)
  assert.ok(room !== undefined)
  const devtools = await ada.context.newCDPSession(ada.page)
  await pen(devtools, 'mousePressed', await placeOn(room, 0.3, 0.6), 0.2)
  for (const [x, force] of [
    [0.4, 0.4],
    [0.5, 0.8],
    [0.6, 0.9],
  ] as const)
    await pen(devtools, 'mouseMoved', await placeOn(room, x, 0.65), force)
  await pen(devtools, 'mouseReleased', await placeOn(room, 0.6, 0.65), 0)
  await room.hasShapes(1)
  await paints(ada.page, 'shapes', true)

  await touch(devtools, 'touchStart', await placeOn(room, 0.5, 0.5))
  await touch(devtools, 'touchMove', await placeOn(room, 0.5, 0.3))
  await touch(devtools, 'touchMove', await placeOn(room, 0.5, -3))
  await touch(devtools, 'touchEnd')
  await ada.page.getByRole('button', { name: 'Back to the drawing' }).click()
  await becomes(() => room.shapeCount(), 1)
})

test('keys: undo and redo, tools, and zoom, while the board has the focus', async () => {
  const ada = await scene.person('Ada')
  const [room] = await scene.roomOf(ada)
  assert.ok(room !== undefined)
  await room.drag([0.3, 0.6], [0.6, 0.7])
  await room.hasShapes(1)
  await ada.page.keyboard.press('Control+z')
  await room.hasShapes(0)
  await ada.page.keyboard.press('Control+Shift+Z')
  await room.hasShapes(1)
  await ada.page.keyboard.press('e')
  await ada.page.locator('button[aria-pressed="true"]').and(ada.page.getByLabel('Eraser')).waitFor()
  await ada.page.keyboard.press('Control+=')
  assert.equal(await zoomOf(ada.page), 125)
  await ada.page.keyboard.press('Control+0')
  assert.equal(await zoomOf(ada.page), 100)
})

test('a board that cannot be loaded says so, stops nothing else, and is there when asked again', async () => {
  const ada = await scene.person('Ada')
  await ada.page.route('**/assets/BoardStage-*.js', (route) => route.abort())
  const [room] = await scene.roomOf(ada)
  assert.ok(room !== undefined)
  await ada.page.getByText('The board could not be loaded').waitFor()
  await room.say('Without a board, then.')
  await ada.page.unroute('**/assets/BoardStage-*.js')
  await ada.page.getByRole('button', { name: 'Try again' }).click()
  await room.drag([0.3, 0.6], [0.6, 0.7])
  await room.hasShapes(1)
})

test('a board that could not be loaded comes by itself once the server is heard again', async () => {
  const ada = await scene.person('Ada')
  await ada.page.route('**/assets/BoardStage-*.js', (route) => route.abort())
  const [room] = await scene.roomOf(ada)
  assert.ok(room !== undefined)
  await ada.page.getByText('The board could not be loaded').waitFor()
  await ada.context.setOffline(true)
  await room.isConnection('offline')
  await ada.page.unroute('**/assets/BoardStage-*.js')
  await ada.context.setOffline(false)
  await room.drag([0.3, 0.6], [0.6, 0.7])
  await room.hasShapes(1)
})

test('a page that dies in the middle of a stroke brings it back', async () => {
  const ada = await scene.person('Ada')
  const [room] = await scene.roomOf(ada)
  assert.ok(room !== undefined)
  const [from, to] = [await placeOn(room, 0.3, 0.5), await placeOn(room, 0.6, 0.6)]
  await ada.page.mouse.move(from.x, from.y)
  await ada.page.mouse.down()
  await ada.page.mouse.move(to.x, to.y, { steps: 8 })
  await until(
    () => ada.page.evaluate(() => Object.keys(sessionStorage).some((key) => key.startsWith('stoa.stroke.'))),
    'a draft of the stroke',
  )
  await ada.page.reload()
  await room.hasShapes(1)
})

test('[BO5] who moderates says who draws: the others look on at once, are told why, and draw again when they may', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const letDraw = async (whom: string): Promise<void> => {
    await ada.page.getByRole('button', { name: 'Room menu' }).click()
    await ada.page.getByRole('menuitem', { name: 'Room settings' }).click()
    const drawers = ada.page.getByRole('group', { name: 'Who may draw on the board' })
    await drawers.getByRole('radio', { name: new RegExp(`^${whom}`, 'u') }).check()
    await ada.page.getByRole('button', { name: 'Save', exact: true }).click()
    await ada.page.getByRole('dialog').waitFor({ state: 'hidden' })
  }
  const tools = ben.page.getByRole('toolbar', { name: 'Drawing tools' })
  await letDraw('Moderators')
  await ben.page.getByText('Only moderators draw here.').waitFor()
  await tools.waitFor({ state: 'hidden' })
  await ben.drag([0.3, 0.6], [0.6, 0.7])
  await ada.drag([0.3, 0.6], [0.6, 0.7])
  await ben.hasShapes(1)
  await becomes(() => ada.shapeCount(), 1)

  await letDraw('Everyone')
  await tools.waitFor()
  await ben.drag([0.3, 0.3], [0.6, 0.4])
  await ada.hasShapes(2)
})
