/**
 * The documents: Hocuspocus keeps and spreads them, behind the guard and in front of the log.
 *
 * Invariants: a change is judged, applied, stamped and added to the turn within one tick; Hocuspocus itself is given
 * none, and applies nothing; and nothing it sends leaves before the turn is on disk.
 */
import { randomInt } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { Hocuspocus, OutgoingMessage, type Connection, type Document } from '@hocuspocus/server'
import * as Y from 'yjs'
import type { ChatLimits } from '#shared/chat/limits.ts'
import { voidsOf } from '#shared/chat/page-rules.ts'
import type { ErrorCode } from '#shared/errors.ts'
import { clientIdOf, seatOf, serverSeat, type RoomId, type Seat } from '#shared/ids.ts'
import { documentName, parseDocumentName, type DocumentRef } from '#shared/room.ts'
import type { Admitted, Judging } from '#shared/sync/judge.ts'
import { policies, type Writer } from '#shared/sync/policy.ts'
import { encodeVoids, type VoidNote } from '#shared/wire/notes.ts'
import { Allowance } from '../chat/allowance.ts'
import type { ChatIndex } from '../chat/chat-index.ts'
import type { ChatPage } from '../chat/chat-page.ts'
import { watchPictures } from '../files/board-pictures.ts'
import type { Logger } from '../log.ts'
import type { Access, Clock } from '../ports.ts'
import { createChains } from './chains.ts'
import { defineRoots } from './document-roots.ts'
import { DocumentFeed, type Change, type Taken } from './document-feed.ts'
import { DocumentSizes } from './document-size.ts'
import { inspectReading, inspectUpdate } from './guard.ts'
import type { DocumentLog } from './log.ts'
import { reconcileRoom } from './room-document.ts'

/** What a socket is to its documents. */
export type DocumentClient = Readonly<{
  /** What this client is in the room now; null once they are not. */
  writerIn(roomId: RoomId): Writer | null
  isOpen(): boolean
  /** Sends a document frame in its turn. */
  send(frame: Uint8Array): void
  /** A change that nobody's page makes. */
  onRefused(name: string, reason: string): void
  /** A change by somebody who may only read the document, and may not know it yet. */
  onLeftOut(): void
  close(code: ErrorCode): void
}>

type Turn = Readonly<{
  isUncertain: boolean
  append(row: Readonly<{ name: string; update: Uint8Array; writer: Seat; atMs: number }>): void
  /** Everything that was appended is in the database, or its documents are evicted. */
  commit(): void
}>

type Options = Readonly<{
  access: Access
  documentLog: DocumentLog
  index: ChatIndex
  turn: Turn
  clock: Clock
  log: Logger
  chatLimits: ChatLimits
}>

type Context = {
  readonly client: DocumentClient
  readonly onOpened: (connection: DocumentConnection) => void
}

/** One client's connection to one document. `readOnly` once it may not write, for as long as it lasts (BO5). */
type DocumentConnection = Connection<Context>

export type Loaded = Readonly<{
  ref: DocumentRef
  doc: Document
  /** Of a page of chat. */
  page: ChatPage | null
}>

/** `skipStoreHooks`: the log has it already, there is nothing to store later. */
const originOf = (writer: Seat) => ({ source: 'local', skipStoreHooks: true, writer }) as const

/** Largest delay of a timer. Hocuspocus' own time-out must never fire: the socket has ours (W3). */
const never = 2 ** 31 - 1

