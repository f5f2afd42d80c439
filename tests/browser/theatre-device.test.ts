/** The failure theatre of devices: a browser is killed with unsent work, and a device is emptied while another has some. */
import assert from 'node:assert/strict'
import { after, afterEach, test } from 'node:test'
import type { Page } from 'playwright-core'
import { askFrom, password } from '../support/browser.ts'
import { openDevice, type DeviceBrowser } from '../support/device.ts'
import { RoomPage } from '../support/room-page.ts'
import { openScene } from '../support/scene.ts'
import { makeDataFolder, removeFolder } from '../support/server.ts'
import { becomes } from '../support/until.ts'

const scene = await openScene()
const folders: string[] = []
const running: DeviceBrowser[] = []
afterEach(async () => {
  for (const device of running.splice(0)) await device.kill()
})
after(async () => {
  for (const folder of folders) await removeFolder(folder)
})

async function openOn(folder: string): Promise<DeviceBrowser> {
  const device = await openDevice(folder)
  running.push(device)
  return device
}

/** Ben in his room, and a device on which Ada has been in it before; nothing runs on that. */
async function benAndADevice(): Promise<Readonly<{ ben: RoomPage; open(): Promise<DeviceBrowser> }>> {
  const folder = await makeDataFolder()
  folders.push(folder)
  const [ben] = await scene.meet('Ben')
  assert.ok(ben !== undefined)
  const invite = await askFrom<{ token: string }>(ben.page, 'POST', `/api/rooms/${ben.roomId}/invites`, {})
  const first = await openOn(folder)
  const { page } = first
  await page.goto(scene.origin)
  await askFrom(page, 'POST', '/api/register', { name: `Ada ${ben.roomId.slice(0, 8)}`, password })
  await askFrom(page, 'POST', `/api/invites/${invite.token}/accept`, {})
  await page.goto(`${scene.origin}/r/${ben.roomId}`)
  await page.locator('[data-connection="live"]').waitFor()
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  await first.close()
  return { ben, open: () => openOn(folder) }
}

/** Ada writes, draws and sends a file without a network, and then her device has no power. */
async function workAndDie(device: DeviceBrowser, roomId: string): Promise<void> {
  const ada = new RoomPage(device, roomId)
  await ada.page.goto(`${scene.origin}/r/${roomId}`)
  await ada.isConnection('live')
  await device.context.setOffline(true)
  await ada.isConnection('offline')
  await ada.say('Written on the train')
  await ada.attach('ticket.txt', 'text/plain', Buffer.from('one way'))
  await ada.send()
  await ada.hears('ticket.txt')
  await ada.tool('Pen')
  await ada.drag([0.2, 0.6], [0.4, 0.7])
  await ada.hasShapes(1)
  await becomes(() => unsentBoards(ada.page), 1)
  await device.kill()
}

/** Sheets of which this device keeps something that the server does not have. */
const unsentBoards = (page: Page) =>
  page.evaluate(async () => {
    let count = 0
    for (const { name } of await indexedDB.databases()) {
      if (name?.includes('/board/') !== true) continue
      const request = indexedDB.open(name)
      const db = await new Promise<IDBDatabase>((resolve) => {
        request.onsuccess = () => resolve(request.result)
      })
      const transaction = db.transaction(['updates', 'custom'])
      const mark = transaction.objectStore('custom').get('unsent')
      const updates = transaction.objectStore('updates').count()
      await new Promise((resolve) => (transaction.oncomplete = resolve))
      if (mark.result === 1 && updates.result > 0) count += 1
      db.close()
    }
    return count
  })

async function hasAll(ben: RoomPage): Promise<void> {
  await ben.hears('Written on the train')
  await ben.hears('ticket.txt')
  await ben.hasShapes(1)
  await becomes(() => ben.messages.count(), 2)
}

test('[OF1] a device dies with unsent work: it is there without a server, and arrives once when that is back', async () => {
  const { ben, open } = await benAndADevice()
  await workAndDie(await open(), ben.roomId)

  const device = await open()
  const ada = new RoomPage(device, ben.roomId)
  await scene.restart(async () => {
    await ada.page.goto(`${scene.origin}/r/${ben.roomId}`)
    await ada.hears('Written on the train')
    await ada.hears('ticket.txt')
    await ada.hasShapes(1)
    await ada.page.locator('[data-connection="reconnecting"], [data-connection="offline"]').waitFor()
  })
  await ada.isSent('Written on the train')
  await ada.isSent('ticket.txt')
  await hasAll(ben)
  await becomes(() => ada.messageKeys(), await ben.messageKeys())
})

test('[OF6] a device dies with unsent work: home brings it, and nobody has to remember the room', async () => {
  const { ben, open } = await benAndADevice()
  await workAndDie(await open(), ben.roomId)

  const device = await open()
  await device.page.goto(scene.origin)
  await hasAll(ben)
})

test('[OF5] a device is emptied while another of the same person has unsent work: all of it arrives', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const { me } = await askFrom<{ me: { name: string } }>(ada.page, 'GET', '/api/me')
  const other = await scene.stranger()
  await other.page.goto('/')
  await askFrom(other.page, 'POST', '/api/login', { name: me.name, password })
  const second = new RoomPage(other, ada.roomId)
  await second.open()
  await second.say('From the phone')
  await ada.hears('From the phone')

  await ada.guest.context.setOffline(true)
  await ada.isConnection('offline')
  await ada.say('From the laptop')
  await ada.tool('Pen')
  await ada.drag([0.2, 0.6], [0.4, 0.7])
  await ada.hasShapes(1)
  const control = await other.context.newCDPSession(other.page)
  await control.send('Storage.clearDataForOrigin', {
    origin: new URL(other.page.url()).origin,
    storageTypes: 'indexeddb,local_storage,cache_storage,service_workers',
  })
  await second.page.reload()
  await second.isConnection('live')
  await second.hears('From the phone')

  await ada.guest.context.setOffline(false)
  await ada.isSent('From the laptop')
  for (const person of [second, ben]) {
    await person.hears('From the laptop')
    await person.hasShapes(1)
    await becomes(() => person.messageKeys(), await ada.messageKeys())
  }
})
