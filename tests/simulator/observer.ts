/**
 * Looks at what is on the disk of a server and in the replicas of pages, while a history goes on: what must hold at any
 * moment, whatever has just happened. The numbers are those of invariants.ts.
 */
import assert from 'node:assert/strict'
import * as Y from 'yjs'
import { isRegisterValue, isShapeRow, parseShapeKey } from '#shared/board/shape.ts'
import { isMessageValue, parseMessageKey, type MessageKey, type MessageValue } from '#shared/chat/message.ts'
import type { StampValue } from '#shared/chat/order.ts'
import { readHeader, sealedField, type PageHeader } from '#shared/chat/page.ts'
import { isReactionValue, parseReactionKey } from '#shared/chat/reaction.ts'
import { seatOf, serverSeat } from '#shared/ids.ts'
import { lateWindowMs } from '#shared/limits.ts'
import { documentName, firstSheetId, parseDocumentName, rootsByKind } from '#shared/room.ts'
import type { DocumentPort } from '#web/sync/ports.ts'
import { checkOwn } from './kept.ts'
import type { Ledger } from './ledger.ts'
import type { Page } from './page.ts'
import { roomId, smallLimits, type SimulatedServer } from './server.ts'

export type SeenStamp = Readonly<{
  key: MessageKey
  page: number
  /** Of the room's messages, from 1. */
  number: number
  arrivedAtMs: number
  /** Null where it was the message's own, and the message is deleted. */
  order: number | null
}>

export type PageOnDisk = Readonly<{
  page: number
  doc: Y.Doc
  header: PageHeader
  sealed: number | null
  stamps: readonly SeenStamp[]
  messages: ReadonlyMap<string, MessageValue>
}>

export const boardName = documentName({ kind: 'board', roomId, sheetId: firstSheetId })
export const roomName = documentName({ kind: 'room', roomId })
export const chatName = (page: number): string => documentName({ kind: 'chat', roomId, page })

export class Observer {
  readonly #server: SimulatedServer
  readonly #ledger: Ledger
  readonly #stamps = new Map<string, SeenStamp>()
  readonly #deleted = new Set<string>()

  constructor(server: SimulatedServer, ledger: Ledger) {
    this.#server = server
    this.#ledger = ledger
  }

  /** Throws where something does not hold. */
  look(pages: Iterable<Page>): readonly PageOnDisk[] {
    const chain = this.#readChain()
    this.#checkDocuments(chain)
    this.#checkChain(chain)
    this.#checkStamps(chain.flatMap(({ stamps }) => stamps))
    this.#checkDeletions(chain)
    for (const page of pages) this.#checkShown(page, chain)
    return chain
  }

  /** What the disk gives. */
  read(name: string): Y.Doc {
    // A guid of its own would cost more than all the rest.
    const doc = new Y.Doc({ guid: name })
    for (const root of rootsOf(name)) {
      if (root === 's') doc.getArray(root)
      else doc.getMap(root)
    }
    this.#server.read(name, doc)
    assert.ok(doc.store.pendingStructs === null && doc.store.pendingDs === null, `I12 ${name} is whole`)
    return doc
  }

