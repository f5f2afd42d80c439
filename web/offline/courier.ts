/**
 * Brings to the server what waits on this device in rooms that no page of this browser shows.
 *
 * Rule OF6 of docs/PROTOCOL.md. A room that this page shows brings its own; of the others one page at a time opens some,
 * unseen by the people in them, and closes each once nothing of it waits, or nothing that could be brought. Invariant:
 * what the server does not let in stays on the device, and is not tried again by this page: opening the room says why.
 */
import { hashesOf, type FileHash } from '#shared/files/file.ts'
import type { RoomResponse } from '#shared/http.ts'
import type { PersonId, RoomId } from '#shared/ids.ts'
import { parseDocumentName } from '#shared/room.ts'
import { openChatLog } from '../chat/open-chat-log.ts'
import { openOwnChanges } from '../chat/open-own-changes.ts'
import { openRoomFiles } from '../files/open-room-files.ts'
import { recallRoom } from '../room/kept-room.ts'
import { browserWorld } from '../sync/browser-world.ts'
import { openRoomSession } from '../sync/room-session.ts'
import type { Undo } from '../sync/ports.ts'
import { whenNotShown } from './room-lock.ts'
import { onWaiting, waitingOf, type Waiting } from './waiting.ts'

/** A socket for each. */
const roomsMax = 3
/** Sheets of one that are open at once: a socket has only so many documents. */
const sheetsMax = 3

type Delivery = Readonly<{
  /** After any change of what waits. */
  look(waiting: readonly Waiting[]): void
  end: Undo
}>

/** Null until no other page shows the room. */
type Entry = { delivery: Delivery | null; end: Undo }

export class Courier implements Disposable {
  readonly #personId: PersonId
  /** By this page. */
  readonly #isShown: (roomId: RoomId) => boolean
  readonly #deliveries = new Map<RoomId, Entry>()
  readonly #refused = new Set<RoomId>()
  readonly #undo: Undo

  constructor(personId: PersonId, isShown: (roomId: RoomId) => boolean) {
    this.#personId = personId
    this.#isShown = isShown
    this.#undo = onWaiting(() => {
      this.look()
    })
    this.look()
  }

  /** Also to be called when this page shows another room. */
  look(): void {
    const byRoom = Map.groupBy(waitingOf(this.#personId), ({ roomId }) => roomId)
    for (const [roomId, { delivery }] of this.#deliveries) {
      const waiting = byRoom.get(roomId)
      if (waiting === undefined || this.#isShown(roomId)) this.#end(roomId)
      else delivery?.look(waiting)
    }
    for (const roomId of byRoom.keys()) {
      if (this.#deliveries.size >= roomsMax) return
      if (!this.#deliveries.has(roomId) && !this.#refused.has(roomId) && !this.#isShown(roomId))
        this.#begin(roomId)
    }
  }

  [Symbol.dispose](): void {
    this.#undo()
    for (const roomId of [...this.#deliveries.keys()]) this.#end(roomId)
  }

  #begin(roomId: RoomId): void {
    const known = recallRoom(this.#personId, roomId)
    if (known === null) {
      this.#refused.add(roomId)
      return
    }
    const entry: Entry = { delivery: null, end: () => undefined }
    this.#deliveries.set(roomId, entry)
    entry.end = whenNotShown(this.#personId, roomId, () => {
      entry.delivery = deliver(this.#personId, known, () => {
        this.#refused.add(roomId)
        this.#end(roomId)
        this.look()
      })
      entry.delivery.look(waitingOf(this.#personId).filter((waiting) => waiting.roomId === roomId))
      return entry.delivery.end
    })
  }

  #end(roomId: RoomId): void {
    this.#deliveries.get(roomId)?.end()
    this.#deliveries.delete(roomId)
  }
}

/** `onRefused`: the server does not let this person in, or does not take what is left. */
function deliver(personId: PersonId, known: RoomResponse, onRefused: () => void): Delivery {
  const { seat, role, chatTail, drawing, posting } = known
  const { id: roomId, isArchived } = known.room
  const session = openRoomSession({
    ...{ world: browserWorld(), roomId, personId, seat, role, chatTail, drawing, posting, isArchived },
    isUnseen: true,
  })
  const files = openRoomFiles(roomId, session.openFiles())
  const log = openChatLog(session, files)
  // They are kept until the server has them, and nobody lists them here.
  const changes = openOwnChanges(log, session)
  const sheets = new Map<string, Disposable>()
  let names: ReadonlySet<string> = new Set()
  /** Nothing is left but files that the server does not take, and messages with them. */
  const isStuck = (): boolean => {
    const pending = files.pending()
    const hasFailed = (hash: FileHash): boolean => pending.get(hash)?.kind === 'failed'
    return (
      pending.size > 0 &&
      [...pending.keys()].every(hasFailed) &&
      log.waiting().every((row) => hashesOf(row.files).some(hasFailed)) &&
      [...names].every((name) => parseDocumentName(name) === null)
    )
  }
  const lookAgain = (): void => {
    if (isStuck()) queueMicrotask(onRefused)
  }
  files.onChange(lookAgain)
  log.onChange(lookAgain)
  session.onChange(() => {
    const { kind } = session.connection()
    if (kind === 'live') files.retry()
    if (kind === 'closed') queueMicrotask(onRefused)
  })
  return {
    look(waiting) {
      names = new Set(waiting.map(({ name }) => name))
      for (const [name, sheet] of sheets) {
        if (names.has(name)) continue
        sheet[Symbol.dispose]()
        sheets.delete(name)
      }
      for (const name of names) {
        const ref = parseDocumentName(name)
        // The list of what waits may not know of it: a page that was sealed meanwhile.
        if (ref?.kind === 'chat') log.bring(ref.page)
        if (ref?.kind === 'board' && sheets.size < sheetsMax && !sheets.has(name))
          sheets.set(name, session.openBoard(ref.sheetId))
      }
      lookAgain()
    },
    end() {
      changes[Symbol.dispose]()
      log[Symbol.dispose]()
      files[Symbol.dispose]()
      for (const sheet of sheets.values()) sheet[Symbol.dispose]()
      session[Symbol.dispose]()
    },
  }
}