export function createDocuments(options: Options) {
  const { access, documentLog, index, turn, clock, log, chatLimits } = options
  const allowance = new Allowance(chatLimits.speech)
  const loaded = new Map<string, Loaded>()
  const sizes = new DocumentSizes(log)
  const chains = createChains({
    loaded,
    write,
    onBegun: reconcileOpen,
    documentLog,
    index,
    turn,
    clock,
    limits: chatLimits.page,
  })

  const hocuspocus: Hocuspocus<Context> = new Hocuspocus({
    quiet: true,
    timeout: never,
    // Never within a change, which has no row in the turn yet: its frames would not wait for the disk.
    flushMaxBytes: Infinity,
    onAuthenticate: ({ connectionConfig, documentName: name, context }) => {
      const ref = required(parseDocumentName(name))
      const writer = required(context.client.writerIn(ref.roomId))
      connectionConfig.readOnly = !mayWrite(name, ref, writer)
      return Promise.resolve()
    },
    onLoadDocument: ({ document, documentName: name }) => {
      try {
        load(name, document)
      } catch (error) {
        // It never becomes one of Hocuspocus' documents: nobody else would end it and its timer.
        loaded.delete(name)
        document.destroy()
        throw error
      }
      return Promise.resolve()
    },
    afterLoadDocument: ({ document }) => {
      // Its own hooks about changes, which nothing here listens to, make as much garbage as a change itself.
      document.onUpdate(() => undefined)
      return Promise.resolve()
    },
    connected: ({ connection, context }) => {
      // It may have changed since this connection was let in.
      tellRight(connection)
      context.onOpened(connection)
      return Promise.resolve()
    },
    // An evicted document must not take its successor of the same name with it. No message: it is no fault.
    beforeUnloadDocument: ({ document, documentName: name }) =>
      hocuspocus.documents.get(name) === document ? Promise.resolve() : Promise.reject(new Error('')),
    afterUnloadDocument: ({ documentName: name }) => {
      if (!hocuspocus.documents.has(name) && loaded.delete(name)) {
        documentLog.unloaded(name)
        sizes.unloaded(name)
      }
      return Promise.resolve()
    },
  })

  function load(name: string, doc: Document): void {
    const ref = required(parseDocumentName(name))
    defineRoots(ref, doc)
    // Somebody may have changed it a moment ago and gone: what the turn still holds is not in the log yet.
    turn.commit()
    if (turn.isUncertain) throw new Error('what the database holds may not be on disk')
    documentLog.load(name, doc)
    // As it came out, not as it came: of two changes that did not know of each other one replaces the other, and
    // neither says so; the log has to, or it would not know that there is something to forget (L4).
    doc.on('update', (update: Uint8Array, { writer }: Readonly<{ writer: Seat }>) => {
      turn.append({ name, update, writer, atMs: clock() })
    })
    const entry: Loaded = { ref, doc, page: ref.kind === 'chat' ? chains.openPage(ref, doc) : null }
    loaded.set(name, entry)
    if (ref.kind === 'board') {
      sizes.loaded(name, doc)
      watchPictures(ref, doc, { index, clock })
    }
    if (ref.kind === 'room') reconcile(entry)
    write(doc, () => entry.page?.settle(entry.page.unsettled(), clock()))
    chains.sealInTime(entry)
    chains.tellThreadsUpTo(entry)
    // Nobody is connected yet: otherwise the first to come would be sent everything twice.
    doc.flush()
  }

  /** A change by the server itself; it goes through the turn like everybody's. */
  function write<T>(doc: Y.Doc, change: () => T): T {
    return transact(doc, serverSeat, change)
  }

  /** A change, and with it what the server adds to it. */
  function transact<T>(doc: Y.Doc, writer: Seat, change: (transaction: Y.Transaction) => T): T {
    if (seatOf(doc.clientID) !== serverSeat || doc.clientID === 0) {
      doc.clientID = clientIdOf(serverSeat, randomInt(1, 2 ** 32))
    }
    return doc.transact((transaction) => {
      const result = change(transaction)
      // yjs calls what it has read from elsewhere not local, and then draws a new clientID where it meets its own;
      // that one would belong to no seat.
      transaction.local = true
      return result
    }, originOf(writer))
  }

  function reconcile({ ref, doc }: Loaded): void {
    const snapshot = access.roomSnapshot(ref.roomId)
    if (snapshot !== null) {
      write(doc, () => {
        reconcileRoom(doc, snapshot, { tail: index.tailOf(ref.roomId) }, index.pinsOf(ref.roomId))
      })
    }
  }

  /** Brings the room document up to date where somebody has it open. */
  function reconcileOpen(roomId: RoomId): void {
    const entry = loaded.get(documentName({ kind: 'room', roomId }))
    if (entry !== undefined) reconcile(entry)
  }

  /** Takes in what a client wants to change, or leaves it out because they may only read. */
  function take(connection: DocumentConnection, { update, isHandshake }: Change): Taken {
    const { client } = connection.context
    const { document: doc } = connection
    const { name } = doc
    const entry = loaded.get(name)
    const writer = entry === undefined ? null : client.writerIn(entry.ref.roomId)
    if (!client.isOpen() || entry?.doc !== doc || writer === null) return null
    const policy = policies[entry.ref.kind]
    if (connection.readOnly || !mayWrite(name, entry.ref, writer))
      return leaveOut(connection, update, writer.seat)
    const verdict = inspectUpdate(update, {
      doc,
      policy,
      writer,
      isHandshake,
      ...rulesOf(entry, writer),
    })
    if (verdict.outcome === 'admit') return admit(connection, entry, writer.seat, verdict)
    if (verdict.outcome === 'known') return 'saved'
    client.onRefused(name, verdict.reason)
    return null
  }

  /** What a page of chat has to say beside its policy. */
  function rulesOf({ ref: { roomId }, page }: Loaded, { seat, slowMs }: Writer): Pick<Judging, 'voidsOf'> {
    if (page === null) return {}
    const allowsMessage = (): boolean => allowance.takeMessage(roomId, seat, performance.now(), slowMs)
    return { voidsOf: (entries) => voidsOf(entries, page.view(allowsMessage)) }
  }

  function admit(
    connection: DocumentConnection,
    entry: Loaded,
    seat: Seat,
    { update, entries, voids }: Admitted,
  ): Taken {
    const { client } = connection.context
    const { ref, doc, page } = entry
    const { name } = doc
    if (page?.isFull === true && entries.length > 0) {
      client.onRefused(name, 'the page is full')
      return null
    }
    if (voids.length > 0 && !allowance.takeVoids(ref.roomId, seat, voids.length, performance.now())) {
      client.close('too-many-requests')
      return null
    }
    try {
      const changesPins = transact(doc, seat, (transaction) => {
        Y.applyUpdate(doc, update)
        return page?.settle(page.changedIn(transaction), clock()) === true
      })
      chains.sealInTime(entry)
      if (changesPins) reconcileOpen(ref.roomId)
    } catch (error) {
      // The guard has let something through that yjs cannot apply. The document may be half changed: read it again.
      log.error({ err: error, document: name }, 'an admitted update could not be applied')
      evict(new Set([name]))
      return null
    }
    // Later: this change was the last, and is to be answered as saved.
    if (sizes.grew(name, update.length)) setImmediate(tellRights, doc)
    if (voids.length > 0) connection.sendStateless(encodeVoids(noteOf(voids)))
    return 'saved'
  }

  function leaveOut(connection: DocumentConnection, update: Uint8Array, seat: Seat): Taken {
    const { client } = connection.context
    const verdict = inspectReading(update, { doc: connection.document, seat })
    if (verdict.outcome === 'known') return 'saved'
    if (verdict.outcome === 'refuse') {
      client.onRefused(connection.document.name, verdict.reason)
      return null
    }
    client.onLeftOut()
    tellRight(connection)
    return 'unsaved'
  }

  /** By their role, and while there is room in it (Y-26). */
  function mayWrite(name: string, ref: DocumentRef, writer: Writer): boolean {
    return policies[ref.kind].mayWrite(writer) && !sizes.isFull(name)
  }

  function tellRights(doc: Document): void {
    for (const connection of doc.getConnections() as DocumentConnection[]) tellRight(connection)
  }

  /** Tells a page whether it may change the document, where that is not what it was told before. */
  function tellRight(connection: DocumentConnection): void {
    const ref = required(parseDocumentName(connection.document.name))
    const writer = connection.context.client.writerIn(ref.roomId)
    const isGiven = writer !== null && mayWrite(connection.document.name, ref, writer)
    if (isGiven !== connection.readOnly) return
    // For good: the page's next change would build upon what was left out. It opens the document anew, and gives both.
    connection.readOnly = true
    connection.send(
      new OutgoingMessage(connection.messageAddress).writeAuthenticated(!isGiven).toUint8Array(),
    )
  }

  /** Forgets documents as they are in memory; the next to open one reads it from the log. */
  function evict(names: ReadonlySet<string>): void {
    for (const name of names) {
      const doc = loaded.get(name)?.doc
      loaded.delete(name)
      sizes.unloaded(name)
      if (doc === undefined || hocuspocus.documents.get(name) !== doc) continue
      hocuspocus.documents.delete(name)
      for (const connection of doc.getConnections())
        connection.close({ code: 4503, reason: 'storage-failed' })
      doc.destroy()
    }
  }

  /** The room's row, people or boards changed, and with them what somebody may do. */
  function roomChanged(roomId: RoomId): void {
    reconcileOpen(roomId)
    for (const { ref, doc } of loaded.values()) if (ref.roomId === roomId) tellRights(doc)
  }

  return {
    evict,

    connect(client: DocumentClient): DocumentFeed<Context> {
      const connection = hocuspocus.handleConnection(
        {
          get readyState() {
            return client.isOpen() ? WebSocket.OPEN : WebSocket.CLOSED
          },
          send: (frame) => {
            client.send(frame as Uint8Array)
          },
          close: () => {
            client.onRefused('', 'the socket was given up')
          },
        },
        new Request('http://localhost/'),
        {
          client,
          onOpened: (opened) => {
            feed.opened(opened)
          },
        },
      )
      const feed = new DocumentFeed<Context>({
        handle: connection.handleMessage,
        end: () => {
          connection.handleClose()
        },
        take,
      })
      return feed
    },

    roomChanged,

    /** What threads have that are begun on these pages of a room: the index knows of fewer replies. */
    tellThreads(roomId: RoomId, rootPages: ReadonlySet<number>): void {
      chains.tellThreads(roomId, rootPages)
    },
  }
}

/** One line for each key. */
function noteOf(voids: Admitted['voids']): VoidNote {
  return [...new Map(voids.map(([{ key }, code]) => [key, code]))]
}

/** The client's line lets in only documents that exist and are open to it. */
function required<T>(value: T | null): T {
  if (value === null) throw new Error('a document that the line has not let in')
  return value
}
