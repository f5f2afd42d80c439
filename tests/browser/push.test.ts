/** News for a browser without an open page: how it is asked for, and what the system shows of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { idFromBytes, type RoomId } from '#shared/ids.ts'
import { noticesLock, type PushMessage } from '#shared/push-message.ts'
import { pushPath, type PushRequest } from '#shared/push.ts'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

async function openSettings(page: Page): Promise<void> {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  await page.getByRole('button', { name: 'account menu' }).click()
  await page.getByRole('menuitem', { name: 'Notifications' }).click()
  const shown = page.getByRole('switch', { name: 'Show notifications' })
  if ((await shown.getAttribute('aria-checked')) === 'false') await shown.click()
  await pushSwitch(page).waitFor()
}

const pushSwitch = (page: Page) => page.getByRole('switch', { name: 'Also when Stoa is closed' })
const person = (name: string) =>
  scene.person(name, { serviceWorkers: 'allow', permissions: ['notifications'] })

test('[NO4] a push service that cannot be reached is said, and the switch stays off', async () => {
  const { page } = await person('Ben')
  // As where a network lets nothing out: Chromium’s own answer.
  await page.addInitScript(() => {
    PushManager.prototype.subscribe = () =>
      Promise.reject(new DOMException('Registration failed - push service error', 'AbortError'))
  })
  await page.reload()
  await openSettings(page)
  await pushSwitch(page).click()
  await page.getByText('This browser’s push service cannot be reached.').waitFor()
  await becomes(() => pushSwitch(page).getAttribute('aria-checked'), 'false')
  await becomes(() => page.getByRole('switch', { name: 'Show what was written' }).count(), 0)
})

/** A browser whose push service answers: what it gives is kept for as long as the page lives. */
async function givePushService(page: Page, endpoint: string): Promise<void> {
  await page.addInitScript((address) => {
    let held: PushSubscription | null = null
    const bytes = (size: number) => crypto.getRandomValues(new Uint8Array(size))
    const base64url = (value: ArrayBuffer | Uint8Array) =>
      btoa(String.fromCharCode(...new Uint8Array(value)))
        .replaceAll('+', '-')
        .replaceAll('/', '_')
        .replaceAll('=', '')
    PushManager.prototype.getSubscription = () => Promise.resolve(held)
    PushManager.prototype.subscribe = async (options) => {
      const { publicKey } = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, [
        'deriveBits',
      ])
      const keys = {
        p256dh: base64url(await crypto.subtle.exportKey('raw', publicKey)),
        auth: base64url(bytes(16)),
      }
      const given = (options?.applicationServerKey as string).replaceAll('-', '+').replaceAll('_', '/')
      held = {
        endpoint: address,
        options: { applicationServerKey: Uint8Array.from(atob(given), (sign) => sign.charCodeAt(0)).buffer },
        toJSON: () => ({ endpoint: address, keys }),
        unsubscribe: () => {
          held = null
          return Promise.resolve(true)
        },
      } as unknown as PushSubscription
      return held
    }
  }, endpoint)
}

test('[NO4] one says that one wants to hear when Stoa is closed, and with which words; and takes it back', async () => {
  const { page } = await person('Ben')
  await givePushService(page, 'https://fcm.googleapis.com/fcm/send/abc')
  await page.reload()
  await openSettings(page)
  const asked = (method: string) =>
    page.waitForResponse(
      (response) => response.url().endsWith(pushPath) && response.request().method() === method,
    )
  const first = asked('PUT')
  await pushSwitch(page).click()
  const response = await first
  assert.equal(response.status(), 204)
  assert.equal((response.request().postDataJSON() as PushRequest).hasText, false)
  await page.getByText('It learns that something was sent, not what.').waitFor()
  const second = asked('PUT')
  await page.getByRole('switch', { name: 'Show what was written' }).click()
  assert.equal(((await second).request().postDataJSON() as PushRequest).hasText, true)
  const end = asked('DELETE')
  await page.getByRole('switch', { name: 'Show notifications' }).click()
  assert.equal((await end).status(), 204)
  await pushSwitch(page).waitFor({ state: 'detached' })
})

test('[NO4] this server says that it does not send to a push service it does not know', async () => {
  const { page } = await person('Ben')
  await givePushService(page, 'https://push.example.org/abc')
  await page.reload()
  await openSettings(page)
  await pushSwitch(page).click()
  await page.getByText('This server does not send to this browser’s push service.').waitFor()
  await becomes(() => pushSwitch(page).getAttribute('aria-checked'), 'false')
})

/** What the browser's push service would bring, to the service worker of this server. */
async function deliver(context: BrowserContext, data: string): Promise<void> {
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  const found = Promise.withResolvers<string>()
  session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
    const own = registrations.find(({ scopeURL }) => scopeURL.startsWith(scene.origin))
    if (own !== undefined) found.resolve(own.registrationId)
  })
  await session.send('ServiceWorker.enable')
  const registrationId = await found.promise
  await session.send('ServiceWorker.deliverPushMessage', { origin: scene.origin, registrationId, data })
  await page.close()
}

async function shownIn(context: BrowserContext): Promise<readonly (readonly [string, string])[]> {
  const worker = context.serviceWorkers().at(-1)
  assert.ok(worker !== undefined)
  return worker.evaluate(
    `navigator.locks
      .request('${noticesLock}', () => registration.getNotifications())
      .then((all) => all.map(({ title, body }) => [title, body]))`,
  )
}

test('[NO4] what is pushed is shown while no page is looked at, in the person’s words or in none, and leads there', async () => {
  const { page, context } = await person('Ben')
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  const roomId = idFromBytes(new Uint8Array(16)) as RoomId
  const bare: PushMessage = { kind: 'mention', roomId, path: `/r/${roomId}/0.1.00000000000` }
  // A page that is looked at tells it itself.
  await deliver(context, JSON.stringify(bare))
  assert.deepEqual(await shownIn(context), [])
  await page.close()
  // The worker may still count a page that has just gone.
  await until(async () => {
    await deliver(context, JSON.stringify(bare))
    return (await shownIn(context)).length === 1
  }, 'a notice')
  assert.deepEqual(await shownIn(context), [['Somebody mentioned you', 'Press to read it.']])
  const said = { from: 'Ada', room: 'The $& porch', isConversation: false, text: 'Tea?' }
  await deliver(context, JSON.stringify({ ...bare, said }))
  await until(async () => (await shownIn(context))[0]?.[1] === 'Tea?', 'the next in its place')
  assert.deepEqual(await shownIn(context), [['Ada in The $& porch', 'Tea?']])
  for (const nonsense of ['', 'null', '{"kind":"other"}', 'no JSON']) await deliver(context, nonsense)
  assert.equal((await shownIn(context)).length, 1)
})
