/**
 * Synchronisation: sockets, documents and presence, wired.
 *
 * Invariant: whatever one client sends, the process goes on and the others' rooms with it.
 */
import type * as Y from 'yjs'
import { chatLimits as usualChatLimits, type ChatLimits } from '#shared/chat/limits.ts'
import { serverSeat, type RoomId, type SheetId } from '#shared/ids.ts'
import { sheetsMax, socketsUnauthenticatedMax } from '#shared/limits.ts'
import { documentName, firstSheetId, sheetListId } from '#shared/room.ts'
import { ChatIndex, type NewMessage } from '../chat/chat-index.ts'
import { indexRooms } from '../chat/reindex.ts'
import type { Backlog } from '../front/backlog.ts'
import { endOneByOne } from '../front/farewell.ts'
import type { ClientSocket } from '../front/socket.ts'
import type { Logger } from '../log.ts'
import type { Levels, Meters } from '../metrics.ts'
import type { Access, Clock, Presences, Visitor } from '../ports.ts'
import type { Store } from '../store/open.ts'
import { createDocuments } from './documents.ts'
import { Line } from './line.ts'
import { openDocumentLog } from './log.ts'
import { PresenceRooms } from './presence.ts'
import { Turn } from './turn.ts'

const checkIntervalMs = 1_000

type Options = Readonly<{
  store: Store
  access: Access
  clock: Clock
  log: Logger
  meters: Meters
  /** What waits for slow readers, over all sockets. */
  backlog: Backlog
  chatLimits?: ChatLimits
  /** Messages that are in the database from now on. */
  onMessages?: (messages: readonly NewMessage[]) => void
}>

export type Sync = AsyncDisposable &
  Readonly<{
    presences: Presences
    /** Takes in a socket that has just opened, with the Cookie header it came with. */
    admit(socket: ClientSocket, cookieHeader: string | undefined): void
    /** How many sockets have not opened a document yet. */
    arriving(): number
    /** Brings a document that nobody opens to the state of its log. */
    read(name: string, doc: Y.Doc): void
    /** Resolves once everything that the database holds now is on disk; rejects where that is not certain. */
    kept(): Promise<void>
    /** Why documents cannot be saved now; empty if they can. */
    faults(): readonly string[]
    levels(): Pick<Levels, 'sockets' | 'waitingSize' | 'rooms' | 'documents'>
  }>

