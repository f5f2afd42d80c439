/**
 * What a person does at a board, the same at every board: real wheel, keys and pointer, one move for each frame the
 * page shows; and what it cost the page.
 */
import type { CDPSession, Page } from 'playwright-core'

/** A board that is open in a page, and its keys. */
export type OpenBoard = Readonly<{
  page: Page
  /** From asking for the page until the strokes are painted. */
  loadMs: number
  keys: Readonly<{ fit: string; life: string; pen: string }>
}>

export type StepCost = Readonly<{
  step: string
  framesPerSecond: number
  /** Of the page's main thread, for each frame. */
  busyMs: number
  /** Between a frame and the next: 19 of 20 take no longer. */
  p95Ms: number
}>

export type Weight = Readonly<{ heapBytes: number; nodes: number }>

/** Moves of one step, if they take no longer than this. */
const movesMax = 90
const stepMaxMs = 4_000
/** A board still works off what came before: not measured. */
const settleMs = 1_500

export async function measureSteps({ page, keys }: OpenBoard): Promise<StepCost[]> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable')
  const middle = await middleOf(page)
  const costs: StepCost[] = []
  const measure = async (step: string, act: (move: number) => Promise<unknown>): Promise<void> => {
    await page.waitForTimeout(settleMs)
    costs.push(await costOf(page, devtools, step, act))
  }
  const pan = (move: number): Promise<void> => page.mouse.wheel(move % 60 < 30 ? 24 : -24, 10)
  const draw = (move: number): Promise<void> => {
    const angle = move / 6
    return page.mouse.move(middle.x + 6 * move - 270, middle.y + 60 * Math.sin(angle))
  }
  const strokeWith = async (step: string): Promise<void> => {
    await page.keyboard.press(keys.pen)
    await page.mouse.move(middle.x - 270, middle.y)
    await page.mouse.down()
    await measure(step, draw)
    await page.mouse.up()
  }
  await page.mouse.move(middle.x, middle.y)
  await page.keyboard.press(keys.fit)
  await page.waitForTimeout(settleMs)
  await page.keyboard.press(keys.life)
  await measure('pan', pan)
  await strokeWith('draw')
  await page.keyboard.down('Control')
  await measure('zoom', (move) => page.mouse.wheel(0, move % 60 < 30 ? 12 : -12))
  await page.keyboard.up('Control')
  await page.keyboard.press(keys.fit)
  await measure('pan at fit', pan)
  await page.keyboard.press(keys.fit)
  await page.waitForTimeout(settleMs)
  await strokeWith('draw at fit')
  await devtools.detach()
  return costs
}

async function costOf(
  page: Page,
  devtools: CDPSession,
  step: string,
  act: (move: number) => Promise<unknown>,
): Promise<StepCost> {
  await page.evaluate(() => {
    const frames: number[] = []
    const look = (atMs: number): void => {
      frames.push(atMs)
      if (frames.length < 100_000) requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
    Object.assign(window, { benchFrames: frames })
  })
  const before = await busySeconds(devtools)
  const endMs = performance.now() + stepMaxMs
  for (let move = 0; move < movesMax && performance.now() < endMs; move++) await act(move)
  const busy = (await busySeconds(devtools)) - before
  const frames = await page.evaluate(() => {
    const { benchFrames } = window as unknown as { benchFrames: number[] }
    const seen = [...benchFrames]
    benchFrames.length = 100_000
    return seen
  })
  const between = frames.slice(1).map((atMs, index) => atMs - (frames[index] ?? atMs))
  between.sort((a, b) => a - b)
  const tookMs = (frames.at(-1) ?? 0) - (frames[0] ?? 0)
  return {
    step,
    framesPerSecond: (1_000 * between.length) / tookMs,
    busyMs: (1_000 * busy) / between.length,
    p95Ms: between[Math.floor(between.length * 0.95)] ?? NaN,
  }
}

async function busySeconds(devtools: CDPSession): Promise<number> {
  const { metrics } = await devtools.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN
}

/** After a collection of garbage. */
export async function weigh(page: Page): Promise<Weight> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable')
  await devtools.send('HeapProfiler.collectGarbage')
  const { metrics } = await devtools.send('Performance.getMetrics')
  await devtools.detach()
  return {
    heapBytes: metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? NaN,
    nodes: await page.evaluate(() => document.querySelectorAll('*').length),
  }
}

/** The middle of the largest canvas or drawing: where one draws. */
async function middleOf(page: Page): Promise<Readonly<{ x: number; y: number }>> {
  return page.evaluate(() => {
    const boxes = [...document.querySelectorAll('[data-shape-count], canvas, .tl-canvas')].map((element) =>
      element.getBoundingClientRect(),
    )
    const [box] = boxes.sort((a, b) => b.width * b.height - a.width * a.height)
    if (box === undefined) throw new Error('there is no board on this page')
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  })
}
