/** `npm run dev`: the client with hot reload, a seeded room behind it, and the workshop. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { samplePassword, samplePeople } from '#server/sample.ts'
import { openBrowser, openStranger } from '../support/browser.ts'
import { startProcess } from '../support/process.ts'
import { makeDataFolder, removeFolder } from '../support/server.ts'

const dataDir = await makeDataFolder()
const port = await freePort()
const dev = startProcess(
  { DATA_DIR: dataDir, PORT: String(port) },
  fileURLToPath(new URL('../../server/dev.ts', import.meta.url)),
)
const browser = await openBrowser()
const { origin } = await dev.ready()
after(async () => {
  await browser.close()
  await dev[Symbol.asyncDispose]()
  await removeFolder(dataDir)
})

/** Vite cannot take any port that is free, and tell which. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  server.close()
  await once(server, 'close')
  return address.port
}

for (const look of [
  { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
] as const) {
  test(`the workshop shows every part, and axe finds nothing (${look.colorScheme}, ${String(look.viewport.width)} px)`, async () => {
    const { page, faults } = await openStranger(browser, origin, look)
    await page.goto('/workshop')
    await page.getByRole('heading', { name: 'Workshop' }).waitFor()
    for (const name of ['A menu', 'Leave call', 'Purple'])
      assert.ok((await page.getByText(name).or(page.getByLabel(name)).count()) > 0, name)
    // A word that is missing shows as its key.
    assert.doesNotMatch(await page.locator('main').innerText(), /\b(home|room|chat|board|call)\.[a-z_]+/)
    const { violations } = await new AxeBuilder({ page }).analyze()
    assert.deepEqual(
      violations.map(({ id, nodes }) => `${id}: ${String(nodes[0]?.html)}`),
      [],
    )
    assert.deepEqual(faults, [])
  })
}

test('somebody of the sample signs in, and finds the sample’s room', async () => {
  const { page } = await openStranger(browser, origin)
  await page.goto('/login')
  await page.getByLabel('Name').fill(samplePeople[0])
  await page.getByLabel('Password', { exact: true }).fill(samplePassword)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.locator('a[href^="/r/"]').first().click()
  await page.locator('[data-connection="live"]').waitFor()
})
