/** A device that is full makes room by itself: old pages of chat go, and nothing that only it has. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { paths, type InviteResponse } from '#shared/http.ts'
import type { RoomId } from '#shared/ids.ts'
import { isAppKept } from '../support/app-kept.ts'
import { askFrom } from '../support/browser.ts'
import { fillPages } from '../support/long-chat.ts'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()
/** What the browser grants: the client alone takes a part of it. */
const quotaSize = 32 * 1024 ** 2

/** Stores so many bytes more under a name of nobody's; false where they find no room. */
function store(page: Page, sizeBytes: number): Promise<boolean> {
  return page.evaluate(async (sizeBytes) => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('ballast')
      request.onupgradeneeded = () => request.result.createObjectStore('rows', { autoIncrement: true })
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(new Error('no database'))
    })
    // Of chance, or they would be packed; it is given in parts.
    const bytes = new Uint8Array(sizeBytes)
    for (let at = 0; at < sizeBytes; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
    const transaction = database.transaction('rows', 'readwrite')
    transaction.objectStore('rows').add(bytes)
    const isStored = await new Promise<boolean>((resolve) => {
      transaction.oncomplete = () => resolve(true)
      transaction.onabort = () => resolve(false)
    })
    database.close()
    return isStored
  }, sizeBytes)
}

/** Leaves less than 8 KiB. */
async function fill(page: Page): Promise<void> {
  // A browser looks only now and then how much there is.
  await until(async () => !(await store(page, quotaSize)), 'the browser to find that so much is too much')
  for (const sizeBytes of [1024 ** 2, 64 * 1024, 8 * 1024])
    await until(async () => !(await store(page, sizeBytes)), 'no room for more')
}

/** As after a browser was killed before it had written its notes: only the page itself says that it has something. */
function markUnsent(page: Page, roomId: string, number: number): Promise<void> {
  return page.evaluate(async (ending) => {
    const { name } = (await indexedDB.databases()).find(({ name }) => name?.endsWith(ending)) ?? {}
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name ?? '')
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(new Error('no database'))
    })
    const transaction = database.transaction('custom', 'readwrite')
    transaction.objectStore('custom').put(1, 'unsent')
    await new Promise((resolve) => (transaction.oncomplete = resolve))
    database.close()
  }, `/chat/${roomId}/${number}`)
}

/** Numbers of the pages of this room's chat that the device keeps. */
function pagesKept(page: Page, roomId: string): Promise<number[]> {
  return page.evaluate(async (roomId) => {
    const databases = await indexedDB.databases()
    const parts = databases.flatMap(({ name }) => (name ?? '').split(`/chat/${roomId}/`).slice(1))
    return parts.map(Number).sort((a, b) => a - b)
  }, roomId)
}

test('[OF9] on a full device old pages that nobody has open go; what is unsent, what is newest and what comes stays', async () => {
  const ada = await scene.person('Ada', { serviceWorkers: 'allow' })
  const ben = await scene.person('Ben')
  const devtools = await ada.context.newCDPSession(ada.page)
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: scene.origin, quotaSize })
  const [other] = await scene.roomOf(ada)
  const [long, benInLong] = await scene.roomOf(ada, ben)
  assert.ok(other !== undefined && long !== undefined && benInLong !== undefined)
  const invites = paths.invites(long.roomId as RoomId)
  const { token } = await askFrom<InviteResponse>(ada.page, 'POST', invites, {})
  await fillPages(scene.server(), token, 4)
  await long.say('The newest of all')
  await long.isSent('The newest of all')
  const list = ada.page.getByRole('group', { name: 'Messages', exact: true })
  await until(async () => {
    await list.evaluate((element) => (element.scrollTop = 0))
    return ada.page.getByText('This is the start of the conversation').isVisible()
  }, 'the first page')
  await becomes(() => pagesKept(ada.page, long.roomId), [0, 1, 2, 3, 4])
  await isAppKept(ada.page)

  await ada.context.setOffline(true)
  await long.isConnection('offline')
  const first = long.message('Line 1 of part 1.')
  await first.hover({ position: { x: 8, y: 8 } })
  await first.getByRole('button', { name: 'Heart' }).click()
  await long.reaction('Line 1 of part 1.', 'Heart').waitFor()
  const key = await first.getAttribute('data-message-key')
  await ada.page.getByRole('link', { name: 'All rooms' }).click()
  await ada.page.locator(`a[href="/r/${other.roomId}"]`).waitFor()
  await markUnsent(ada.page, long.roomId, 1)
  await fill(ada.page)
  await ada.page.locator(`a[href="/r/${other.roomId}"]`).click()
  let notes = 0
  await until(async () => {
    notes += 1
    // Of chance, or it would be packed into what is left.
    await other.say(`Note ${notes}: ${randomBytes(1_500).toString('hex')}`, `Note ${notes}:`)
    return !(await pagesKept(ada.page, long.roomId)).includes(2)
  }, 'an old page to go')
  await other.say('Said on a full device')
  await other.tool('Pen')
  await other.drag([0.2, 0.6], [0.4, 0.7])
  await other.hasShapes(1)
  // The newest and the one before it are open, for what waits to be brought.
  await becomes(() => pagesKept(ada.page, long.roomId), [0, 1, 3, 4])
  assert.deepEqual(await pagesKept(ada.page, other.roomId), [0])
  await ada.page.locator('[data-connection="offline"][data-kept="yes"]').waitFor()

  await ada.page.reload()
  await other.hears('Said on a full device')
  await other.hasShapes(1)
  await ada.context.setOffline(false)
  await other.isSent('Said on a full device')
  await benInLong.page.goto(`/r/${long.roomId}/0.${key ?? ''}`)
  await benInLong.reaction('Line 1 of part 1.', 'Heart').waitFor()
})
