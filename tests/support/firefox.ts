/**
 * Firefox for tests, as Mozilla and the distributions build it, driven like Chromium (browser.ts).
 *
 * Playwright speaks WebDriver BiDi to it, its channel `moz-firefox`, with firefox-relay.ts in between. Looked for, never
 * installed: FIREFOX_PATH, then the system's.
 */
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { firefox, type Browser } from 'playwright-core'
import type { openPerson } from './browser.ts'

const systemPaths = ['/usr/bin/firefox-esr', '/usr/bin/firefox']
const relay = fileURLToPath(new URL('./firefox-relay.ts', import.meta.url))

/** A camera and a microphone that need no asking, and paths between two browsers of one machine. */
const preferences = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
}

/** Of a context in Firefox: its permissions are preferences. */
export const firefoxContext: Parameters<typeof openPerson>[3] = { permissions: [] }

/** The path of a Firefox on this machine, or null. */
export function findFirefox(): string | null {
  const wanted = process.env['FIREFOX_PATH']
  if (wanted !== undefined && wanted !== '') {
    if (!existsSync(wanted)) throw new Error(`FIREFOX_PATH is ${wanted}, but there is no such file.`)
    return wanted
  }
  return systemPaths.find((path) => existsSync(path)) ?? null
}

/** A headless Firefox with a fake camera and microphone. */
export async function openFirefox(path: string): Promise<Browser> {
  const folder = mkdtempSync(join(tmpdir(), 'stoa-firefox-'))
  const program = join(folder, 'firefox')
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${relay}' '${path}' "$@"\n`)
  chmodSync(program, 0o755)
  const browser = await firefox.launch({
    channel: 'moz-firefox',
    executablePath: program,
    headless: true,
    firefoxUserPrefs: preferences,
  })
  browser.on('disconnected', () => {
    rmSync(folder, { recursive: true, force: true })
  })
  return browser
}
