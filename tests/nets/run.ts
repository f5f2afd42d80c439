/**
 * `npm run nets`: a call between two homes whose networks are cut, moved and narrowed, in real browsers.
 *
 * Each home is a network namespace (support/namespaces.ts). After each fault the media of both directions has to be back
 * within a time, in the same page, with the same two people. Skipped with one line where namespaces cannot be made.
 */
import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import type { Browser, Page } from 'playwright-core'
import type { InviteResponse, RoomResponse } from '#shared/http.ts'
import { askFrom, openBrowser, openPerson } from '../support/browser.ts'
import { ensureChromium } from '../support/chromium.ts'
import { startProcess } from '../support/process.ts'
import { RoomPage, watchConnections } from '../support/room-page.ts'
import { makeDataFolder, removeFolder } from '../support/server.ts'
import { until } from '../support/until.ts'
import { Namespaces, port, refuseNamespaces, type Home } from '../support/namespaces.ts'

/** Sums of what one page has received in its call. */
type Received = Readonly<{ sound: number; frames: number; samples: number; madeUp: number; lost: number }>

const homes = ['near', 'far'] as const satisfies readonly Home[]
/** How much of the sound may be made up on a narrow or lossy link before a listener minds. */
const madeUpMax = 0.05
const listenMs = 10_000

const refusal = refuseNamespaces()
if (refusal === null) await main()
else console.log(`Skipped: ${refusal}.`)

async function main(): Promise<void> {
  const chromium = ensureChromium(console.log)
  await using ends = new AsyncDisposableStack()
  const nets = ends.use(new Namespaces())
  const dataDir = await makeDataFolder()
  ends.defer(() => removeFolder(dataDir))
  const { env, ...way } = nets.server()
  await ends.use(startProcess({ DATA_DIR: dataDir, ...env }, undefined, way)).ready()
  const people = []
  for (const home of homes) {
    const browser: Browser = await openBrowser({ executablePath: nets.wrap(home, chromium, dataDir) })
    ends.defer(() => browser.close())
    const guest = await openPerson(browser, `http://localhost:${String(port)}`, `Person of ${home}`)
    await watchConnections(guest.context)
    people.push(guest)
  }
  const [host, guest] = people
  assert.ok(host !== undefined && guest !== undefined)
  const { room } = await askFrom<RoomResponse>(host.page, 'POST', '/api/rooms', {
    title: 'Far',
    access: 'invite',
  })
  const { token } = await askFrom<InviteResponse>(host.page, 'POST', `/api/rooms/${room.id}/invites`, {})
  await askFrom(guest.page, 'POST', `/api/invites/${token}/accept`, {})
  const pages = people.map((person) => new RoomPage(person, room.id))
  for (const page of pages) {
    await page.open()
    await page.joinCall()
    await page.page.evaluate(() => Object.assign(window, { isSamePage: true }))
  }
  for (const page of pages) await page.seesVideoGrow(1)

  for (const seconds of [3, 8, 25])
    await heals(pages, `cable cut for ${String(seconds)} s`, seconds > 10 ? 8_000 : 3_000, async () => {
      nets.cut('near')
      await wait(seconds * 1_000)
      nets.mend('near')
    })
  await heals(pages, 'interface down for 5 s', 3_000, async () => {
    nets.down('near')
    await wait(5_000)
    nets.up('near')
  })
  await heals(pages, 'a new address', 3_000, async () => {
    nets.move('near', 3)
  })
  for (const [kilobits, loss] of [
    [500, 0],
    [150, 0],
    [null, 5],
  ] as const) {
    nets.limit('near', kilobits, loss)
    await isHeard(pages, kilobits === null ? `${String(loss)} % loss` : `${String(kilobits)} kbit/s up`)
  }
  nets.limit('near', null, 0)
}

/** Media of both directions is back in time, in the same pages, and nobody is there twice. */
async function heals(
  pages: readonly RoomPage[],
  what: string,
  maxMs: number,
  fault: () => Promise<void>,
): Promise<void> {
  await fault()
  const startMs = performance.now()
  const before = await Promise.all(pages.map(({ page }) => received(page)))
  /** How long it takes until both have received this much more. */
  const back = async (kind: 'sound' | 'frames', more: number): Promise<number> => {
    await Promise.all(
      pages.map(async ({ page }, i) =>
        until(
          async () => (await received(page))[kind] > (before[i]?.[kind] ?? 0) + more,
          `${kind} after ${what}`,
          60_000,
        ),
      ),
    )
    return performance.now() - startMs
  }
  const tookMs = await Promise.all([back('sound', 10), back('frames', 2)])
  const [sound, pictures] = tookMs.map((ms) => (ms / 1_000).toFixed(1))
  console.log(`${what.padEnd(26)} sound back after ${sound} s, pictures after ${pictures} s`)
  for (const page of pages) {
    await page.hasOthers(1)
    assert.ok(await page.page.evaluate(() => 'isSamePage' in window), 'nobody had to reload')
  }
  if (Math.max(...tookMs) > maxMs) {
    console.log(`  later than ${String(maxMs / 1_000)} s`)
    process.exitCode = 1
  }
}

/** The one at the far end hears the other as it should. */
async function isHeard(pages: readonly RoomPage[], what: string): Promise<void> {
  const far = pages[1]
  assert.ok(far !== undefined)
  // The browser needs some seconds to find out how much goes.
  await wait(8_000)
  const before = await received(far.page)
  await wait(listenMs)
  const after = await received(far.page)
  const samples = after.samples - before.samples
  const madeUp = samples === 0 ? 1 : (after.madeUp - before.madeUp) / samples
  const frames = ((after.frames - before.frames) / listenMs) * 1_000
  const packets = after.sound - before.sound
  const lost = after.lost - before.lost
  const percent = (part: number): string => `${(part * 100).toFixed(1)} %`
  console.log(
    `${what.padEnd(26)} ${percent(lost / (packets + lost))} of the sound lost, ${percent(madeUp)} made up, ` +
      `${frames.toFixed(0)} pictures a second`,
  )
  if (samples > 0 && madeUp <= madeUpMax) return
  console.log(`  more than ${String(madeUpMax * 100)} %`)
  process.exitCode = 1
}

async function received(page: Page): Promise<Received> {
  return page.evaluate(async () => {
    const sums = { sound: 0, frames: 0, samples: 0, madeUp: 0, lost: 0 }
    for (const connection of window.connectionsMade ?? []) {
      // The DOM's types leave a report's values open (RTCStatsReport is a map to `any`).
      const reports: Iterable<RTCInboundRtpStreamStats & { silentConcealedSamples?: number }> = (
        await connection.getStats()
      ).values()
      for (const report of reports) {
        if (report.type !== 'inbound-rtp') continue
        if (report.kind === 'audio') {
          sums.sound += report.packetsReceived ?? 0
          sums.lost += report.packetsLost ?? 0
        }
        sums.frames += report.framesDecoded ?? 0
        sums.samples += report.totalSamplesReceived ?? 0
        sums.madeUp += (report.concealedSamples ?? 0) - (report.silentConcealedSamples ?? 0)
      }
    }
    return sums
  })
}

/** How long a fault lasts is the fault. */
function wait(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs))
}
