/** A page whose client is on the device: it opens without a network. */
import type { Page } from 'playwright-core'
import { until } from './until.ts'

/** Waits until the device keeps the whole client. */
export async function isAppKept(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready
  })
  await until(
    () => page.evaluate(async () => (navigator.serviceWorker.controller !== null ? true : undefined)),
    'the page to be kept',
  )
}
