/**
 * The documents: Hocuspocus keeps and spreads them, behind the guard and in front of the log.
 *
 * Invariants: a change is judged, added to the turn, applied and stamped within one tick; Hocuspocus itself applies
 * nothing, because what it is about to read has been blanked; and nothing it sends leaves before the turn is on disk.
 */
import { randomInt } from 'node:crypto'
import { Hocuspocus, type Document } from '@hocuspocus/server'
import * as Y from 'yjs'
import { clientIdOf, seatOf, serverSeat, type RoomId, type Seat } from '#shared/ids.ts'
import { documentName, parseDocumentName, rootsByKind, type DocumentRef } from '#shared/room.ts'
import { policies, type Writer } from '#shared/sync/policy.ts'
import { syncTypes } from '#shared/wire/frames.ts'
import { createStamper, type Stamper } from '../chat/stamps.ts'
import type { Logger } from '../log.ts'
import type { Access, Clock } from '../ports.ts'
import { inspectUpdate } from './guard.ts'
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
}>

/** Feeds one client's frames to its documents. */
export type DocumentFeed = Disposable & Readonly<{ receive(frame: Uint8Array): void }>

type Turn = Readonly<{
  append(row: Readonly<{ name: string; update: Uint8Array; writer: Seat; atMs: number }>): void
  addMessages(roomId: RoomId, count: number): void
}>

type Options = Readonly<{
  access: Access
  documentLog: DocumentLog
  turn: Turn
  clock: Clock
  log: Logger
}>

type Loaded = Readonly<{ ref: DocumentRef; doc: Document; stamper: Stamper | null }>

/** `skipStoreHooks`: the log has it already, there is nothing to store later. */
const byServer = { source: 'local', skipStoreHooks: true } as const
const byClient = { source: 'local', skipStoreHooks: true } as const

/** Largest delay of a timer. Hocuspocus' own time-out must never fire: the socket has ours (W3). */
const never = 2 ** 31 - 1

export function createDocuments({ access, documentLog, turn, clock, log }: Options) {
  const loaded = new Map<string, Loaded>()

  const hocuspocus: Hocuspocus<{ client: DocumentClient }> = new Hocuspocus({
    quiet: true,
    timeout: never,
    onAuthenticate: ({ connectionConfig, documentName: name, context }) => {
      const ref = required(parseDocumentName(name))
      const writer = required(context.client.writerIn(ref.roomId))
      connectionConfig.readOnly = !policies[ref.kind].mayWrite(writer)
      return Promise.resolve()
    },
    onLoadDocument: ({ document, documentName: name }) => {
      load(name, document)
      return Promise.resolve()
    },
    beforeSync: ({ context, document, documentName: name, type, payload }) => {
      if (type !== syncTypes.step1) {
        take(context.client, name, document, payload, type === syncTypes.step2)
        // Zeros are an update without anything in it. `payload` is a view of what Hocuspocus reads next.
        payload.fill(0)
      }
      return Promise.resolve()
    },
    // An evicted document must not take its successor of the same name with it. No message: it is no fault.
    beforeUnloadDocument: ({ document, documentName: name }) =>
      hocuspocus.documents.get(name) === document ? Promise.resolve() : Promise.reject(new Error('')),
    afterUnloadDocument: ({ documentName: name }) => {
      if (!hocuspocus.documents.has(name) && loaded.delete(name)) documentLog.unloaded(name)
      return Promise.resolve()
    },
  })

  function load(name: string, doc: Document): void {
    const ref = required(parseDocumentName(name))
    defineRoots(ref, doc)
    documentLog.load(name, doc)
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === byServer) turn.append({ name, update, writer: serverSeat, atMs: clock() })
    })
    const entry: Loaded = { ref, doc, stamper: ref.kind === 'chat' ? createStamper(doc, ref.page) : null }
    loaded.set(name, entry)
    if (ref.kind === 'room') reconcile(entry)
    // Stamps that were set aside with a damaged row are given anew.
    else if (ref.kind === 'chat') stamp(entry, [...doc.getMap('m').keys()])
    // Nobody is connected yet: otherwise the first to come would be sent everything twice.
    doc.flush()
  }

  /** A change by the server itself; it goes through the turn like everybody's. */
  function write(doc: Y.Doc, change: () => void): void {
    // yjs draws a new clientID when it meets its own in an update; that one would belong to no seat.
    if (seatOf(doc.clientID) !== serverSeat || doc.clientID === 0) {
      doc.clientID = clientIdOf(serverSeat, randomInt(1, 2 ** 32))
    }
    doc.transact(change, byServer)
  }

  function reconcile({ ref, doc }: Loaded): void {
    const snapshot = access.roomSnapshot(ref.roomId)
    if (snapshot !== null) {
      write(doc, () => {
        reconcileRoom(doc, snapshot)
      })
    }
  }

  /** In a transaction of its own: within that of the update yjs would draw a new clientID for every message. */
  function stamp({ ref, doc, stamper }: Loaded, keys: readonly string[]): void {
    let count = 0
    write(doc, () => {
      count = stamper?.stamp(keys, clock()) ?? 0
    })
    if (count > 0) turn.addMessages(ref.roomId, count)
  }

  /** Takes in what a client wants to change. */
  function take(
    client: DocumentClient,
    name: string,
    doc: Document,
    bytes: Uint8Array,
    isHandshake: boolean,
  ): void {
    const entry = loaded.get(name)
    const writer = entry === undefined ? null : client.writerIn(entry.ref.roomId)
    if (!client.isOpen() || entry?.doc !== doc || writer === null) return
    const verdict = inspectUpdate(bytes, { doc, policy: policies[entry.ref.kind], writer, isHandshake })
    if (verdict.outcome === 'refuse') client.onRefused(name, verdict.reason)
    if (verdict.outcome !== 'admit') return
    turn.append({ name, update: verdict.update, writer: writer.seat, atMs: clock() })
    try {
      Y.applyUpdate(doc, verdict.update, byClient)
      stamp(entry, verdict.keys)
    } catch (error) {
      // The guard has let something through that yjs cannot apply. The document may be half changed: read it again.
      log.error({ err: error, document: name }, 'an admitted update could not be applied')
      evict(new Set([name]))
    }
  }

  /** Forgets documents as they are in memory; the next to open one reads it from the log. */
  function evict(names: ReadonlySet<string>): void {
    for (const name of names) {
      const doc = loaded.get(name)?.doc
      loaded.delete(name)
      if (doc === undefined || hocuspocus.documents.get(name) !== doc) continue
      hocuspocus.documents.delete(name)
      for (const connection of doc.getConnections())
        connection.close({ code: 4503, reason: 'storage-failed' })
      doc.destroy()
    }
  }

  return {
    evict,

    connect(client: DocumentClient): DocumentFeed {
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
        { client },
      )
      return {
        receive: connection.handleMessage,
        [Symbol.dispose]: () => {
          connection.handleClose()
        },
      }
    },

    /** The room's row, people or boards changed in SQL. */
    roomChanged(roomId: RoomId): void {
      const entry = loaded.get(documentName({ kind: 'room', roomId }))
      if (entry !== undefined) reconcile(entry)
    },
  }
}

/** Every root by its type, so that none can be claimed as another. */
function defineRoots(ref: DocumentRef, doc: Y.Doc): void {
  for (const root of rootsByKind[ref.kind]) {
    if (root === 's') doc.getArray(root)
    else doc.getMap(root)
  }
}

/** The client's line lets in only documents that exist and are open to it. */
function required<T>(value: T | null): T {
  if (value === null) throw new Error('a document that the line has not let in')
  return value
}
