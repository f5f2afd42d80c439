/**
 * One room as this page has it open: its documents, its presence and its connection, behind the ports of ports.ts.
 *
 * Invariant: there is one socket for all of it, and nothing here waits for that socket: a replica can be read and
 * written as soon as this device's copy of it is loaded.
 */
import * as Y from 'yjs'
import type { PersonId, RoomId, Seat, SheetId } from '#shared/ids.ts'
import { drawings, type Drawing } from '#shared/drawing.ts'
import { documentName, mayDraw, type DocumentRef, type Role } from '#shared/room.ts'
import type { Writer } from '#shared/sync/policy.ts'
import { Listeners } from './listeners.ts'
import { Live } from './live.ts'
import { OpenDocument } from './open-document.ts'
import type { ConnectionState, DocumentPort, LivePort, PresencePort, Undo } from './ports.ts'
import { Presence } from './presence.ts'
import { Wire } from './wire.ts'
import type { KeptEntries, SyncWorld } from './world.ts'

export type RoomSessionOptions = Readonly<{
  world: SyncWorld
  roomId: RoomId
  personId: PersonId
  seat: Seat
  role: Role
  /** The room's newest page of chat, as the server last said. */
  chatTail: number
  /** As it was last known. */
  drawing?: Drawing
  /** What `refused()` of the session before this one told. */
  refused?: RefusedDocuments
}>

/** The states of documents, as updates, by their names. */
export type RefusedDocuments = ReadonlyMap<string, Uint8Array>

/** A board, and the transient bytes among those who have it open. */
export type BoardPort = DocumentPort & Readonly<{ live: LivePort }>

export type RoomSession = Readonly<{
  roomId: RoomId
  personId: PersonId
  seat: Seat
  role: Role
  presence: PresencePort
  connection(): ConnectionState
  /** After any change of `connection`. */
  onChange(listener: () => void): Undo
  /** The room document: title, people, boards. Only the server writes it. */
  room: DocumentPort
  /** Whom the room lets draw, as its document says; as it was last known, before that is here. */
  drawing(): Drawing
  /** Each call opens it anew, with a replica of its own, until disposed. */
  openChat(page: number): DocumentPort
  openBoard(sheet: SheetId): BoardPort
  /** Number of the newest page of chat as far as this device knows. */
  chatTail(): number
  /** After any change of `chatTail`. */
  onChatTail(listener: () => void): Undo
  /** What waits on this device to be written into the chat. */
  openOutbox(): KeptEntries
  /** The open documents with changes that the server may have refused. For the session that follows this one. */
  refused(): RefusedDocuments
  [Symbol.dispose](): void
}>

export function openRoomSession(options: RoomSessionOptions): RoomSession {
  return new Session(options)
}

class Session implements RoomSession {
  readonly roomId: RoomId
  readonly personId: PersonId
  readonly seat: Seat
  readonly role: Role
  readonly presence: Presence
  readonly room: OpenDocument
  readonly #world: SyncWorld
  readonly #wire: Wire
  readonly #changes = new Listeners()
  readonly #chatTail: number
  readonly #writer: Writer
  readonly #drawing: Drawing
  readonly #refused: Map<string, Uint8Array>
  readonly #open = new Map<string, OpenDocument>()
  #connection: ConnectionState = { kind: 'connecting' }

  constructor(options: RoomSessionOptions) {
    const { world, roomId, personId, seat, role, chatTail, drawing = 'everyone', refused } = options
    this.#world = world
    this.#chatTail = chatTail
    this.#drawing = drawing
    this.#writer = { seat, role, canDraw: mayDraw(role, drawing) }
    this.#refused = new Map(refused ?? [])
    this.roomId = roomId
    this.personId = personId
    this.seat = seat
    this.role = role
    this.#wire = new Wire(world)
    this.room = this.#openDocument({ kind: 'room', roomId })
    this.presence = new Presence({ world, wire: this.#wire, link: this.room.link, seat })
    this.#wire.onAsk(() => {
      this.room.link.ask()
    })
    this.#wire.onChange(() => {
      this.#look()
    })
    this.room.link.onChange(() => {
      this.#look()
    })
    this.#look()
  }

  connection(): ConnectionState {
    return this.#connection
  }

  onChange(listener: () => void): Undo {
    return this.#changes.add(listener)
  }

  drawing(): Drawing {
    const said = this.room.doc.getMap('info').get('drawing')
    return drawings.find((drawing) => drawing === said) ?? this.#drawing
  }

  openChat(page: number): DocumentPort {
    return this.#openDocument({ kind: 'chat', roomId: this.roomId, page })
  }

  chatTail(): number {
    const tail = this.room.doc.getMap('chat').get('tail')
    // A device may know more from its answer, or from its copy of the room.
    return typeof tail === 'number' ? Math.max(tail, this.#chatTail) : this.#chatTail
  }

  onChatTail(listener: () => void): Undo {
    const chat = this.room.doc.getMap('chat')
    chat.observe(listener)
    return () => {
      chat.unobserve(listener)
    }
  }

  openBoard(sheetId: SheetId): BoardPort {
    const ref = { kind: 'board', roomId: this.roomId, sheetId } as const
    const board = this.#openDocument(ref)
    const live = new Live(this.#wire, ref, () => board.link.address !== null)
    return {
      doc: board.doc,
      seat: board.seat,
      live,
      state: () => board.state(),
      transact: (change) => {
        board.transact(change)
      },
      onChange: (listener) => board.onChange(listener),
      onNote: (listener) => board.onNote(listener),
      [Symbol.dispose]: () => {
        live[Symbol.dispose]()
        board[Symbol.dispose]()
      },
    }
  }

  openOutbox(): KeptEntries {
    return this.#world.openKept(`stoa/${this.personId}/outbox/${this.roomId}`)
  }

  refused(): RefusedDocuments {
    const withChanges = [...this.#open].filter(([, { isDisposed, hasUnsent }]) => !isDisposed && hasUnsent)
    return new Map(withChanges.map(([name, { doc }]) => [name, Y.encodeStateAsUpdate(doc)]))
  }

  [Symbol.dispose](): void {
    this.#changes.clear()
    this.presence[Symbol.dispose]()
    this.room[Symbol.dispose]()
    this.#wire[Symbol.dispose]()
  }

  #openDocument(ref: DocumentRef): OpenDocument {
    const name = documentName(ref)
    const opened = new OpenDocument({
      world: this.#world,
      wire: this.#wire,
      name,
      storeName: `stoa/${this.personId}/${name}`,
      kind: ref.kind,
      writer: this.#writer,
      refused: this.#refused.get(name) ?? null,
    })
    this.#refused.delete(name)
    this.#open.set(name, opened)
    return opened
  }

  #look(): void {
    const next = this.#connectionNow()
    if (next.kind === this.#connection.kind) return
    this.#connection = next
    this.#changes.tell()
  }

  #connectionNow(): ConnectionState {
    const { endCode, isOpen } = this.#wire
    if (endCode !== null) return { kind: 'closed', code: endCode }
    if (isOpen && this.room.link.isCurrent) return { kind: 'live' }
    if (!this.#world.isOnline()) return { kind: 'offline' }
    return { kind: this.room.state().isSynced ? 'reconnecting' : 'connecting' }
  }
}
