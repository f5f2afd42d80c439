/**
 * Takes a picture of every screen, wide and narrow, light and dark: `npm run pictures -- FOLDER`.
 *
 * Without a folder it renews the four pictures of the README in docs/pictures.
 */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { InviteResponse, RoomResponse } from '#shared/http.ts'
import { askFrom, openBrowser, openPerson, openStranger, type Guest } from './support/browser.ts'
import { RoomPage, type Point } from './support/room-page.ts'
import { startTestServer } from './support/server.ts'

type Look = Readonly<{
  name: string
  colorScheme: 'light' | 'dark'
  viewport: { width: number; height: number }
}>

const wide = { width: 1280, height: 800 }
const narrow = { width: 390, height: 844 }
const looks: readonly Look[] = [
  { name: 'light', colorScheme: 'light', viewport: wide },
  { name: 'dark', colorScheme: 'dark', viewport: wide },
  { name: 'phone-light', colorScheme: 'light', viewport: narrow },
  { name: 'phone-dark', colorScheme: 'dark', viewport: narrow },
]
/** The pictures of the README, as screen and look. */
const ofReadme = new Set(['room-light', 'call-dark', 'home-light', 'call-phone-dark'])

const [folder] = process.argv.slice(2)
const target = folder ?? new URL('../docs/pictures', import.meta.url).pathname
mkdirSync(target, { recursive: true })

const browser = await openBrowser()
try {
  for (const look of looks) {
    // A server for each look: the same names, the same rooms.
    await using server = await startTestServer({ serveClient: true })
    await takeAll(server.origin, look)
  }
} finally {
  await browser.close()
}

async function takeAll(origin: string, look: Look): Promise<void> {
  const options = { colorScheme: look.colorScheme, viewport: look.viewport, deviceScaleFactor: 2 }
  const isNarrow = look.viewport.width < 800
  const shoot = (page: Page, screen: string) => take(page, `${screen}-${look.name}`)

  const stranger = await openStranger(browser, origin, options)
  for (const [screen, path] of [
    ['first', '/'],
    ['register', '/register'],
    ['login', '/login'],
    ['missing', '/no/such/page'],
  ] as const) {
    await stranger.page.goto(path)
    await stranger.page.getByRole('heading').first().waitFor({ state: 'attached' })
    await shoot(stranger.page, screen)
  }

  const ada = await openPerson(browser, origin, 'Ada Lovelace', options)
  await shoot(ada.page, 'home-empty')
  const ben = await openPerson(browser, origin, 'Ben Okri', options)
  const eve = await openPerson(browser, origin, 'Eve Curie', options)
  const { room } = await create(ada, 'Tuesday drawing')
  await ada.page.goto(`/r/${room.id}`)
  const host = new RoomPage(ada, room.id)
  await host.isConnection('live')
  await ada.page.getByLabel('Invite link', { exact: true }).first().waitFor()
  await shoot(ada.page, 'room-empty')

  const { token } = await askFrom<InviteResponse>(ada.page, 'POST', `/api/rooms/${room.id}/invites`, {})
  await stranger.page.goto(`/i/${token}`)
  await stranger.page.getByLabel('Your name').waitFor()
  await shoot(stranger.page, 'invite')

  const people = [host]
  for (const guest of [ben, eve]) {
    await askFrom(guest.page, 'POST', `/api/invites/${token}/accept`, {})
    const page = new RoomPage(guest, room.id)
    await page.open()
    people.push(page)
  }
  await converse(people)
  await host.hears('See you on')
  if (isNarrow) {
    await shoot(ada.page, 'chat')
    await ada.page.getByRole('button', { name: 'Board' }).click()
  }
  await draw(host)
  await shoot(ada.page, 'room')
  if (isNarrow) await ada.page.getByRole('button', { name: 'People' }).click()
  else await ada.page.getByRole('tab', { name: /People/ }).click()
  await shoot(ada.page, 'people')
  if (!isNarrow) await ada.page.getByRole('tab', { name: /Chat/ }).click()

  await ada.page.getByRole('button', { name: /^Start call/ }).click()
  await ada.page.getByRole('button', { name: 'Join', exact: true }).waitFor()
  await ada.page.waitForFunction(() =>
    [...document.querySelectorAll('video')].some((video) => video.videoWidth > 0),
  )
  await shoot(ada.page, 'prejoin')
  await ada.page.getByRole('button', { name: 'Join', exact: true }).click()
  for (const person of people.slice(1)) await person.joinCall()
  await host.hasOthers(2)
  await ada.page.waitForFunction(
    () =>
      [...document.querySelectorAll('[data-participant] video')].filter(
        (video) => video instanceof HTMLVideoElement && video.videoWidth > 0,
      ).length === 3,
    undefined,
    { timeout: 90_000 },
  )
  await people[1]?.page.getByRole('button', { name: 'Turn camera off' }).click()
  await host.others.and(ada.page.locator('[data-camera="off"]')).waitFor()
  await shoot(ada.page, 'call')
  if (isNarrow) await ada.page.getByRole('button', { name: 'Board' }).click()
  else await ada.page.getByRole('button', { name: 'Board', exact: true }).click()
  await shoot(ada.page, 'call-and-board')

  await create(ben, 'Reading circle', 'open')
  await create(eve, 'Kitchen table', 'open')
  await create(ada, 'Monday planning')
  const second = await ada.context.newPage()
  await second.goto('/')
  await second.getByText('Monday planning').first().waitFor()
  await shoot(second, 'home')
  await Promise.all([stranger, ada, ben, eve].map(({ context }) => context.close()))
}

