/** The client itself without a network: it opens, brings in new versions, and gets rid of broken ones. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { versions } from '#shared/wire/version.ts'
import { isAppKept } from '../support/app-kept.ts'
import { makeVersion } from '../support/next-version.ts'
import { openScene } from '../support/scene.ts'
import { makeDataFolder, removeFolder } from '../support/server.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()
const keeping = { serviceWorkers: 'allow' } as const

const versionOf = (page: Page) => page.locator('meta[name="stoa-version"]').getAttribute('content')

const versionsKept = (page: Page) =>
  page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('stoa/app/')).length)

test('[OF1, OF2] without a server, home and a room open with its words, its board and the draft', async () => {
  const ada = await scene.person('Ada', keeping)
  const [room] = await scene.roomOf(ada)
  assert.ok(room !== undefined)
  await isAppKept(room.page)
  await room.say('Said before')
  await room.isSent('Said before')
  await room.tool('Pen')
  await room.drag([0.2, 0.6], [0.4, 0.7])
  await room.hasShapes(1)
  await room.composer.fill('Half a thought')

  await scene.restart(async () => {
    await room.page.reload()
    await room.hears('Said before')
    await room.hasShapes(1)
    await becomes(() => room.composer.inputValue(), 'Half a thought')
    await room.say('Said without a server')
    await room.tool('Pen')
    await room.drag([0.5, 0.6], [0.7, 0.7])
    await room.hasShapes(2)
    await room.page.goto('/')
    await room.page.getByRole('link', { name: /The porch/ }).click()
    await room.hears('Said without a server')
    await room.hasShapes(2)
    const isApiKept = await room.page.evaluate(async () => {
      const paths: string[] = []
      for (const name of await caches.keys())
        for (const { url } of await (await caches.open(name)).keys()) paths.push(new URL(url).pathname)
      return paths.some((path) => path.startsWith('/api') || path === '/socket')
    })
    assert.equal(isApiKept, false)
  })
  await room.isSent('Said without a server')
  await becomes(() => room.message('Said without a server').count(), 1)
})

test('[OF3] a new version is offered, and comes with the page of whoever takes it', async () => {
  const folder = await makeDataFolder()
  try {
    const next = join(folder, 'next')
    await makeVersion(next, 'the-next')
    const ada = await scene.person('Ada', keeping)
    await isAppKept(ada.page)
    const other = await ada.context.newPage()
    await other.goto('/')
    const before = await versionOf(other)
    await scene.restart(undefined, { webFolder: next })

    await ada.page.reload()
    assert.equal(await versionOf(ada.page), before, 'a page is opened with what is here')
    await ada.page.getByText('A new version of Stoa is ready').first().waitFor()
    await ada.page.getByRole('button', { name: 'Reload' }).click()
    await until(async () => (await versionOf(ada.page)) === 'the-next' || undefined, 'the new version')
    await other.getByText('Stoa was renewed in another tab').first().waitFor()
    assert.equal(await versionOf(other), before, 'nobody else is interrupted')
    assert.equal(await versionsKept(other), 2)
    await other.getByRole('button', { name: 'New room' }).click()
    await other.getByRole('dialog').waitFor()

    await other.close()
    await ada.page.reload()
    await until(async () => (await versionsKept(ada.page)) === 1 || undefined, 'the old version to go')
  } finally {
    await scene.restart()
    await removeFolder(folder)
  }
})

test('[W7] a page of an older version is told, keeps what is written, and has it delivered once it is loaded anew', async () => {
  const folder = await makeDataFolder()
  try {
    const next = join(folder, 'next')
    await makeVersion(next, 'the-next')
    const ada = await scene.person('Ada', keeping)
    // The next version is this one, but for what it says of itself.
    await ada.context.addInitScript((next) => {
      window.WebSocket = class extends WebSocket {
        constructor(address: string | URL) {
          const meta = document.querySelector<HTMLMetaElement>('meta[name="stoa-version"]')
          super(meta?.content === 'the-next' ? String(address).replace(/v=\d+/, `v=${next}`) : address)
        }
      }
    }, versions.now + 2)
    const [room] = await scene.roomOf(ada)
    assert.ok(room !== undefined)
    await isAppKept(ada.page)
    await room.say('before')
    await room.isSent('before')
    await scene.restart(undefined, {
      webFolder: next,
      versions: { now: versions.now + 2, oldest: versions.now + 1 },
    })

    await room.isConnection('outdated')
    await ada.page.getByText('This page is older than the server.').first().waitFor()
    await room.say('in between')
    await ada.page.getByRole('button', { name: 'Reload needed' }).click()
    const more = ada.page.locator('.connection-more')
    await more.getByText('in between').waitFor()
    await more.getByRole('button', { name: 'Reload' }).click()
    await until(async () => (await versionOf(ada.page)) === 'the-next' || undefined, 'the new version')
    await room.isConnection('live')
    await room.isSent('in between')
    await becomes(() => room.messages.count(), 2)
  } finally {
    await scene.restart()
    await removeFolder(folder)
  }
})

test('[OF4] a version that does not start is replaced by the next, whoever is there', async () => {
  const folder = await makeDataFolder()
  try {
    const broken = join(folder, 'broken')
    await makeVersion(broken, 'the-broken', (html) =>
      html.replace(/\/assets\/base-[^"]+\.js/, '/favicon.svg'),
    )
    const [first, mended] = [join(folder, 'first'), join(folder, 'mended')]
    await makeVersion(first, 'the-first')
    await makeVersion(mended, 'the-mended')
    await scene.restart(undefined, { webFolder: first })
    const { page } = await scene.stranger(keeping)
    await page.goto('/')
    await isAppKept(page)
    await page.getByRole('heading').first().waitFor()
    await scene.restart(undefined, { webFolder: broken })
    await page.reload()
    await page.getByRole('button', { name: 'Reload' }).click()
    await until(async () => (await versionOf(page)) === 'the-broken' || undefined, 'the broken version')
    await scene.restart(undefined, { webFolder: mended })
    await until(async () => {
      await page.reload()
      return (await versionOf(page)) === 'the-mended' || undefined
    }, 'the mended version')
    await page.getByRole('heading').first().waitFor()
  } finally {
    await scene.restart()
    await removeFolder(folder)
  }
})
