/**
 * The pages of chat among the documents: how one follows the other, and what they say of threads.
 *
 * Rules CH7 and CH16 of docs/PROTOCOL.md.
 */
import { randomInt } from 'node:crypto'
import * as Y from 'yjs'
import type { PageLimits } from '#shared/chat/limits.ts'
import type { PageHeader } from '#shared/chat/page.ts'
import { serverSeat, type RoomId, type Seat } from '#shared/ids.ts'
import { documentName, type DocumentRef } from '#shared/room.ts'
import type { ChatIndex } from '../chat/chat-index.ts'
import { ChatPage, firstUpdateOf } from '../chat/chat-page.ts'
import { writeHeader } from '../chat/stamps.ts'
import type { Clock } from '../ports.ts'
import type { Loaded } from './documents.ts'
import type { DocumentLog } from './log.ts'

type ChatRef = Extract<DocumentRef, { kind: 'chat' }>

type Options = Readonly<{
  /** Documents that are open, by name. */
  loaded: ReadonlyMap<string, Loaded>
  /** A change by the server itself. */
  write: <T>(doc: Y.Doc, change: () => T) => T
  /** A room has a new newest page. */
  onBegun: (roomId: RoomId) => void
  documentLog: Pick<DocumentLog, 'read'>
  index: ChatIndex
  turn: Readonly<{
    append(row: Readonly<{ name: string; update: Uint8Array; writer: Seat; atMs: number }>): void
  }>
  clock: Clock
  limits: PageLimits
}>

export function createChains({ loaded, write, onBegun, documentLog, index, turn, clock, limits }: Options) {
  /** Nobody can have it open yet. */
  function begin(roomId: RoomId, header: PageHeader): void {
    const name = documentName({ kind: 'chat', roomId, page: header.page })
    const update = firstUpdateOf(header, randomInt(1, 2 ** 32))
    turn.append({ name, update, writer: serverSeat, atMs: clock() })
    index.setTail(roomId, header.page)
    onBegun(roomId)
  }

  /** All open pages of a room say what their threads have, or of these those that are open. */
  function tellThreads(roomId: RoomId, pages?: ReadonlySet<number>): void {
    for (const { ref, doc, page } of loaded.values())
      if (page !== null && ref.kind === 'chat' && ref.roomId === roomId && pages?.has(ref.page) !== false)
        write(doc, () => {
          page.tellThreads()
        })
  }

  return {
    openPage({ roomId, page }: ChatRef, doc: Y.Doc): ChatPage {
      const header = doc.getMap('p')
      if (page > 0 && !header.has('page')) {
        // It went with a row that was damaged. The page before knows where this one begins.
        const before = new Y.Doc()
        documentLog.read(documentName({ kind: 'chat', roomId, page: page - 1 }), before)
        const next = new ChatPage({ roomId, page: page - 1, doc: before, index, limits }).headerOfNext()
        write(doc, () => {
          writeHeader(header, { ...next, page })
        })
      }
      return new ChatPage({ roomId, page, doc, index, limits })
    },

    /** What follows from the size that a page has reached. */
    sealInTime({ ref, doc, page }: Loaded): void {
      if (page?.isToBeSealed !== true) return
      const next = write(doc, () => page.seal())
      if (next !== null) begin(ref.roomId, next)
    },

    /**
     * A page that is opened says what its threads have, and with the newest page all that are open: from then on
     * whoever shows them has the newest open, and sees there what comes. To be called once the index is written.
     */
    tellThreadsUpTo({ ref, doc, page }: Loaded): void {
      if (ref.kind !== 'chat') return
      if (ref.page === index.tailOf(ref.roomId)) tellThreads(ref.roomId)
      else write(doc, () => page?.tellThreads())
    },

    tellThreads,
  }
}
