/**
 * From *Join* to the first decoded frame of the other person: ours against PeerJS with socket.io.
 *
 * Two people in two contexts of one Chromium, both with their camera ready before Join. One round of each in turn, so
 * that whatever else the machine does falls on both.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { askFrom, openBrowser, openPerson, openStranger } from '../support/browser.ts'
import { startTestServer } from '../support/server.ts'
import type { RoomResponse, InviteResponse } from '#shared/http.ts'

const rounds = 7
const seedFolder = new URL('seed/', import.meta.url).pathname

export async function benchJoin(): Promise<void> {
  if (!existsSync(`${seedFolder}node_modules`)) {
    console.log('Installing the peer (peer, peerjs, socket.io).')
    const { status } = spawnSync('npm', ['ci'], { cwd: seedFolder, stdio: 'inherit' })
    if (status !== 0) throw new Error('The peer could not be installed.')
  }
  await using server = await startTestServer({ serveClient: true })
  await using seed = await startSeed()
  const browser = await openBrowser()
  const ours: number[] = []
  const theirs: number[] = []
  try {
    for (let round = 0; round < rounds; round++) {
      ours.push(await joinOurs(browser, server.origin, round))
      theirs.push(await joinSeed(browser, seed.url))
    }
  } finally {
    await browser.close()
  }
  const our = median(ours)
  const their = median(theirs)
  console.log(`Join → first remote frame, 2 people, median of ${rounds} rounds in turn:`)
  console.log(`  stoa            ${our.toFixed(0)} ms   (${list(ours)})`)
  console.log(`  peerjs+socketio ${their.toFixed(0)} ms   (${list(theirs)})`)
  console.log(`  ratio           ${(our / their).toFixed(2)}`)
}

async function joinOurs(browser: Browser, origin: string, round: number): Promise<number> {
  const alice = await openPerson(browser, origin, `Alice ${round}`)
  const bob = await openPerson(browser, origin, `Bob ${round}`)
  try {
    const { room } = await askFrom<RoomResponse>(alice.page, 'POST', '/api/rooms', {
      title: `Round ${round}`,
      access: 'invite',
    })
    const invite = await askFrom<InviteResponse>(alice.page, 'POST', `/api/rooms/${room.id}/invites`, {})
    await askFrom(bob.page, 'POST', `/api/invites/${invite.token}/accept`, {})
    for (const { page } of [alice, bob]) {
      await page.goto(`/r/${room.id}?call=1`)
      await previewIsReady(page)
    }
    await alice.page.getByRole('button', { name: 'Join', exact: true }).click()
    await alice.page.locator('[data-participant]').first().waitFor()
    return await timeToFirstFrame(bob.page, '[data-participant]:not([data-self]) video', () =>
      bob.page.getByRole('button', { name: 'Join', exact: true }).click(),
    )
  } finally {
    await Promise.all([alice.context.close(), bob.context.close()])
  }
}

async function previewIsReady(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    [...document.querySelectorAll('video')].some((video) => video.videoWidth > 0 && !video.paused),
  )
}

async function joinSeed(browser: Browser, url: string): Promise<number> {
  const alice = await openStranger(browser, url)
  const bob = await openStranger(browser, url)
  try {
    for (const { page } of [alice, bob]) {
      await page.goto(url)
      await page.locator('#join:enabled').waitFor()
    }
    await alice.page.locator('#join').click()
    await alice.page.locator('#join[data-joined]').waitFor()
    return await timeToFirstFrame(bob.page, 'video.remote', () => bob.page.locator('#join').click())
  } finally {
    await Promise.all([alice.context.close(), bob.context.close()])
  }
}

/** Milliseconds in the page from the next click to the first frame of a video that matches. */
async function timeToFirstFrame(page: Page, selector: string, click: () => Promise<void>): Promise<number> {
  await page.evaluate((selector) => {
    const watched = new WeakSet<Element>()
    let clickedAtMs = 0
    addEventListener('click', () => (clickedAtMs ||= performance.now()), { capture: true })
    const look = (): void => {
      for (const video of document.querySelectorAll<HTMLVideoElement>(selector)) {
        if (watched.has(video)) continue
        watched.add(video)
        video.requestVideoFrameCallback((nowMs) => {
          document.documentElement.dataset['firstFrameMs'] ??= String(nowMs - clickedAtMs)
        })
      }
      requestAnimationFrame(look)
    }
    look()
  }, selector)
  await click()
  await page.locator('html[data-first-frame-ms]').waitFor({ state: 'attached' })
  return Number(await page.evaluate(() => document.documentElement.dataset['firstFrameMs']))
}

async function startSeed(): Promise<{ url: string; [Symbol.asyncDispose](): Promise<void> }> {
  const child = spawn(process.execPath, ['server.js'], {
    cwd: seedFolder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const first = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()))
    child.once('exit', () => reject(new Error('The peer ended before it listened.')))
  })
  const { port, peerPort } = JSON.parse(first) as { port: number; peerPort: number }
  return {
    url: `http://127.0.0.1:${port}/?peerPort=${peerPort}`,
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await ended
    },
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

const list = (values: readonly number[]) => values.map((value) => value.toFixed(0)).join(' ')
