/** A browser with a profile that outlives it, as on somebody's own device, in a process of its own that can be killed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chromium } from 'playwright-core'
import { flags, type Guest } from './browser.ts'
import { findChromium } from './chromium.ts'
import { until } from './until.ts'

export type DeviceBrowser = Guest &
  Readonly<{
    /** As one closes it: what it keeps is written. */
    close(): Promise<void>
    /** As a power cut does; nothing where it has ended. */
    kill(): Promise<void>
  }>

/** Its first page is empty. `folder` has the profile. */
export async function openDevice(folder: string): Promise<DeviceBrowser> {
  const path = findChromium()
  if (path === null) throw new Error('There is no Chromium: run npm test, which installs one.')
  const child = spawn(
    path,
    [
      '--headless',
      '--window-size=1280,900',
      '--remote-debugging-port=0',
      `--user-data-dir=${folder}`,
      ...flags,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const ended = once(child, 'close')
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const address = await until(() => /DevTools listening on (ws:\S+)/u.exec(said)?.[1], 'the browser to start')
  const browser = await chromium.connectOverCDP(address)
  const [context] = browser.contexts()
  const page = context?.pages()[0]
  if (context === undefined || page === undefined) throw new Error('the browser has no page')
  return {
    context,
    page,
    faults: [],
    async close() {
      const control = await browser.newBrowserCDPSession()
      await control.send('Browser.close')
      await ended
    },
    async kill() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await ended
    },
  }
}
