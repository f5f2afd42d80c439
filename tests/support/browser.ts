/**
 * Chromium for tests: one browser, and a context of its own for each person.
 *
 * Every page is watched: a fault, a refused resource or a breach of the content security policy on any page fails the
 * test that opened it, unless the test expects it.
 */
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { findChromium } from './chromium.ts'

export const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--auto-select-desktop-capture-source=Entire screen',
]

/** A headless Chromium with a fake camera and microphone; `executablePath` may be something that runs it elsewhere. */
export async function openBrowser({
  executablePath = findChromium(),
}: Readonly<{ executablePath?: string | null }> = {}): Promise<Browser> {
  if (executablePath === null) throw new Error('There is no Chromium: run npm test, which installs one.')
  return chromium.launch({ executablePath, args: flags, headless: true })
}

export type Guest = Readonly<{ context: BrowserContext; page: Page; faults: string[] }>

/** A context without a session, and its first page. */
export async function openStranger(
  browser: Browser,
  origin: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Guest> {
  const context = await browser.newContext({
    baseURL: origin,
    viewport: { width: 1280, height: 800 },
    // Answers of a service worker pass by whatever a test puts in a page's way.
    serviceWorkers: 'block',
    permissions: ['camera', 'microphone', 'clipboard-read', 'clipboard-write'],
    ...options,
  })
  const faults: string[] = []
  context.on('weberror', (error) => {
    const text = String(error.error())
    // Firefox tells of a path that did not work as if it were an error of the page.
    if (!text.includes('WebRTC: ')) faults.push(text)
  })
  context.on('console', (message) => {
    const text = message.text()
    if (message.type() === 'error' && /Content Security Policy|Trusted Type|\[Vue/i.test(text))
      faults.push(text)
    if (message.type() === 'warning' && text.startsWith('[Vue')) faults.push(text)
  })
  return { context, page: await context.newPage(), faults }
}

export const password = 'three quiet herons'

/** A context whose person has just registered, standing at home. */
export async function openPerson(
  browser: Browser,
  origin: string,
  name: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Guest> {
  const guest = await openStranger(browser, origin, options)
  await guest.page.goto('/')
  const status = await guest.page.evaluate(
    async (body) => {
      const response = await fetch('/api/register', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      })
      return response.status
    },
    { name, password },
  )
  if (status >= 400) throw new Error(`registering ${name} gave ${String(status)}`)
  await guest.page.goto('/')
  return guest
}

/** Asks the page's server as the person who is signed in there. */
export async function askFrom<T>(page: Page, method: string, path: string, body?: unknown): Promise<T> {
  return page.evaluate(
    async ([method, path, body]) => {
      const response = await fetch(path, {
        method,
        headers: { 'Content-Type': 'application/json' },
        ...(body === null ? {} : { body }),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path}: ${String(response.status)} ${text}`)
      return (text === '' ? null : JSON.parse(text)) as T
    },
    [method, path, body === undefined ? null : JSON.stringify(body)] as const,
  )
}

/** The tab is behind another one, as its page sees it. */
export async function hide(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate(
    (state) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
      document.dispatchEvent(new Event('visibilitychange'))
    },
    isHidden ? 'hidden' : 'visible',
  )
}
