/**
 * Finds a Chromium for the browser tests, or installs one, and says what it does.
 *
 * In order: CHROMIUM_PATH, Playwright's own, the system's; then apt as root, else Playwright's installer.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { chromium } from 'playwright-core'

const systemPaths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The path of a Chromium on this machine, or null. */
export function findChromium(): string | null {
  const wanted = process.env['CHROMIUM_PATH']
  if (wanted !== undefined && wanted !== '') {
    if (!existsSync(wanted)) throw new Error(`CHROMIUM_PATH is ${wanted}, but there is no such file.`)
    return wanted
  }
  return [chromium.executablePath(), ...systemPaths].find((path) => path !== '' && existsSync(path)) ?? null
}

/** As findChromium, installing one if there is none. */
export function ensureChromium(say: (line: string) => void): string {
  const found = findChromium()
  if (found !== null) {
    say(`Browser: ${found}`)
    return found
  }
  const isRoot = process.getuid?.() === 0
  const hasApt = existsSync('/usr/bin/apt-get')
  if (isRoot && hasApt) {
    say('Browser: none found; installing the package chromium with apt-get.')
    run('apt-get', ['update', '-qq'])
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-liberation'])
  } else {
    say('Browser: none found; installing Playwright’s Chromium.')
    const require = createRequire(import.meta.url)
    run(process.execPath, [
      join(dirname(require.resolve('playwright-core/package.json')), 'cli.js'),
      'install',
      'chromium',
    ])
  }
  const installed = findChromium()
  if (installed === null) {
    throw new Error('No Chromium could be found or installed. Install one, or set CHROMIUM_PATH to its path.')
  }
  say(`Browser: ${installed}`)
  return installed
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${String(status)}`)
}