  #readChain(): readonly PageOnDisk[] {
    const tail = this.#server.store.rooms.chatTail(roomId)
    return Array.from({ length: tail + 1 }, (_, page) => readPage(page, this.read(chatName(page))))
  }

  #checkDocuments(chain: readonly PageOnDisk[]): void {
    for (const { doc } of chain) {
      for (const [key, item] of liveItems(doc, 'm')) {
        assert.equal(parseMessageKey(key)?.seat, seatOf(item.id.client), `I1 ${key} is its author's`)
        assert.ok(isMessageValue(valueOf(item)), `I2 ${key} is a message`)
      }
      for (const [key, item] of liveItems(doc, 'r')) {
        assert.equal(parseReactionKey(key)?.seat, seatOf(item.id.client), `I1 ${key} is its author's`)
        assert.ok(isReactionValue(valueOf(item)), `I2 ${key} is a reaction`)
      }
      for (const [, item] of doc.getMap('p')._map)
        assert.equal(seatOf(item.id.client), serverSeat, 'I3 the server has written p')
      for (let item = doc.getArray('s')._start; item !== null; item = item.right)
        assert.equal(seatOf(item.id.client), serverSeat, 'I3 the server has written s')
    }
    for (const client of this.read(roomName).store.clients.keys())
      assert.equal(seatOf(client), serverSeat, 'I3 the server has written the room')
    for (const [key, item] of liveItems(this.read(boardName), 'shapes')) {
      const [value, register] = [valueOf(item), parseShapeKey(key)?.register]
      const isSound = register === null ? isShapeRow(value) : isRegisterValue(register ?? 'x', value)
      assert.ok(isSound, `I2 ${key} is of a shape`)
      const seat = seatOf(item.id.client)
      assert.ok(seat !== null && this.#ledger.hasDrawn(seat, key, value), `I1 ${key} is as it was drawn`)
    }
  }

  #checkChain(chain: readonly PageOnDisk[]): void {
    let base = 0
    for (const { page, header, sealed, stamps, messages } of chain) {
      assert.equal(header.page, page, 'I4 pages know their number')
      assert.equal(header.base, base, `I4 page ${page} begins where the one before ends`)
      assert.ok(stamps.length <= smallLimits.page.messagesMax, `I13 page ${page} has no more than a page may`)
      assert.equal(sealed !== null, page < chain.length - 1, `I16 of ${chain.length} pages ${page} is sealed`)
      if (sealed !== null) assert.equal(sealed, stamps.length, `I13 page ${page} has what it was sealed with`)
      const stamped = new Set<string>(stamps.map(({ key }) => key))
      for (const key of messages.keys()) assert.ok(stamped.has(key), `I4 ${key} is stamped`)
      base += stamps.length
    }
    assert.equal(
      this.#server.store.rooms.byId(roomId)?.messageCount,
      base,
      'I15 the room’s count of messages',
    )
  }

  #checkStamps(stamps: readonly SeenStamp[]): void {
    assert.equal(
      new Set(stamps.map(({ key }) => key)).size,
      stamps.length,
      'I4 every message is stamped once',
    )
    for (const [index, stamp] of stamps.entries()) {
      assert.equal(stamp.number, index + 1, 'I4 messages are counted without gaps')
      const before = this.#stamps.get(stamp.key)
      const order = stamp.order ?? before?.order ?? null
      if (before !== undefined)
        assert.deepEqual({ ...stamp, order }, before, `I5 the stamp of ${stamp.key} stays`)
      this.#stamps.set(stamp.key, { ...stamp, order })
    }
    assert.equal(this.#stamps.size, stamps.length, 'I5 no stamp goes')
    let highestLongAgo = 0
    let longAgo = 0
    for (const { key, arrivedAtMs, order } of stamps) {
      for (let old = stamps[longAgo]; old !== undefined; old = stamps[longAgo]) {
        if (arrivedAtMs - old.arrivedAtMs < lateWindowMs) break
        highestLongAgo = Math.max(highestLongAgo, old.order ?? 0)
        longAgo += 1
      }
      if (order !== null) assert.ok(order > highestLongAgo, `I6 ${key} is not above what was read long ago`)
    }
  }

  #checkDeletions(chain: readonly PageOnDisk[]): void {
    for (const { stamps, messages } of chain)
      for (const { key } of stamps) {
        const isLive = messages.has(key)
        assert.ok(!isLive || !this.#deleted.has(key), `I8 ${key} was deleted`)
        if (!isLive) this.#deleted.add(key)
      }
  }

  /** What is shown as sent is on the disk, and so is everything of others. */
  #checkShown(page: Page, chain: readonly PageOnDisk[]): void {
    for (const { key, number, order, state } of page.rows()) {
      if (state !== 'sent' || number === null) continue
      const stamp = this.#stamps.get(key)
      assert.equal(stamp?.number, number, `I11 ${key} was shown as sent`)
      if (stamp.order !== null) assert.equal(stamp.order, order, `I5 ${key} is where it was stamped`)
    }
    for (const [number, port] of page.openPages) {
      const disk = chain[number]
      assert.ok(disk !== undefined || port.doc.store.clients.size === 0, `I11 page ${number} was shown`)
      if (disk !== undefined) checkIsOnDisk(port, disk.doc, page)
      checkOwn(port.doc, chatName(number), page.seat, this.#ledger)
    }
    checkOwn(page.boardPort.doc, boardName, page.seat, this.#ledger)
    checkIsOnDisk(page.boardPort, this.read(boardName), page)
  }
}

/** Every struct is on the disk but those of a person's own that wait to be sent. */
function checkIsOnDisk(port: DocumentPort, disk: Y.Doc, page: Page): void {
  const { doc } = port
  const { isSynced, hasUnsent } = port.state()
  for (const client of doc.store.clients.keys()) {
    if ((hasUnsent || !isSynced) && seatOf(client) === page.seat) continue
    const [here, there] = [Y.getState(doc.store, client), Y.getState(disk.store, client)]
    assert.ok(here <= there, `I11 ${page.member.name} was shown ${here} of ${client}, and ${there} are there`)
  }
}

export function rootsOf(name: string): readonly string[] {
  const ref = parseDocumentName(name)
  return ref === null ? [] : rootsByKind[ref.kind]
}

function readPage(page: number, doc: Y.Doc): PageOnDisk {
  const map = doc.getMap('p')
  const header = readHeader((field) => map.get(field))
  const sealed = map.get(sealedField)
  const messages = new Map(doc.getMap<MessageValue>('m'))
  const pairs = doc.getArray<MessageKey | StampValue>('s').toArray()
  const stamps: SeenStamp[] = []
  for (let index = 0; index < pairs.length; index += 2) {
    const [key, stamp] = [pairs[index] as MessageKey, pairs[index + 1] as StampValue]
    const [sinceStart, own] = typeof stamp === 'number' ? [stamp, null] : stamp
    stamps.push({
      key,
      page,
      number: header.base + index / 2 + 1,
      arrivedAtMs: header.a0 + sinceStart,
      order: own ?? messages.get(key)?.l ?? null,
    })
  }
  return { page, doc, header, sealed: typeof sealed === 'number' ? sealed : null, stamps, messages }
}

function liveItems(doc: Y.Doc, root: string): readonly (readonly [key: string, item: Y.Item])[] {
  return [...doc.getMap(root)._map].filter(([, item]) => !item.deleted)
}

function valueOf(item: Y.Item): unknown {
  return item.content.getContent().at(-1)
}
