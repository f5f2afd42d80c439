/**
 * A full board: ours beside Excalidraw and tldraw, with the same strokes, in the same browser, one after the other.
 *
 * What is asked of a board is what a person can ask: open the page, wheel, keys, pointer. Chromium has no graphics
 * processor here, so that the ratios count more than the milliseconds.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { openStore } from '#server/store/open.ts'
import { openBrowser, openPerson } from '../support/browser.ts'
import { makeDataFolder, removeFolder, startTestServer } from '../support/server.ts'
import { measureBytes } from './board/bytes.ts'
import { installPeers, peers, servePeers, type Peer } from './board/peers.ts'
import { addDrawnRoom } from './board/seeded-room.ts'
import { measureSteps, weigh, type OpenBoard, type StepCost } from './board/steps.ts'
import { handwriting, relativeStroke, type Stroke } from './board/strokes.ts'

/** CSS px of the board itself. */
const boardSize = { width: 1280, height: 800 }
const counts = process.argv.includes('--50000') ? [10_000, 50_000] : [10_000]
/** Loaded so often, in turn; the median counts. */
const loads = 3
/** What we promise at 10,000 strokes. */
const promised = { p95Ms: 17, busyMs: 8, heapBytes: 60e6 }

export async function benchBoard(): Promise<void> {
  measureBytes()
  await installPeers()
  for (const count of counts) await benchWith(handwriting(count))
}

async function benchWith(strokes: readonly Stroke[]): Promise<void> {
  console.log(`\n${strokes.length.toLocaleString('en')} strokes of 59 points, a board of 1280 × 800:`)
  await using ends = new AsyncDisposableStack()
  const browser = await openBrowser()
  ends.defer(() => browser.close())
  const theirs = ends.use(await servePeers(JSON.stringify(strokes.map(relativeStroke))))
  const dataDir = await makeDataFolder()
  ends.defer(() => removeFolder(dataDir))
  const first = await startTestServer({ serveClient: true, dataDir })
  const { context, page } = await openPerson(browser, first.origin, 'Alice', { viewport: boardSize })
  await first.stop()
  const roomId = seed(dataDir, strokes)
  const ours = ends.use(await startTestServer({ serveClient: true, dataDir, port: first.port }))
  await page.goto(`/r/${roomId}`)
  await hasPainted(page, '[data-shape-count]')
  const box = await page.locator('[data-shape-count]').boundingBox()
  // What stands around the board is not what is measured.
  const viewport = {
    width: 2 * boardSize.width - (box?.width ?? boardSize.width),
    height: 2 * boardSize.height - (box?.height ?? boardSize.height),
  }
  await page.close()

  const openers: Readonly<Record<string, () => Promise<OpenBoard>>> = {
    stoa: () => openOurs(context, `${ours.origin}/r/${roomId}`, strokes.length, viewport),
    ...Object.fromEntries(peers.map((peer) => [peer, () => openPeer(browser, theirs.origin, peer)])),
  }
  const loadMs = new Map<string, number[]>()
  for (let round = 1; round < loads; round++)
    for (const [name, open] of Object.entries(openers)) {
      const board = await open()
      loadMs.set(name, [...(loadMs.get(name) ?? []), board.loadMs])
      await board.page.close()
    }
  for (const [name, open] of Object.entries(openers)) {
    const board = await open()
    const times = [...(loadMs.get(name) ?? []), board.loadMs].sort((a, b) => a - b)
    const costs = await measureSteps(board)
    const { heapBytes, nodes } = await weigh(board.page)
    await board.page.close()
    const load = times[Math.floor(times.length / 2)] ?? NaN
    console.log(
      `\n  ${name.padEnd(12)} load ${load.toFixed(0)} ms   heap ${(heapBytes / 1e6).toFixed(0)} MB   ` +
        `${nodes} elements`,
    )
    for (const cost of costs) console.log(`    ${lineOf(cost)}`)
    if (name === 'stoa' && strokes.length === 10_000) sayPromise(costs, heapBytes)
  }
}

function lineOf({ step, framesPerSecond, busyMs, p95Ms }: StepCost): string {
  return (
    `${step.padEnd(12)} ${framesPerSecond.toFixed(0).padStart(3)} frames/s   ` +
    `${busyMs.toFixed(1).padStart(6)} ms of the page for each   p95 ${p95Ms.toFixed(1)} ms`
  )
}

function sayPromise(costs: readonly StepCost[], heapBytes: number): void {
  const isHeld =
    heapBytes <= promised.heapBytes &&
    costs.every(({ p95Ms, busyMs }) => p95Ms <= promised.p95Ms && busyMs <= promised.busyMs)
  console.log(
    `    wanted: p95 ≤ ${promised.p95Ms} ms, page ≤ ${promised.busyMs} ms, heap ≤ 60 MB: ${isHeld ? 'held' : 'NOT HELD'}`,
  )
}

function seed(dataDir: string, strokes: readonly Stroke[]): string {
  using store = openStore(dataDir)
  const personId = store.people.byNameKey('alice')?.id
  if (personId === undefined) throw new Error('nobody is registered')
  return addDrawnRoom(store, personId, strokes)
}

async function openOurs(
  context: BrowserContext,
  url: string,
  count: number,
  viewport: Readonly<{ width: number; height: number }>,
): Promise<OpenBoard> {
  const page = await context.newPage()
  await page.setViewportSize(viewport)
  const startedAtMs = performance.now()
  await page.goto(url)
  await hasPainted(page, `[data-shape-count="${count}"]`)
  const loadMs = performance.now() - startedAtMs
  await page.locator('[data-shape-count] [role="application"]').focus()
  return { page, loadMs, keys: { fit: 'Shift+Digit1', life: 'Control+0', pen: 'p' } }
}

async function openPeer(browser: Browser, origin: string, peer: Peer): Promise<OpenBoard> {
  const context = await browser.newContext({ viewport: boardSize })
  const page = await context.newPage()
  const startedAtMs = performance.now()
  await page.goto(`${origin}/${peer}.html`)
  await hasPainted(page, '[data-shown]')
  const loadMs = performance.now() - startedAtMs
  await page.mouse.move(boardSize.width / 2, boardSize.height / 2)
  const keys =
    peer === 'tldraw'
      ? { fit: 'Shift+Digit1', life: 'Shift+Digit0', pen: 'd' }
      : { fit: 'Shift+Digit1', life: 'Control+0', pen: 'p' }
  return { page, loadMs, keys }
}

/** Until this is there, and the page has shown two frames since. */
async function hasPainted(page: Page, selector: string): Promise<void> {
  await page.locator(selector).first().waitFor({ state: 'attached', timeout: 180_000 })
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() =>
          requestAnimationFrame(() => {
            resolve()
          }),
        )
      }),
  )
}
