/** The network goes away and comes back; the server ends and starts again. Nothing is lost. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paths, type MeResponse, type RoomResponse } from '#shared/http.ts'
import { messageKey } from '#shared/chat/message.ts'
import type { RoomId } from '#shared/ids.ts'
import { askFrom } from '../support/browser.ts'
import { openScene } from '../support/scene.ts'
import { changeOf, replicaOf } from '../support/seated.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

test('two people write and draw without a network, and have the same when it is back', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.say('Before')
  await ben.hears('Before')

  await ada.guest.context.setOffline(true)
  await ada.isConnection('offline')
  await ada.say('From Ada, without a network')
  await ada.tool('Pen')
  await ada.drag([0.2, 0.6], [0.4, 0.7])
  await ben.say('From Ben, meanwhile')
  await ben.tool('Pen')
  await ben.drag([0.5, 0.6], [0.7, 0.7])
  await ada.hasShapes(1)
  await becomes(() => ada.message('without a network').getAttribute('data-state'), 'sending')

  await ada.guest.context.setOffline(false)
  await ada.isConnection('live')
  await ada.isSent('From Ada, without a network')
  await ben.hears('From Ada, without a network')
  await ada.hears('From Ben, meanwhile')
  await ada.hasShapes(2)
  await ben.hasShapes(2)
  await becomes(() => ada.messageKeys(), await ben.messageKeys())
})

test('what was written without a network is there after a reload, and arrives once', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  // A reload needs the server; a socket does not come back while it is refused.
  await ada.page.routeWebSocket(/\/socket/, (socket) => socket.close())
  await ada.page.reload()
  await ada.page.locator('[data-connection]:not([data-connection="live"])').waitFor()
  await ada.say('Kept on this device')
  await ada.tool('Pen')
  await ada.drag([0.2, 0.6], [0.4, 0.7])
  await ada.hasShapes(1)

  const second = await ada.guest.context.newPage()
  await second.goto(`/r/${ada.roomId}`)
  await second.locator('[data-connection="live"]').waitFor()
  await ben.hears('Kept on this device')
  await ben.hasShapes(1)
  await becomes(() => ben.message('Kept on this device').count(), 1)
})

test('[A-08] the server starts again: people, words and strokes are there, and new ones arrive', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.say('Before the restart')
  await ada.isSent('Before the restart')
  await ada.tool('Pen')
  await ada.drag([0.2, 0.6], [0.4, 0.7])
  await ben.hasShapes(1)

  await scene.restart(async () => {
    await ada.page.locator('[data-connection]:not([data-connection="live"])').waitFor()
    await ben.say('While it was away')
  })
  await ben.isSent('While it was away')
  await ada.hears('While it was away')
  await ada.isConnection('live')

  await ben.page.reload()
  await ben.isConnection('live')
  await ben.hears('Before the restart')
  await ben.hasShapes(1)
  await ada.say('After the restart')
  await ben.hears('After the restart')
  await ada.page.getByRole('tab', { name: /People/ }).click()
  await until(
    async () =>
      (await ada.page.getByRole('group', { name: 'People' }).locator('li:not(.is-away)').count()) === 2 ||
      undefined,
    'both people here, and nobody twice',
  )
})

test('[W7] a device that holds what the server refuses begins anew, keeps it, and its owner goes on writing', async () => {
  const ada = await scene.person('Ada')
  const [room] = await scene.roomOf(ada)
  assert.ok(room !== undefined)
  await room.say('said before')
  await room.isSent('said before')
  const { seat } = await askFrom<RoomResponse>(ada.page, 'POST', paths.joinRoom(room.roomId as RoomId))
  const { me } = await askFrom<MeResponse>(ada.page, 'GET', paths.me)
  assert.ok(me !== null)
  await ada.page.goto('/')
  const faulty = changeOf(replicaOf(seat), (page) => page.getMap('m').set('no key', 'of a faulty version'))
  /** Changes what is kept of the page of chat, and returns what was left behind of it before. */
  const change = (kept: Readonly<{ update?: readonly number[]; leftBehind?: unknown }>): Promise<unknown> =>
    ada.page.evaluate(
      async ([name, { update, leftBehind }]) => {
        const answer = <T>(request: IDBRequest<T>): Promise<T> =>
          new Promise((resolve, reject) => {
            request.onsuccess = () => resolve(request.result)
            request.onerror = () => reject(new Error('no database'))
          })
        const database = await answer(indexedDB.open(name))
        const transaction = database.transaction(['updates', 'custom'], 'readwrite')
        const marks = transaction.objectStore('custom')
        const before: unknown = await answer(marks.get('left-behind'))
        if (update !== undefined) {
          transaction.objectStore('updates').add(new Uint8Array(update))
          marks.put(1, 'unsent')
        }
        if (leftBehind !== undefined) marks.put(leftBehind, 'left-behind')
        await new Promise((resolve) => (transaction.oncomplete = resolve))
        database.close()
        return before
      },
      [`stoa/${me.id}/chat/${room.roomId}/0`, kept] as const,
    )
  await change({ update: [...faulty] })

  await ada.page.goto(`/r/${room.roomId}`)
  await ada.page.getByText('was opened anew').first().waitFor()
  await room.isConnection('live')
  await room.hears('said before')
  await room.say('said after')
  await room.isSent('said after')
  await ada.page.reload()
  await room.isConnection('live')
  await room.isSent('said after')
  await becomes(() => ada.page.getByText('was opened anew').count(), 0)

  // It is there for a client that may write it, as this one may that.
  await ada.page.goto('/')
  const refused = { root: 'm', key: 'no key', value: 'of a faulty version', over: null }
  const [key, value] = [messageKey(seat, Date.now(), 0.5), { x: 'left behind', l: 9 }]
  assert.deepEqual(await change({ leftBehind: [refused, { ...refused, key, value }] }), [refused])
  await room.open()
  await room.isSent('left behind')
  await ada.page.goto('/')
  assert.deepEqual(await change({}), [refused])
})