export function startSync(options: Options): Sync {
  const { store, access, clock, log, meters, backlog, chatLimits = usualChatLimits } = options
  const lines = new Set<Line>()
  /** Those that had opened no document when they were looked at last. */
  const arriving = new Set<Line>()
  const linesByDocument = new Map<string, Set<Line>>()
  const presence = new PresenceRooms({ clock, barred: access.barredFromCall })
  const documentLog = openDocumentLog(store.db, log)
  indexRooms({ store, read: documentLog.read, log })
  const index = new ChatIndex(store, {
    onAdded: options.onMessages ?? (() => undefined),
    onShortened(roomId, rootPages) {
      documents.tellThreads(roomId, rootPages)
    },
  })
  const turn: Turn<Line> = new Turn({
    db: store.db,
    disk: store.disk,
    documentLog,
    index,
    log,
    onSaved(rows, tookMs) {
      meters.committed({
        tookMs,
        rows: rows.length,
        bytes: rows.reduce((sum, { update }) => sum + update.length, 0),
        updates: rows.filter(({ writer }) => writer !== serverSeat).length,
      })
    },
    onLost(names, receivers) {
      meters.commitFailed()
      // First the sockets, so that nothing of what is lost can still be sent.
      const ended = new Set([
        ...receivers,
        ...[...names].flatMap((name) => [...(linesByDocument.get(name) ?? [])]),
      ])
      for (const line of ended) line.close('storage-failed')
      documents.evict(names)
    },
  })
  const documents = createDocuments({ access, documentLog, index, turn, clock, log, chatLimits })

  function admit(socket: ClientSocket, cookieHeader: string | undefined): void {
    let visitor: Visitor | null
    try {
      visitor = access.visitor(cookieHeader)
    } catch (err) {
      log.error({ err }, 'a session could not be looked up')
      socket.close('storage-failed')
      return
    }
    if (visitor === null) {
      socket.close('signed-out')
      return
    }
    if (countArriving() >= socketsUnauthenticatedMax) {
      socket.close('too-many-sockets')
      return
    }
    const line = new Line({
      socket,
      visitor,
      access,
      presence,
      documents,
      chatTailOf: (roomId) => index.tailOf(roomId),
      mayHaveSheet,
      sendInTurn: (to, frame) => {
        turn.send(to, frame)
      },
      linesWith: (name) => linesByDocument.get(name) ?? [],
      onOpened(self, name) {
        const having = linesByDocument.get(name) ?? new Set()
        linesByDocument.set(name, having.add(self))
      },
      onClosed(self, name) {
        const having = linesByDocument.get(name)
        having?.delete(self)
        if (having?.size === 0) linesByDocument.delete(name)
      },
      onRefused(self, name, reason) {
        meters.updateRefused(reason)
        log.warn({ person: self.visitor.personId, document: name, reason }, 'an update was refused')
      },
      onLeftOut: () => {
        meters.updateRefused('may not write here')
      },
      onFault(self, err) {
        log.error({ err, person: self.visitor.personId }, 'a frame could not be dealt with')
      },
      onPresence: meters.presenceReceived,
      onDenied: meters.refused,
    })
    lines.add(line)
    arriving.add(line)
    checkSession.set(line, cookieHeader)
  }

  function countArriving(): number {
    for (const line of arriving) if (line.hasOpened || !line.isOpen()) arriving.delete(line)
    return arriving.size
  }

  /** Sheets that are open count as well: nothing of theirs need be on disk yet. */
  function mayHaveSheet(roomId: RoomId, sheetId: SheetId): boolean {
    if (sheetId === firstSheetId || sheetId === sheetListId) return true
    const name = documentName({ kind: 'board', roomId, sheetId })
    if (linesByDocument.has(name)) return true
    const prefix = `board/${roomId}/`
    const open = [...linesByDocument.keys()].filter((each) => each.startsWith(prefix))
    const sheets = new Set([...store.sheets.under(prefix), ...open, `${prefix}${firstSheetId}`])
    sheets.delete(`${prefix}${sheetListId}`)
    return sheets.has(name) || sheets.size < sheetsMax
  }

  /** The cookie of each line: its session may have been extended since, or ended. */
  const checkSession = new WeakMap<Line, string | undefined>()

  function renew(line: Line): void {
    const visitor = access.visitor(checkSession.get(line))
    if (visitor === null) line.close('signed-out')
    else line.visitor = visitor
  }

  function check(): void {
    turn.tryAgain()
    for (const line of lines) {
      if (!line.isOpen()) {
        lines.delete(line)
        continue
      }
      try {
        if (clock() >= line.visitor.expiresAtMs) renew(line)
        line.check()
      } catch (error) {
        line.fail(error)
      }
    }
  }

  const timer = setInterval(check, checkIntervalMs)
  timer.unref()

  function closeWhere(isMeant: (line: Line) => boolean, code: Parameters<Line['close']>[0]): void {
    for (const line of lines) if (isMeant(line)) line.close(code)
  }

  return {
    admit,
    arriving: countArriving,
    read: documentLog.read,
    kept: () => turn.kept(),
    faults: () => (turn.canSave ? [] : ['storage-failed']),
    levels: () => ({
      sockets: [...lines].filter((line) => line.isOpen()).length,
      waitingSize: backlog.measure(),
      rooms: presence.roomCount,
      documents: linesByDocument.size,
    }),
    presences: {
      count: (roomId) => presence.count(roomId),
      callers: (roomId) => presence.callers(roomId),
      askCaller: (roomId, seat, what, by) => {
        presence.ask(roomId, seat, what, by)
      },
      knocksChanged: (roomId, knocks) => {
        presence.knocksChanged(roomId, knocks)
      },
      roomChanged: (roomId) => {
        for (const line of lines) line.roomChanged(roomId)
        documents.roomChanged(roomId)
        presence.callChanged(roomId)
      },
      sessionEnded: (sessionKey) => {
        closeWhere((line) => line.visitor.sessionKey === sessionKey, 'signed-out')
      },
      personLeft: (personId, roomId, code) => {
        for (const line of lines) line.roomChanged(roomId)
        closeWhere((line) => line.visitor.personId === personId && line.isInRoom(roomId), code)
      },
    },
    async [Symbol.asyncDispose]() {
      await endOneByOne(
        [...lines].map((line) => () => {
          // What this client has sent is acknowledged before it is told to go.
          turn.finish()
          line.close('server-stopping')
        }),
      )
      clearInterval(timer)
      turn.finish()
    },
  }
}
