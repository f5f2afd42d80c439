/** A room as somebody at a browser uses it. Everything is found as a person finds it: by role, name and state. */
import assert from 'node:assert/strict'
import type { BrowserContext, Locator, Page } from 'playwright-core'
import type { Guest } from './browser.ts'
import { until } from './until.ts'

export type Point = readonly [x: number, y: number]

declare global {
  interface Window {
    /** Every connection that the page has made, kept by `watchConnections`. */
    connectionsMade?: RTCPeerConnection[]
  }
}

/** Lets tests read the statistics of the calls of a context's pages. Before the page is opened. */
export async function watchConnections(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const made: RTCPeerConnection[] = (window.connectionsMade = [])
    window.RTCPeerConnection = new Proxy(window.RTCPeerConnection, {
      construct(target, parameters: ConstructorParameters<typeof RTCPeerConnection>) {
        const connection = new target(...parameters)
        made.push(connection)
        return connection
      },
    })
  })
}

export class RoomPage {
  readonly guest: Guest
  readonly page: Page
  readonly roomId: string

  constructor(guest: Guest, roomId: string) {
    this.guest = guest
    this.page = guest.page
    this.roomId = roomId
  }

  /** Opens the room, and waits until it is live. */
  async open(query = ''): Promise<void> {
    await this.page.goto(`/r/${this.roomId}${query}`)
    await this.isConnection('live')
  }

  async isConnection(kind: string): Promise<void> {
    await this.page.locator(`[data-connection="${kind}"]`).waitFor()
  }

  // ── Chat ────────────────────────────────────────────────────────────────────────────────────
  get composer(): Locator {
    return this.page.getByRole('textbox', { name: 'Message', exact: true })
  }

  /** Rows as they stand, oldest first. */
  get messages(): Locator {
    return this.page.locator('[data-message-key]')
  }

  message(text: string): Locator {
    return this.messages.filter({ hasText: text })
  }

  /** Writes a message, and waits until it is shown: as `shown`, where it has markdown in it. */
  async say(text: string, shown = text): Promise<void> {
    await this.composer.fill(text)
    await this.composer.press('Enter')
    await this.message(shown).waitFor()
  }

  /** Chooses a file for the next message, and waits until it can be sent. */
  async attach(name: string, mimeType: string, buffer: Buffer): Promise<void> {
    await this.page.locator('.composer input[type="file"]').setInputFiles({ name, mimeType, buffer })
    await this.page.getByRole('list', { name: 'Files to send' }).getByText(name).waitFor()
  }

  /** Sends what stands in the composer. */
  async send(): Promise<void> {
    await this.page.getByRole('button', { name: 'Send', exact: true }).click()
  }

  /** Waits until the message is marked as being on the server's disk. */
  async isSent(text: string): Promise<void> {
    await this.messages.and(this.page.locator('[data-state="sent"]')).filter({ hasText: text }).waitFor()
  }

  async hears(text: string): Promise<void> {
    await this.message(text).waitFor()
  }

  /** Chooses an action from the menu of a message, as it is called there. */
  async act(text: string, action: string): Promise<void> {
    // Its end may lie under what belongs to the next one.
    await this.message(text).hover({ position: { x: 8, y: 8 } })
    await this.message(text).getByRole('button', { name: 'Actions' }).click()
    await this.page.getByRole('menuitem', { name: action, exact: true }).click()
  }

  /** A reaction under a message, by what it is called. */
  reaction(text: string, name: string): Locator {
    return this.message(text).locator('.reactions').getByRole('button', { name })
  }

  /** Keys of the messages in their order on the page. */
  messageKeys(): Promise<(string | null)[]> {
    return this.messages.evaluateAll((rows) => rows.map((row) => row.getAttribute('data-message-key')))
  }

  // ── Board ───────────────────────────────────────────────────────────────────────────────────
  get board(): Locator {
    return this.page.locator('[data-shape-count]')
  }

  async shapeCount(): Promise<number> {
    return Number(await this.board.getAttribute('data-shape-count'))
  }

  async hasShapes(count: number): Promise<void> {
    await until(
      async () => (await this.shapeCount()) === count || undefined,
      `${String(count)} shapes on the board`,
    )
  }

  async tool(name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).click()
  }

  /** Chooses a colour or a width by its name, and closes the box again. */
  async ink(name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Style', exact: true }).click()
    await this.page.getByRole('radio', { name, exact: true }).check()
    await this.page.keyboard.press('Escape')
  }

  /** Presses the pointer at the first point, moves it through the others, and lets go. Parts of the stage, 0…1. */
  async drag(...points: readonly Point[]): Promise<void> {
    const box = await this.board.boundingBox()
    assert.ok(box !== null, 'the board is in view')
    const place = ([x, y]: Point): Point => [box.x + x * box.width, box.y + y * box.height]
    const [first, ...rest] = points.map(place)
    assert.ok(first !== undefined)
    await this.page.mouse.move(...first)
    await this.page.mouse.down()
    for (const point of rest) await this.page.mouse.move(...point, { steps: 6 })
    await this.page.mouse.up()
  }

  // ── Call ────────────────────────────────────────────────────────────────────────────────────
  /** Opens the preview, and joins when it has a picture or knows that there is none. */
  async joinCall(): Promise<void> {
    await this.page.getByRole('button', { name: /^(Start|Join) call/ }).click()
    await this.page.getByRole('button', { name: 'Join', exact: true }).click()
    await this.page.locator('[data-participant][data-self]').waitFor()
  }

  /** Tiles of the others. */
  get others(): Locator {
    return this.page.locator('[data-participant]:not([data-self])')
  }

  async hasOthers(count: number, timeoutMs = 20_000): Promise<void> {
    await until(
      async () => (await this.others.count()) === count || undefined,
      `${String(count)} other tiles`,
      timeoutMs,
    )
  }

  /** Frames decoded on each of the page's living connections that receive video. */
  framesDecoded(): Promise<number[]> {
    return this.page.evaluate(async () => {
      const frames: number[] = []
      for (const connection of window.connectionsMade ?? []) {
        if (connection.connectionState !== 'connected') continue
        let sum = 0
        // The DOM's types leave a report's values open (RTCStatsReport is a map to `any`).
        const reports: Iterable<RTCInboundRtpStreamStats> = (await connection.getStats()).values()
        for (const report of reports) {
          if (report.type === 'inbound-rtp' && report.kind === 'video') sum += report.framesDecoded ?? 0
        }
        frames.push(sum)
      }
      return frames
    })
  }

  /** Waits until every one of `count` links has decoded more frames than when this was called. */
  async seesVideoGrow(count: number): Promise<void> {
    const before = await until(
      async () => {
        const frames = await this.framesDecoded()
        return frames.length === count && frames.every((sum) => sum > 0) ? frames : undefined
      },
      `video on ${String(count)} links`,
      30_000,
    )
    await until(
      async () => {
        const frames = await this.framesDecoded()
        return (
          (frames.length === count && frames.every((sum, link) => sum > (before[link] ?? 0))) || undefined
        )
      },
      `more video on ${String(count)} links`,
      30_000,
    )
  }
}
