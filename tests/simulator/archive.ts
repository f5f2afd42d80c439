/**
 * What lies in a room's database, read without a server: and what must hold of it, whatever has happened.
 */
import assert from 'node:assert/strict'
import * as Y from 'yjs'
import { isMessageValue, parseMessageKey, type MessageKey } from '#shared/chat/message.ts'
import type { StampValue } from '#shared/chat/order.ts'
import { readHeader, sealedField } from '#shared/chat/page.ts'
import { isReactionValue, parseReactionKey } from '#shared/chat/reaction.ts'
import { seatOf, serverSeat, type RoomId } from '#shared/ids.ts'
import { lateWindowMs, pageMessagesMax } from '#shared/limits.ts'
import { documentName } from '#shared/room.ts'
import { indexRooms } from '#server/chat/reindex.ts'
import { createLog } from '#server/log.ts'
import { openStore, type Store } from '#server/store/open.ts'
import { openDocumentLog } from '#server/sync/log.ts'
import { forgetIndex, indexOf } from '../support/chat-index.ts'

const silent = createLog('silent')

type Stamp = Readonly<{ key: MessageKey; page: number; arrivedAtMs: number; order: number | null }>

export class Archive {
  readonly #dataDir: string
  readonly #roomId: RoomId

  constructor(dataDir: string, roomId: RoomId) {
    this.#dataDir = dataDir
    this.#roomId = roomId
  }

  tail(): number {
    using store = openStore(this.#dataDir)
    return store.rooms.chatTail(this.#roomId)
  }

  /** Keys of all that was ever counted. */
  stamped(): ReadonlySet<string> {
    using store = openStore(this.#dataDir)
    return new Set(this.#pages(store).flatMap(({ doc, page }) => stampsOf(doc, page).map(({ key }) => key)))
  }

  check({ deleted, said }: Readonly<{ deleted: ReadonlySet<string>; said: ReadonlySet<string> }>): void {
    this.#checkPages(deleted, said)
    this.#checkIndex()
    this.#checkForgotten()
  }

  #checkPages(deleted: ReadonlySet<string>, said: ReadonlySet<string>): void {
    using store = openStore(this.#dataDir)
    const pages = this.#pages(store)
    const stamps: Stamp[] = []
    const live = new Set<string>()
    for (const { doc, page } of pages) {
      const header = readHeader((field) => doc.getMap('p').get(field))
      assert.deepEqual([header.page, header.base], [page, stamps.length], 'pages go on counting (CH7)')
      const ofPage = stampsOf(doc, page)
      assert.ok(ofPage.length <= pageMessagesMax, 'a page keeps its limit')
      assert.equal(doc.getMap('p').has(sealedField), page < pages.length - 1, 'all but the newest are sealed')
      stamps.push(...ofPage)
      const ofPageKeys = new Set(ofPage.map(({ key }) => key as string))
      for (const [key, value] of doc.getMap('m')) {
        assert.ok(parseMessageKey(key) !== null && isMessageValue(value), `a message: ${key}`)
        assert.ok(ofPageKeys.has(key), `${key} is counted where it stands`)
        live.add(key)
      }
      for (const [key, value] of doc.getMap('r'))
        assert.ok(parseReactionKey(key) !== null && isReactionValue(value), `a reaction: ${key}`)
      checkOwners(doc)
    }
    assert.equal(new Set(stamps.map(({ key }) => key)).size, stamps.length, 'each message is counted once')
    for (const key of said)
      assert.ok(live.has(key) || deleted.has(key), `${key} was said, and neither counted nor deleted`)
    checkOrder(stamps)
    assert.equal(store.rooms.byId(this.#roomId)?.messageCount, stamps.length)
  }

  #checkIndex(): void {
    const before = indexOf(this.#dataDir)
    forgetIndex(this.#dataDir)
    {
      using store = openStore(this.#dataDir)
      indexRooms({ store, read: openDocumentLog(store.db, silent, () => undefined).read, log: silent })
    }
    const [made, kept] = [indexOf(this.#dataDir), before].map((rows) =>
      rows.map(({ text, ...row }) => ({ ...row, text: text?.slice(0, 40) })),
    )
    assert.deepEqual(made, kept, 'the index is what the pages give (CH9)')
  }

  /** After the logs were made shorter nothing deleted or replaced is anywhere (L4). */
  #checkForgotten(): void {
    using store = openStore(this.#dataDir)
    const waiting: (() => void)[] = []
    openDocumentLog(store.db, silent, (_delayMs, run) => void waiting.push(run))
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) run()
    const kept = this.#pages(store).flatMap(({ doc }) =>
      [...doc.getMap('m').values()].map((value) => (value as { x: string }).x.split('.')[0]),
    )
    const words = /(?:said|edited) \d+(?=\.)/g
    for (const data of store.db
      .prepare<[], Buffer>('SELECT data FROM log UNION ALL SELECT data FROM snapshot')
      .pluck()
      .iterate())
      for (const [found] of data.toString('latin1').matchAll(words))
        assert.ok(kept.includes(found), `“${found}” was deleted or replaced, and is still there`)
  }

  #pages(store: Store): readonly Readonly<{ page: number; doc: Y.Doc }>[] {
    const { read } = openDocumentLog(store.db, silent, () => undefined)
    return Array.from({ length: store.rooms.chatTail(this.#roomId) + 1 }, (_, page) => {
      const doc = new Y.Doc()
      read(documentName({ kind: 'chat', roomId: this.#roomId, page }), doc)
      return { page, doc }
    })
  }
}

function stampsOf(doc: Y.Doc, page: number): readonly Stamp[] {
  const { a0 } = readHeader((field) => doc.getMap('p').get(field))
  const pairs = doc.getArray<MessageKey | StampValue>('s').toArray()
  return Array.from({ length: pairs.length / 2 }, (_, index) => {
    const [key, stamp] = [pairs[index * 2] as MessageKey, pairs[index * 2 + 1] as StampValue]
    const [sinceStart, order] = typeof stamp === 'number' ? [stamp, null] : stamp
    const l = doc.getMap<{ l: number }>('m').get(key)?.l ?? null
    return { key, page, arrivedAtMs: a0 + sinceStart, order: order ?? l }
  })
}

/** Whose a struct is, its key says as well; and the server's roots are the server's. */
function checkOwners(doc: Y.Doc): void {
  for (const root of ['m', 'r'] as const)
    for (const [key, item] of doc.getMap(root)._map) {
      const seat = root === 'm' ? parseMessageKey(key)?.seat : parseReactionKey(key)?.seat
      if (!item.deleted) assert.equal(seatOf(item.id.client), seat, `${key} is its author’s own`)
    }
  for (let item = doc.getArray('s')._start; item !== null; item = item.right)
    assert.equal(seatOf(item.id.client), serverSeat)
  for (const item of doc.getMap('p')._map.values()) assert.equal(seatOf(item.id.client), serverSeat)
}

/** Nothing is ordered before what everybody has seen for long (CH3). */
function checkOrder(stamps: readonly Stamp[]): void {
  for (const [index, { key, order, arrivedAtMs, page }] of stamps.entries()) {
    if (order === null) continue
    for (const earlier of stamps.slice(0, index)) {
      const isOld = arrivedAtMs - earlier.arrivedAtMs >= lateWindowMs || earlier.page < page
      if (isOld && earlier.order !== null) assert.ok(order > earlier.order, `${key} is after ${earlier.key}`)
    }
  }
}
