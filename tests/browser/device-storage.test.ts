/** What a device cannot keep is not lost in silence: its storage is full, or was emptied (D-14). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

declare global {
  interface Window {
    isStorageFull?: boolean
  }
}

test('[D-14] a full device says that it keeps nothing, warns whoever leaves, and keeps everything once it can', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const { page, guest } = ada
  await page.evaluate(() => {
    // As a browser does that finds no room when it comes to write.
    IDBObjectStore.prototype.add = new Proxy(Reflect.get(IDBObjectStore.prototype, 'add'), {
      apply(add, store: IDBObjectStore, row) {
        if (window.isStorageFull === true) store.transaction.abort()
        return Reflect.apply(add, store, row) as IDBRequest<IDBValidKey>
      },
    })
    window.isStorageFull = true
  })
  await guest.context.setOffline(true)
  await ada.tool('Pen')
  await ada.drag([0.2, 0.6], [0.4, 0.7])
  await ada.hasShapes(1)
  const chip = page.locator('[data-connection="offline"][data-kept="no"]')
  await chip.waitFor()
  await becomes(() => chip.innerText(), 'Not kept on this device')
  await chip.click()
  await page.getByText('its storage is full or switched off').first().waitFor()
  await page.keyboard.press('Escape')
  const asked = page.waitForEvent('dialog')
  const closing = page.close({ runBeforeUnload: true })
  const dialog = await asked
  assert.equal(dialog.type(), 'beforeunload')
  await dialog.dismiss()
  await closing

  await page.evaluate(() => {
    window.isStorageFull = false
  })
  await page.locator('[data-connection="offline"][data-kept="yes"]').waitFor()
  await page.close()
  await guest.context.setOffline(false)
  const second = await guest.context.newPage()
  await second.goto(`/r/${ada.roomId}`)
  await ben.hasShapes(1)
})

test('[D-14] what the browser has emptied is kept again, with all that the page still holds', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  const { page, guest } = ada
  await guest.context.setOffline(true)
  await ada.isConnection('offline')
  await ada.tool('Pen')
  await ada.drag([0.2, 0.6], [0.4, 0.7])
  await ada.hasShapes(1)
  const devtools = await guest.context.newCDPSession(page)
  const origin = new URL(page.url()).origin
  await devtools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' })
  await page.locator('[data-kept="no"]').waitFor()
  await page.locator('[data-kept="yes"]').waitFor()
  const names = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))
  await until(() => names.some((name) => name?.includes('/board/')) || undefined, 'the board to be kept')

  await page.close()
  await guest.context.setOffline(false)
  const second = await guest.context.newPage()
  await second.goto(`/r/${ada.roomId}`)
  await ben.hasShapes(1)
})
