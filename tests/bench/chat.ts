/**
 * What two people in a chat notice: from Enter in one browser to the frame in which the other shows the message. Our
 * client and server, which keeps it on disk first, against a page and a server on socket.io that keep nothing.
 *
 * Both rooms are open at once and have as many people, of whom all but two only listen; they are written in turn, so
 * that whatever else the machine does falls on both.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Browser, Locator, Page } from 'playwright-core'
import { parseDocumentName } from '#shared/room.ts'
import { openBrowser } from '../support/browser.ts'
import type { Speaker, TalkingRoom } from './sync/plan.ts'
import { servers, type Measured } from './sync/servers.ts'
import { openTalker } from './sync/talk.ts'

const sizes = [2, 20, 100]
const warmUps = 10
const messages = 100
/** Our people may say two a second, when what they may say at once is spent. */
const pauseMs = 500
/** One address has so many sockets at most; all of 127.0.0.0/8 is this machine. */
const perAddress = 50

const seedFolder = new URL('seed/', import.meta.url).pathname

type Pair = Readonly<{ writer: Page; reader: Page; field: Locator }>

declare global {
  interface Window {
    /** When Enter was pressed last, and when what was watched for was shown; ms since 1970. */
    pressedAtMs?: number
    shownAtMs?: number | null
    watchFor?: (text: string) => void
  }
}

export async function benchChat(): Promise<void> {
  if (!existsSync(`${seedFolder}node_modules`)) {
    console.log('Installing the peer (socket.io).')
    const { status } = spawnSync('npm', ['ci'], { cwd: seedFolder, stdio: 'inherit' })
    if (status !== 0) throw new Error('The peer could not be installed.')
  }
  const browser = await openBrowser()
  console.log(`Enter → shown at the other, ${messages} messages in turn, ms:`)
  try {
    for (const people of sizes) await measure(browser, people)
  } finally {
    await browser.close()
  }
}

async function measure(browser: Browser, people: number): Promise<void> {
  const shape = { rooms: 1, people }
  await using ours = await servers['stoa']!(shape)
  await using theirs = await servers['socket.io']!(shape)
  const pairs = [await openOurs(browser, ours), await openTheirs(browser, theirs)] as const
  await Promise.all([listenIn(ours), listenIn(theirs)])
  const taken = { ours: [] as number[], theirs: [] as number[] }
  for (let count = 0; count < warmUps + messages; count += 1) {
    for (const [index, pair] of pairs.entries()) {
      const ms = await send(pair, `Message ${String(count)} of this round.`)
      if (count >= warmUps) taken[index === 0 ? 'ours' : 'theirs'].push(ms)
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  for (const { writer, reader } of pairs)
    await Promise.all([writer.context().close(), reader.context().close()])
  const [our, their] = [taken.ours, taken.theirs].map((values) => values.sort((a, b) => a - b))
  console.log(`  ${String(people)} people`)
  console.log(`    stoa       p50 ${at(our, 0.5)}   p99 ${at(our, 0.99)}`)
  console.log(`    socket.io  p50 ${at(their, 0.5)}   p99 ${at(their, 0.99)}`)
  console.log(`    ratio      p50 ${ratio(our, their, 0.5)}   p99 ${ratio(our, their, 0.99)}`)
}

async function openOurs(browser: Browser, { port, rooms: [room] }: Measured): Promise<Pair> {
  const origin = `http://localhost:${String(port)}`
  const document = parseDocumentName(room?.name ?? '')
  const open = async ({ cookie }: Speaker): Promise<Page> => {
    const context = await browser.newContext({ serviceWorkers: 'block' })
    const [name = '', value = ''] = cookie.split('=')
    await context.addCookies([{ name, value, domain: 'localhost', path: '/', secure: true, httpOnly: true }])
    const page = await context.newPage()
    await page.goto(`${origin}/r/${document?.roomId ?? ''}`)
    await page.locator('[data-connection="live"]').waitFor()
    return page
  }
  return pairOf(await Promise.all((room?.speakers ?? []).slice(0, 2).map(open)))
}

async function openTheirs(browser: Browser, { port, rooms: [room] }: Measured): Promise<Pair> {
  const open = async (): Promise<Page> => {
    const page = await (await browser.newContext()).newPage()
    await page.goto(`http://127.0.0.1:${String(port)}/?room=${encodeURIComponent(room?.name ?? '')}`)
    await page.locator('html[data-joined]').waitFor({ state: 'attached' })
    return page
  }
  return pairOf(await Promise.all([open(), open()]))
}

async function pairOf([writer, reader]: readonly Page[]): Promise<Pair> {
  if (writer === undefined || reader === undefined) throw new Error('two people are needed')
  const field = writer.getByRole('textbox', { name: 'Message', exact: true })
  await writer.evaluate(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key === 'Enter') window.pressedAtMs = performance.timeOrigin + event.timeStamp
    }
    addEventListener('keydown', listen, true)
  })
  await reader.evaluate(() => {
    let wanted = ''
    window.watchFor = (text) => {
      wanted = text
      window.shownAtMs = null
    }
    new MutationObserver((records) => {
      const isThere = records.some(({ addedNodes }) =>
        [...addedNodes].some((node) => wanted !== '' && node.textContent?.includes(wanted) === true),
      )
      if (!isThere) return
      wanted = ''
      requestAnimationFrame(() => {
        // The next task: by then the frame is drawn.
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => (window.shownAtMs = performance.timeOrigin + performance.now())
        port2.postMessage(null)
      })
    }).observe(document.body, { childList: true, subtree: true })
  })
  return { writer, reader, field }
}

async function send({ writer, reader, field }: Pair, text: string): Promise<number> {
  await reader.evaluate((expected) => window.watchFor?.(expected), text)
  await field.fill(text)
  await field.press('Enter')
  await reader.waitForFunction(() => window.shownAtMs != null)
  const shownAtMs = await reader.evaluate(() => window.shownAtMs ?? NaN)
  return shownAtMs - (await writer.evaluate(() => window.pressedAtMs ?? NaN))
}

/** Everybody but the two who are measured. */
async function listenIn({ dialect, port, rooms: [room] }: Measured): Promise<void> {
  const { name, speakers }: TalkingRoom = room ?? { name: '', speakers: [] }
  const talkers = speakers.slice(2).map((speaker, index) =>
    openTalker(dialect, {
      port,
      localAddress: `127.0.0.${String(2 + Math.floor(index / perAddress))}`,
      room: name,
      speaker,
      onShown: () => undefined,
    }),
  )
  await Promise.all(talkers.map(({ whenOpen }) => whenOpen))
}

function quantile(sorted: readonly number[] | undefined, part: number): number {
  return sorted?.[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN
}

const at = (sorted: readonly number[] | undefined, part: number): string =>
  quantile(sorted, part).toFixed(1).padStart(6)

const ratio = (ours: readonly number[] | undefined, theirs: readonly number[] | undefined, part: number) =>
  (quantile(ours, part) / quantile(theirs, part)).toFixed(2).padStart(6)
