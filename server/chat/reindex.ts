/**
 * Makes the index of messages anew from the pages themselves, for rooms that have none.
 *
 * Invariant: what it makes is what the index would be, had it been written with every change (CH9).
 */
import type { Database } from 'better-sqlite3'
import * as Y from 'yjs'
import type { MessageKey, MessageValue } from '#shared/chat/message.ts'
import type { StampValue } from '#shared/chat/order.ts'
import { readHeader } from '#shared/chat/page.ts'
import type { RoomId } from '#shared/ids.ts'
import { documentName } from '#shared/room.ts'
import type { Logger } from '../log.ts'
import type { Store } from '../store/open.ts'
import { indexedOf } from './chat-page.ts'

type Options = Readonly<{
  store: Pick<Store, 'rooms' | 'messages' | 'files'> & Readonly<{ db: Database }>
  /** Brings a document to the state of its log. */
  read: (name: string, doc: Y.Doc) => void
  log: Logger
}>

export function indexRooms({ store, read, log }: Options): void {
  const indexRoom = store.db.transaction((roomId: RoomId): number => {
    store.messages.forgetRoom(roomId)
    let count = 0
    for (let page = 0; page <= store.rooms.chatTail(roomId); page += 1) {
      const doc = new Y.Doc()
      read(documentName({ kind: 'chat', roomId, page }), doc)
      count += indexPage(roomId, page, doc)
      doc.destroy()
    }
    // Now, while nobody waits: the first to search would.
    store.messages.takeInTexts()
    store.rooms.markIndexed(roomId, count)
    return count
  })

  function indexPage(roomId: RoomId, page: number, doc: Y.Doc): number {
    const messages = doc.getMap<MessageValue>('m')
    const header = doc.getMap('p')
    const { a0, base } = readHeader((field) => header.get(field))
    const pairs = doc.getArray<MessageKey | StampValue>('s').toArray()
    let count = 0
    for (let index = 0; index + 1 < pairs.length; index += 2) {
      const [key, stamp] = [pairs[index] as MessageKey, pairs[index + 1] as StampValue]
      const atMs = a0 + (typeof stamp === 'number' ? stamp : stamp[0])
      const number = base + index / 2 + 1
      const { files, ...message } = indexedOf(messages.get(key))
      if (!store.messages.add({ ...message, roomId, key, page, atMs, number })) continue
      count += 1
      store.files.refer(roomId, key, files, atMs)
    }
    return count
  }

  for (const roomId of store.rooms.notIndexed()) {
    const messages = indexRoom(roomId)
    log.info({ messages }, 'the messages of a room were indexed')
  }
}