async function create(
  guest: Guest,
  title: string,
  access: 'open' | 'invite' = 'invite',
): Promise<RoomResponse> {
  return askFrom<RoomResponse>(guest.page, 'POST', '/api/rooms', { title, access })
}

async function converse([ada, ben, eve]: readonly RoomPage[]): Promise<void> {
  assert.ok(ada !== undefined && ben !== undefined && eve !== undefined)
  await ada.say('Morning! I put a first sketch of the poster on the board.')
  await ben.hears('first sketch')
  await ben.say('Lovely. Could the *sun* be bigger? And maybe `#e07a3f` for the sky.', 'Lovely')
  await eve.hears('sun be bigger')
  await eve.say('I found the old one: https://example.org/posters/1931')
  await eve.say('- larger title\n- a date\n- less text', 'less text')
  await ada.hears('less text')
  await ada.say('Good list. I will draw it in the call, then.')
  await ben.hears('Good list')
  await ben.say('See you on **Tuesday** at ten.', 'at ten')
}

/** A landscape: two hills, a sun with its rays, birds. */
async function draw(room: RoomPage): Promise<void> {
  const arc = (x: number, y: number, rx: number, ry: number, from: number, to: number, steps = 22): Point[] =>
    Array.from({ length: steps + 1 }, (_, step) => {
      const angle = Math.PI * (from + ((to - from) * step) / steps)
      return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)] as const
    })
  await room.tool('Pen')
  await room.ink('Green')
  await room.ink('Thick')
  await room.drag(...arc(0.34, 0.74, 0.24, 0.3, -1, 0))
  await room.drag(...arc(0.66, 0.74, 0.22, 0.2, -0.9, 0.02))
  await room.ink('Orange')
  await room.drag(...arc(0.62, 0.3, 0.055, 0.09, 0, 2.1, 30))
  for (let ray = 0; ray < 9; ray++) {
    const angle = (2 * Math.PI * ray) / 9
    const at = (k: number): Point => [0.62 + k * 0.055 * Math.cos(angle), 0.3 + k * 0.09 * Math.sin(angle)]
    await room.drag(at(1.35), at(1.75))
  }
  await room.ink('Ink')
  await room.ink('Medium')
  for (const [x, y] of [
    [0.3, 0.28],
    [0.37, 0.34],
    [0.25, 0.36],
  ] as const) {
    await room.drag(
      ...arc(x - 0.014, y, 0.014, 0.018, -1, 0, 6),
      ...arc(x + 0.014, y, 0.014, 0.018, -1, 0, 6),
    )
  }
}

async function take(page: Page, name: string): Promise<void> {
  if (folder === undefined && !ofReadme.has(name)) return
  // Tooltips and rings belong to a pointer that is not in the picture.
  await page.mouse.move(0, 0)
  await page.evaluate(async () => {
    await document.fonts.ready
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null)))
  })
  await page.screenshot({ path: join(target, `${name}.png`) })
}
