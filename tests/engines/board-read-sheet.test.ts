/** A sheet that is not shown, read to be saved: with what the server has, or, without it, what this device keeps. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { SheetId } from '#shared/ids.ts'
import { readSheet, type ReadSheet } from '#web/board/io/read-sheet.ts'
import { exchange, fakeDocument, fakeLetters, type FakeDocument } from '../support/fake-board.ts'

const drawn = { k: 'rectangle', z: 'V00001', c: 0, w: 4, t: [0, 0, 1_600, 800] } as const

/** A sheet being read whose server can be asked, and what is known of it by now. */
function reading() {
  const sheet = fakeDocument(1)
  sheet.set({ isLoaded: false, isSynced: false })
  const listeners = new Set<() => void>()
  let isAway = false
  const ended = new AbortController()
  let found: ReadSheet | null = null
  const done = readSheet('1-aaaaaaaaaa' as SheetId, {
    openSheet: () => sheet,
    letters: fakeLetters,
    canAsk: () => !isAway,
    onCanAsk: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    signal: ended.signal,
  }).then((read) => {
    found = read
    return read
  })
  return {
    sheet,
    listeners,
    ended,
    done,
    leave: () => {
      isAway = true
      for (const listener of listeners) listener()
    },
    /** After all that was to be done is done. */
    found: async () => {
      await new Promise((resolve) => setImmediate(resolve))
      return found
    },
  }
}

function draw(sheet: FakeDocument, key: string): void {
  const other = fakeDocument(2)
  other.doc.getMap('shapes').set(key, drawn)
  exchange(sheet.doc, other.doc)
}

test('it is read once the server has said what is there, and is closed then', async () => {
  const { sheet, listeners, done, found } = reading()
  draw(sheet, '2.a')
  sheet.set({ isLoaded: true })
  assert.equal(await found(), null)
  draw(sheet, '2.b')
  sheet.set({ isSynced: true })
  const { figures, isWhole } = await done
  assert.deepEqual([figures.map(({ id }) => id), isWhole], [['2.a', '2.b'], true])
  assert.deepEqual([listeners.size, sheet.doc.isDestroyed], [0, true])
})

test('without a server it is what this device keeps, once that is read', async () => {
  const { sheet, leave, done, found } = reading()
  leave()
  assert.equal(await found(), null)
  draw(sheet, '2.a')
  sheet.set({ isLoaded: true })
  const { figures, isWhole } = await done
  assert.deepEqual([figures.length, isWhole], [1, false])
})

test('nobody waits for ever for a server that does not answer, nor for one that goes meanwhile', async () => {
  const slow = reading()
  draw(slow.sheet, '2.a')
  slow.sheet.set({ isLoaded: true })
  assert.equal(await slow.found(), null)
  slow.ended.abort()
  assert.deepEqual([(await slow.done).figures.length, (await slow.done).isWhole], [1, false])

  const gone = reading()
  gone.sheet.set({ isLoaded: true })
  assert.equal(await gone.found(), null)
  gone.leave()
  assert.equal((await gone.done).isWhole, false)
})
