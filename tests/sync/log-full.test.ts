/** A turn on a full disk: nothing of it is shown, the ballast makes room, and it heals by itself. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import test from 'node:test'
import * as Y from 'yjs'
import type { Seat } from '#shared/ids.ts'
import { ChatIndex } from '#server/chat/chat-index.ts'
import { createLog } from '#server/log.ts'
import { ballastFile } from '#server/store/ballast.ts'
import { openStore } from '#server/store/open.ts'
import { openDocumentLog } from '#server/sync/log.ts'
import { Turn } from '#server/sync/turn.ts'
import { receiver, type Receiver } from '../support/receiver.ts'
import { replicaOf, sayIn } from '../support/seated.ts'
import { makeDataFolder, removeFolder } from '../support/server.ts'

const name = `chat/${'r'.repeat(22)}/0`
const alice = 1 as Seat

test('[D-04] [W5] a full disk: nothing is acknowledged, what was said stays readable, and it heals by itself', async () => {
  const folder = await makeDataFolder()
  try {
    using store = openStore(folder)
    const log = createLog('silent')
    const documentLog = openDocumentLog(store.db, log, () => undefined)
    const lost: string[] = []
    const turn = new Turn<Receiver>({
      db: store.db,
      disk: store.disk,
      documentLog,
      index: new ChatIndex(store),
      log,
      onSaved: () => undefined,
      onLost: (names) => lost.push(...names),
    })
    const page = replicaOf(alice)
    let acknowledged = 0
    const say = (text: string): boolean => {
      const before = acknowledged
      turn.append({ name, update: sayIn(page, alice, text).update, writer: alice, atMs: 1 })
      turn.send(
        receiver(() => (acknowledged += 1)),
        new Uint8Array(),
      )
      turn.finish()
      return acknowledged > before
    }
    const read = (): number => {
      const doc = new Y.Doc()
      documentLog.load(name, doc)
      return doc.getMap('m').size
    }
    assert.ok(say('there is room'))
    assert.ok(existsSync(ballastFile(folder)))

    const pageCount = store.db.pragma('page_count', { simple: true }) as number
    store.db.pragma(`max_page_count = ${String(pageCount)}`)
    const long = 'x'.repeat(64 * 1024)
    assert.equal(say(long), false)
    assert.equal(turn.canSave, false)
    assert.deepEqual(lost, [name])
    assert.ok(!existsSync(ballastFile(folder)), 'its room is there for others now')
    assert.equal(read(), 1)
    // Again, with nothing left to give up.
    assert.equal(say(long), false)
    assert.deepEqual(lost, [name, name])
    assert.equal(turn.canSave, false)

    store.db.pragma('max_page_count = 1000000')
    turn.tryAgain()
    assert.equal(turn.canSave, true)
    turn.tryAgain()
    assert.ok(existsSync(ballastFile(folder)), 'it is back for the next time')
    // A page of its own: this one holds what was never saved.
    const other = replicaOf(alice, 'chat', 2)
    turn.append({ name, update: sayIn(other, alice, 'room again').update, writer: alice, atMs: 2 })
    turn.commit()
    turn.finish()
    assert.equal(turn.canSave, true)
    assert.equal(read(), 2)
  } finally {
    await removeFolder(folder)
  }
})

test('[D-04] a write that fails for another reason gives up no ballast', async () => {
  const folder = await makeDataFolder()
  try {
    using store = openStore(folder)
    const log = createLog('silent')
    const turn = new Turn({
      db: store.db,
      disk: store.disk,
      documentLog: openDocumentLog(store.db, log, () => undefined),
      index: new ChatIndex(store),
      log,
      onSaved: () => undefined,
      onLost: () => undefined,
    })
    store.db.exec("CREATE TRIGGER fails BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'no'); END")
    turn.append({ name, update: sayIn(replicaOf(alice), alice, 'hello').update, writer: alice, atMs: 1 })
    turn.commit()
    assert.equal(turn.canSave, false)
    assert.ok(existsSync(ballastFile(folder)))
  } finally {
    await removeFolder(folder)
  }
})
