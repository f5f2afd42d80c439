/**
 * One room as this page has it open: its documents, its presence and its connection, behind the ports of ports.ts.
 *
 * Invariant: there is one socket for all of it, and nothing here waits for that socket: a replica can be read and
 * written as soon as this device's copy of it is loaded.
 */
import * as Y from 'yjs'
import { seatOf, type PersonId, type RoomId, type Seat, type SheetId } from '#shared/ids.ts'
import type { PresenceState } from '#shared/presence/presence.ts'
import { titleOf } from '#shared/direct.ts'
import { drawings, type Drawing } from '#shared/drawing.ts'
import { postings, type Posting } from '#shared/posting.ts'
import {
  documentName,
  may,
  mayDraw,
  mayPost,
  type DocumentRef,
  type Role,
  type RoomPerson,
} from '#shared/room.ts'
import type { Writer } from '#shared/sync/policy.ts'
import { isBeyond } from '#shared/wire/version.ts'
import { Listeners } from './listeners.ts'
import type { DirectHost } from './direct/direct.ts'
import { Live, type LiveByPeers } from './live.ts'
import { OpenDocument } from './open-document.ts'
import type { ConnectionState, DocumentPort, LivePort, PagePort, PresencePort, Undo } from './ports.ts'
import { Presence } from './presence.ts'
import { storeName } from './store-name.ts'
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
  posting?: Posting
  isArchived?: boolean
  /** Only delivers what waits: nobody is shown that this person is here. */
  isUnseen?: boolean
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
  /** As the room's document has it. */
  role: Role
  presence: PresencePort
  /** Everyone else who is here: by their presence, or heard directly where the server is not (DP5). */
  here(): ReadonlyMap<number, PresenceState>
  /** After any change of these, and of the own presence. */
  onHere(listener: () => void): Undo
  /** How many people are heard directly. */
  directCount(): number
  /** For those who talk with others without the server. */
  direct: DirectHost
  connection(): ConnectionState
  /** Whether this device stores all that is open of the room: if not, what is unsent goes with the page. */
  isKept(): boolean
  /** Anything that is open has changes that the server has not saved. */
  hasUnsent(): boolean
  /** After any change of `connection` or `isKept`. */
  onChange(listener: () => void): Undo
  /** The room document: title, people, boards. Only the server writes it. */
  room: DocumentPort
  /** Its name, or of a conversation the others’; empty while nothing is known. */
  title(): string
  /** What the server said last beside it on this connection: who looks late missed nothing. Null if nothing. */
  roomNote(): string | null
  /** Whom the room lets draw, as its document says; as it was last known, before that is here. */
  drawing(): Drawing
  /** The same of whom it lets write in the chat. */
  posting(): Posting
  /** From one message of this person's to the next, as its document says (CH15); 0 before that is here. */
  slowMs(): number
  /** Nothing is added to it any more, as its document says; as it was last known, before that is here. */
  isArchived(): boolean
  /** Each call opens it anew, with a replica of its own, until disposed. */
  openChat(page: number): PagePort
  openBoard(sheet: SheetId): BoardPort
  /** Number of the newest page of chat as far as this device knows. */
  chatTail(): number
  /** After any change of `chatTail`. */
  onChatTail(listener: () => void): Undo
  /** What waits on this device to be written into the chat. */
  openOutbox(): KeptEntries
  /** Files that wait on this device to be brought to the room, by their hashes. */
  openFiles(): KeptEntries
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
  readonly presence: Presence
  readonly room: OpenDocument
  readonly #world: SyncWorld
  readonly #wire: Wire
  readonly #changes = new Listeners()
  readonly #chatTail: number
  readonly #writer: Writer
  readonly #role: Role
  readonly #drawing: Drawing
  readonly #posting: Posting
  readonly #isArchived: boolean
  readonly #refused: Map<string, Uint8Array>
  /** One document may be open twice: to be shown, and to be read. */
  readonly #open = new Set<OpenDocument>()
  readonly direct: DirectHost
  readonly #liveByPeers: LiveByPeers = { sent: new Listeners(), told: new Listeners() }
  readonly #documents = new Listeners<[OpenDocument]>()
  readonly #hereChanges = new Listeners()
  #direct: ReadonlyMap<number, PresenceState> = new Map()
  #connection: ConnectionState = { kind: 'connecting' }
  #isKept = true
  #roomNote: string | null = null

  constructor(options: RoomSessionOptions) {
    const { world, roomId, personId, seat, role, chatTail, refused } = options
    const { drawing = 'everyone', posting = 'everyone', isArchived = false, isUnseen = false } = options
    this.#world = world
    this.#chatTail = chatTail
    this.#drawing = drawing
    this.#posting = posting
    this.#isArchived = isArchived
    this.#writer = {
      seat,
      role,
      canDraw: !isArchived && mayDraw(role, drawing),
      canPost: !isArchived && mayPost(role, posting),
    }
    this.#refused = new Map(refused ?? [])
    this.roomId = roomId
    this.personId = personId
    this.seat = seat
    this.#role = role
    this.#wire = new Wire(world)
    this.room = this.#openDocument({ kind: 'room', roomId })
    const hasLeft = (clientId: number): boolean => this.#person(seatOf(clientId))?.hasLeft === true
    this.presence = new Presence({ world, wire: this.#wire, link: this.room.link, seat, hasLeft, isUnseen })
    this.direct = this.#makeDirect()
    this.presence.onChange(() => {
      this.#hereChanges.tell()
    })
    this.room.onNote((text) => {
      this.#roomNote = text
    })
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

  here(): ReadonlyMap<number, PresenceState> {
    return this.#direct.size === 0
      ? this.presence.others()
      : new Map([...this.#direct, ...this.presence.others()])
  }

  onHere(listener: () => void): Undo {
    return this.#hereChanges.add(listener)
  }

  directCount(): number {
    return new Set([...this.#direct.values()].map(({ user }) => user?.personId)).size
  }

  isKept(): boolean {
    return this.#isKept
  }

  hasUnsent(): boolean {
    return [...this.#open].some(({ hasUnsent }) => hasUnsent)
  }

  onChange(listener: () => void): Undo {
    return this.#changes.add(listener)
  }

  roomNote(): string | null {
    return this.#roomNote
  }

  get role(): Role {
    return this.#person(this.seat)?.role ?? this.#role
  }

  drawing(): Drawing {
    const said = this.room.doc.getMap('info').get('drawing')
    return drawings.find((drawing) => drawing === said) ?? this.#drawing
  }

  title(): string {
    const title = this.room.doc.getMap<string>('info').get('title')
    if (title !== '') return title ?? ''
    const people = [...this.room.doc.getMap<RoomPerson>('people')]
    return titleOf(people.flatMap(([seat, person]) => (Number(seat) === this.seat ? [] : [person])))
  }

  isArchived(): boolean {
    const said = this.room.doc.getMap('info').get('isArchived')
    return typeof said === 'boolean' ? said : this.#isArchived
  }

  posting(): Posting {
    const said = this.room.doc.getMap('info').get('posting')
    return postings.find((posting) => posting === said) ?? this.#posting
  }

  slowMs(): number {
    const seconds = this.room.doc.getMap('info').get('slow')
    return typeof seconds === 'number' && !may(this.role, 'moderate') ? seconds * 1_000 : 0
  }

  openChat(page: number): PagePort {
    return this.#openDocument({ kind: 'chat', roomId: this.roomId, page })
  }

  chatTail(): number {
    const tail = this.room.doc.getMap('chat').get('tail')
    // A device may know more from its answer, or from its copy of the room.
    return typeof tail === 'number' ? Math.max(tail, this.#chatTail) : this.#chatTail
  }

  onChatTail(listener: () => void): Undo {
    return this.room.root('chat').observe(listener)
  }

  openBoard(sheetId: SheetId): BoardPort {
    const ref = { kind: 'board', roomId: this.roomId, sheetId } as const
    const board = this.#openDocument(ref)
    const isOpen = (): boolean => board.link.address !== null
    const live = new Live({ wire: this.#wire, board: ref, isOpen, byPeers: this.#liveByPeers })
    return {
      doc: board.doc,
      root: (name) => board.root(name),
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
    return this.#world.openKept(storeName(this.personId, `outbox/${this.roomId}`))
  }

  openFiles(): KeptEntries {
    return this.#world.openKept(storeName(this.personId, `files/${this.roomId}`))
  }

  refused(): RefusedDocuments {
    const withChanges = [...this.#open].filter(({ hasUnsent }) => hasUnsent)
    return new Map(withChanges.map(({ name, doc }) => [name, Y.encodeStateAsUpdate(doc)]))
  }

  [Symbol.dispose](): void {
    this.#changes.clear()
    this.#hereChanges.clear()
    this.#partFromNeighbours()
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
      storeName: storeName(this.personId, name),
      kind: ref.kind,
      writer: this.#writer,
      refused: this.#refused.get(name) ?? null,
    })
    this.#refused.delete(name)
    this.#open.add(opened)
    opened.onDispose(() => {
      this.#open.delete(opened)
      // What the server has not been given again waits for whoever opens it next.
      if (opened.refused !== null) this.#refused.set(name, opened.refused)
    })
    opened.onChange(() => {
      this.#look()
    })
    this.#documents.tell(opened)
    return opened
  }

  #person(seat: Seat | null): RoomPerson | undefined {
    return this.room.doc.getMap<RoomPerson>('people').get(String(seat))
  }

  #makeDirect(): DirectHost {
    const { presence, roomId } = this
    return {
      world: this.#world,
      clientId: presence.clientId,
      roomId,
      isLive: () => this.#connection.kind === 'live',
      onLive: (listener) => this.#changes.add(listener),
      own: () => presence.own(),
      onOwn: (listener) => presence.onChange(listener),
      userOf: (clientId) => {
        const seat = seatOf(clientId)
        const person = this.#person(seat)
        if (seat === null || person === undefined || person.hasLeft === true) return null
        return { personId: person.personId as PersonId, seat, name: person.name, role: person.role }
      },
      writerOf: ({ seat, role }) => ({
        seat,
        role,
        canDraw: !this.isArchived() && mayDraw(role, this.drawing()),
        canPost: !this.isArchived() && mayPost(role, this.posting()),
      }),
      onDocument: (listener) => {
        for (const document of this.#open) listener(document)
        return this.#documents.add(listener)
      },
      onSentLive: (listener) => this.#liveByPeers.sent.add(listener),
      tellLive: (...frame) => {
        this.#liveByPeers.told.tell(...frame)
      },
      show: (peers) => {
        this.#direct = peers
        this.#hereChanges.tell()
      },
    }
  }

  /** What was refused here would be refused from any other tab. */
  #partFromNeighbours(): void {
    for (const document of this.#open) document.partFromNeighbours()
  }

  #look(): void {
    const next = this.#connectionNow()
    const isKept = [...this.#open].every((document) => document.state().isKept)
    if (next.kind === this.#connection.kind && isKept === this.#isKept) return
    this.#connection = next
    this.#isKept = isKept
    if (next.kind !== 'live') this.#roomNote = null
    if (next.kind === 'closed') this.#partFromNeighbours()
    this.#changes.tell()
  }

  #connectionNow(): ConnectionState {
    const { endCode, isOpen, isRefused, outdatedCode } = this.#wire
    if (endCode !== null) return { kind: 'closed', code: endCode }
    if (isOpen && this.room.link.isCurrent) return { kind: 'live' }
    const code = isBeyond(this.room.doc.getMap('info').get('v')) ? 'client-outdated' : outdatedCode
    if (code !== null) return { kind: 'outdated', code }
    if (!this.#world.isOnline()) return { kind: 'offline' }
    return { kind: isRefused || this.room.state().isSynced ? 'reconnecting' : 'connecting' }
  }
}
