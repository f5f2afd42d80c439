/** What waits in rooms that nobody looks at any more: it arrives all the same, once, and unseen. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import type { RoomPage } from '../support/room-page.ts'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

const waitingCount = (page: Page) =>
  page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('stoa.waiting/')).length)

async function goHome({ page }: RoomPage): Promise<void> {
  await page.getByRole('link', { name: 'All rooms' }).click()
  await page.getByRole('link', { name: /The porch/ }).waitFor()
}

test('[OF6] words, a stroke and a file that wait in a room are brought from home, and nobody sees their author there', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.guest.context.setOffline(true)
  await ada.isConnection('offline')
  await ada.say('Written on the train')
  await ada.tool('Pen')
  await ada.drag([0.2, 0.6], [0.4, 0.7])
  await ada.hasShapes(1)
  await ada.page.locator('.composer input[type="file"]').setInputFiles({
    name: 'ticket.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('one way'),
  })
  await ada.page.getByText('ticket.txt').waitFor()
  await ada.say('and the ticket')
  await goHome(ada)
  await ada.page.getByRole('img', { name: 'Something of yours here waits to be sent' }).waitFor()
  assert.ok((await waitingCount(ada.page)) >= 2)

  await ada.guest.context.setOffline(false)
  await ben.hears('Written on the train')
  await ben.message('and the ticket').getByText('ticket.txt').waitFor()
  await ben.hasShapes(1)
  await until(async () => (await waitingCount(ada.page)) === 0, 'nothing that waits')
  await ada.page
    .getByRole('img', { name: 'Something of yours here waits to be sent' })
    .waitFor({ state: 'detached' })
  await becomes(() => ben.message('Written on the train').count(), 1)
  const keys = await ben.messageKeys()
  await ben.page.getByRole('tab', { name: /People/ }).click()
  await becomes(
    () => ben.page.getByRole('group', { name: 'People' }).locator('li:not(.is-away)').count(),
    1,
    'who only delivers is not here',
  )

  await ada.page.getByRole('link', { name: /The porch/ }).click()
  await ada.isSent('Written on the train')
  await ada.isSent('and the ticket')
  await becomes(() => ada.messageKeys(), keys)
})

test('[OF6] what waited when the last page was closed is brought by the next one, wherever it is', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const { context } = ada.guest
  await context.setOffline(true)
  await ada.isConnection('offline')
  await ada.say('Half of it')
  await ada.say('The other half')
  await ada.page.close()
  await context.setOffline(false)
  const later = await context.newPage()
  await later.goto('/')
  await ben.hears('Half of it')
  await ben.hears('The other half')
  await until(async () => (await waitingCount(later)) === 0, 'nothing that waits')
  await becomes(() => ben.messages.count(), 2)
})

test('[OF6] rooms whose files the server does not take keep no other room waiting', async () => {
  const [guest, other] = [await scene.person('Ada'), await scene.person('Ben')]
  const { context } = guest
  /** Rooms and pages. */
  const refused = new Set<string>()
  await context.route('**/api/rooms/*/files', (route) => {
    refused.add(`${route.request().url()} ${route.request().frame().page().url()}`)
    return route.fulfill({ status: 413, json: { code: 'file-too-large' } })
  })
  // As many as are brought at once.
  for (let count = 1; count <= 3; count += 1) {
    const [ada] = await scene.roomOf(guest)
    assert.ok(ada !== undefined)
    await ada.attach('film.txt', 'text/plain', Buffer.from(`reel ${String(count)}`))
    await ada.send()
    await ada.message('film.txt').waitFor()
  }
  const home = await context.newPage()
  await home.goto('/')
  const [ada, ben] = await scene.roomOf(guest, other)
  assert.ok(ada !== undefined && ben !== undefined)
  const atHome = () => [...refused].filter((where) => where.endsWith(` ${home.url()}`)).length
  await until(() => atHome() === 3 || undefined, 'the files are refused at home')
  await context.setOffline(true)
  await ada.isConnection('offline')
  await ada.say('Only words')
  await ada.page.close()
  await context.setOffline(false)
  await ben.hears('Only words')
})

const databaseCount = (page: Page) => page.evaluate(async () => (await indexedDB.databases()).length)

const recordings = (page: Page): Promise<readonly string[]> =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory()
    const folder = await root.getDirectoryHandle('recordings', { create: true })
    return Array.fromAsync((folder as unknown as { keys(): AsyncIterable<string> }).keys())
  })

test('[OF7] who signs out is asked about recordings that were not saved, and then none are left', async () => {
  const ada = await scene.person('Ada')
  const { page } = ada
  await page.goto('/')
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory()
    const folder = await root.getDirectoryHandle('recordings', { create: true })
    for (const name of ['one.webm', 'one.webm.saved', 'two.webm']) {
      const file = await (await folder.getFileHandle(name, { create: true })).createWritable()
      await file.write('a film')
      await file.close()
    }
  })
  const signOut = async (): Promise<void> => {
    await page.getByRole('button', { name: 'account menu' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
  }
  await signOut()
  const question = page.getByRole('dialog', { name: 'Sign out and lose what was recorded?' })
  await question.getByText('1 recording of a call that was not saved').waitFor()
  await question.getByRole('button', { name: 'Stay signed in' }).click()
  await question.waitFor({ state: 'detached' })
  assert.equal((await recordings(page)).length, 3)
  await signOut()
  await question.getByRole('button', { name: 'Throw away and sign out' }).click()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  await becomes(() => recordings(page), [])
})

test('[OF7] who signs out is asked about what waits, and then the device keeps nothing of theirs', async () => {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  const { page } = ada
  await ada.say('Said in good time')
  await ada.isSent('Said in good time')
  await page.routeWebSocket(/\/socket/, (socket) => socket.close())
  await page.reload()
  await page.locator('[data-connection]:not([data-connection="live"])').waitFor()
  await ada.say('Still waiting')
  await ada.composer.fill('Half a thought')
  await goHome(ada)
  await page.getByRole('img', { name: 'Something of yours here waits to be sent' }).waitFor()

  await page.getByRole('button', { name: 'account menu' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  const question = page.getByRole('dialog', { name: 'Sign out and lose what waits?' })
  await question.getByRole('listitem').filter({ hasText: 'The porch' }).waitFor()
  await question.getByRole('button', { name: 'Stay signed in' }).click()
  await question.waitFor({ state: 'detached' })
  assert.ok((await databaseCount(page)) > 0)

  await page.getByRole('button', { name: 'account menu' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await question.getByRole('button', { name: 'Throw away and sign out' }).click()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  await until(async () => (await databaseCount(page)) === 0, 'no database')
  const left = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))
  for (const secret of ['The porch', 'Half a thought', 'Ada']) assert.ok(!left.includes(secret), left)
})
