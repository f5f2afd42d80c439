/**
 * One page of one person: the room's chat and board as the browser runs them, over a network and a device that are not
 * real.
 */
import { emptyHistory, record, undo, type Entry, type History } from '#shared/board/history.ts'
import { orderBetween } from '#shared/board/order.ts'
import { packPoints } from '#shared/board/points.ts'
import { isSameValue, type BoardValue, type ShapeRow } from '#shared/board/shape.ts'
import type { MessageKey } from '#shared/chat/message.ts'
import type { Seat } from '#shared/ids.ts'
import { firstSheetId, type Role } from '#shared/room.ts'
import { BoardDoc } from '#web/board/engine/board-doc.ts'
import { ChatLog, type ChatRow } from '#web/chat/engine/chat-log.ts'
import { Direct } from '#web/sync/direct/direct.ts'
import { toldRoots } from '#web/sync/direct/direct-document.ts'
import type { OpenDocument } from '#web/sync/open-document.ts'
import type { DocumentPort, PagePort } from '#web/sync/ports.ts'
import { openRoomSession, type BoardPort, type RoomSession } from '#web/sync/room-session.ts'
import type { SyncWorld } from '#web/sync/world.ts'
import type { Chance } from '../support/chance.ts'
import type { Device } from './device.ts'
import type { Participant } from './mesh.ts'
import { Link } from './network.ts'
import { roomId, smallLimits, type Member } from './server.ts'
import type { VirtualTime } from './time.ts'

type Options = Readonly<{
  member: Member
  seat: Seat
  role: Role
  device: Device
  chatTail: number
  time: VirtualTime
  chance: Chance
  isOnline: boolean
  onLink: (link: Link, page: Page) => void
  /** What the server says beside a page of chat. */
  onNote: (text: string) => void
  /** What it puts on the board, or takes from it, which is null. */
  onDraw: (key: string, value: BoardValue | null, page: Page) => void
}>

/** A document that is open here, and since when the server's state has been here without a break. */
type Watched = { readonly document: OpenDocument; currentAtMs: number | null }

export class Page {
  readonly member: Member
  readonly seat: Seat
  readonly device: Device
  readonly session: RoomSession
  readonly chat: ChatLog
  readonly board: BoardDoc
  /** Every page of chat that is open here, by its number; the newest opening of each. */
  readonly openPages = new Map<number, DocumentPort>()
  readonly boardPort: BoardPort
  /** By name; the newest opening of each. */
  readonly documents = new Map<string, Watched>()
  /** Keys of chat and boards that this page has ever changed itself. */
  readonly changed = new Set<string>()
  /** Those since the last outage began. */
  readonly touched = new Set<string>()
  readonly #chance: Chance
  readonly #time: VirtualTime
  readonly #onLink: (link: Link, page: Page) => void
  readonly #onNote: (text: string) => void
  readonly #onDraw: Options['onDraw']
  readonly #events = new EventTarget()
  #drawn: History<BoardValue> = emptyHistory
  #link: Link | null = null
  #isOnline: boolean
  #direct: Direct | null = null

  constructor(options: Options) {
    const { member, seat, role, device, chatTail, time, chance, onLink, onNote, onDraw, isOnline } = options
    this.member = member
    this.seat = seat
    this.device = device
    this.#time = time
    this.#chance = chance
    this.#onLink = onLink
    this.#onNote = onNote
    this.#onDraw = onDraw
    this.#isOnline = isOnline
    const world = this.#world()
    const { personId } = member
    this.session = openRoomSession({ world, roomId, personId, seat, role, chatTail })
    this.session.direct.onDocument((document) => {
      this.#watch(document)
    })
    this.chat = new ChatLog({
      chain: {
        seat,
        tail: () => this.session.chatTail(),
        onTail: (listener) => this.session.onChatTail(listener),
        openPage: (page) => this.#openPage(page),
      },
      outbox: this.session.openOutbox(),
      world: {
        nowMs: () => time.nowMs + device.skewMs,
        elapsedMs: world.nowMs,
        random: world.random,
        after: world.after,
      },
      speechLimits: smallLimits.speech,
    })
    this.boardPort = this.session.openBoard(firstSheetId)
    this.board = new BoardDoc(this.boardPort, { width: (text, size) => (text.length * size) / 2 })
  }

  get link(): Link | null {
    return this.#link
  }

  get isOnline(): boolean {
    return this.#isOnline
  }

  /** The server is heard. */
  get isLive(): boolean {
    return this.session.connection().kind === 'live'
  }

  get isInCall(): boolean {
    return this.#direct !== null
  }

  /** Why the server ended it for good; null if it did not. */
  get endCode(): string | null {
    const connection = this.session.connection()
    return connection.kind === 'closed' ? connection.code : null
  }

  rows(): readonly ChatRow[] {
    return this.chat.rows()
  }

  shows(key: string): boolean {
    return this.rows().some((row) => row.key === key)
  }

  /** The message's key. */
  say(text: string, replyTo?: MessageKey): MessageKey {
    this.chat.send(text, { replyTo })
    const row = this.rows().find((each) => each.text === text)
    if (row === undefined) throw new Error(`what was said is not shown: ${text}`)
    return row.key
  }

  /** One's own, or with the rights of a moderator anyone's. */
  remove(key: MessageKey): void {
    this.#note(key)
    this.chat.remove(key)
  }

  /** The shape's id; null while the board cannot be drawn on. */
  draw(): string | null {
    if (!this.board.canWrite) return null
    const id = this.board.newId(this.#chance.next())
    const [x, y] = [this.#chance.below(1_000), this.#chance.below(1_000)]
    const row: ShapeRow = {
      k: 'stroke',
      c: this.#chance.below(8),
      w: 4,
      z: orderBetween(this.board.topOrder(), null, this.#chance.next()),
      p: packPoints([x, y, 0.5, x + 9, y + 9, 0.5], false),
    }
    this.#write([{ key: id, before: null, after: row }])
    return id
  }

  /** Puts a shape on top, or locks it; null where there is none. */
  change(): string | null {
    const pile = this.board.pile()
    if (!this.board.canWrite || pile.length === 0) return null
    const { id } = this.#chance.pick(pile)
    const key = this.#chance.isLikely(0.3) ? `${id}:l` : `${id}:z`
    this.changeAt(key)
    return key
  }

  /** Puts a shape on top by its key, or locks it, or unlocks it. */
  changeAt(key: string): void {
    const before = this.board.value(key)
    const order = orderBetween(this.board.topOrder(), null, this.#chance.next())
    const after = !key.endsWith(':l') ? order : before === null ? 1 : null
    this.#write([{ key, before, after }])
  }

  erase(): boolean {
    const pile = this.board.pile()
    if (!this.board.canWrite || pile.length === 0) return false
    const { id } = this.#chance.pick(pile)
    this.#write(this.board.keysOf(id).map((key) => ({ key, before: this.board.value(key), after: null })))
    return true
  }

  undo(): boolean {
    const step = undo<BoardValue>(this.#drawn, { read: (key) => this.board.value(key), isSame: isSameValue })
    if (!this.board.canWrite || step === null) return false
    this.#drawn = step.history
    this.#draw(step.changes)
    return step.changes.length > 0
  }

  setOnline(isOnline: boolean): void {
    if (this.#isOnline === isOnline) return
    this.#isOnline = isOnline
    if (!isOnline) this.#link?.break(this.#chance)
    this.#events.dispatchEvent(new Event(isOnline ? 'online' : 'offline'))
  }

  /** It is looked at again. */
  wake(): void {
    this.#events.dispatchEvent(new Event('visibilitychange'))
  }

  /** Everything of this page is with the server, and everything of the server's is here. */
  get isDone(): boolean {
    const ports = [...this.openPages.values(), this.boardPort]
    return (
      this.isLive &&
      this.chat.isSynced &&
      this.chat.rows().every(({ state }) => state !== 'sending') &&
      ports.every((port) => port.state().isSynced && !port.state().hasUnsent)
    )
  }

  /** Takes part in the room's call, where the others are heard directly. */
  join(): Participant {
    const direct = new Direct(this.session.direct)
    this.#direct = direct
    return {
      clientId: this.session.presence.clientId,
      page: this,
      isHonest: true,
      add: (clientId, channel) => direct.add(clientId, channel),
    }
  }

  leaveCall(): void {
    this.#direct?.[Symbol.dispose]()
    this.#direct = null
  }

  close(): void {
    this.leaveCall()
    this.board[Symbol.dispose]()
    this.boardPort[Symbol.dispose]()
    this.chat[Symbol.dispose]()
    this.session[Symbol.dispose]()
  }

  /** The browser, or the device, ended it without a word. */
  die(): void {
    this.#direct = null
    this.device.kill(this)
    this.#link?.break(this.#chance)
    this.#link?.cut('page', 0, false)
  }

  #write(entry: Entry<BoardValue>): void {
    this.#draw(entry)
    this.#drawn = record(this.#drawn, entry)
  }

  #draw(entry: Entry<BoardValue>): void {
    for (const { key, after } of entry) {
      this.#note(key)
      this.#onDraw(key, after, this)
    }
    this.board.write(entry, () => this.#chance.next())
  }

  #note(key: string): void {
    this.changed.add(key)
    this.touched.add(key)
  }

  #watch(document: OpenDocument): void {
    const { doc, link, kind } = document
    const watched: Watched = { document, currentAtMs: null }
    this.documents.set(document.name, watched)
    link.onChange(() => {
      watched.currentAtMs = link.isCurrent ? (watched.currentAtMs ?? this.#time.elapsedMs) : null
    })
    document.onDispose(() => {
      if (this.documents.get(document.name) === watched) this.documents.delete(document.name)
    })
    const roots = toldRoots[kind].map((root) => doc.getMap(root))
    doc.on('afterTransaction', ({ changed, local }) => {
      if (!local) return
      // As yjs types it, a map from types of any events; it is looked up by identity.
      const keysByMap = changed as ReadonlyMap<unknown, ReadonlySet<string | null>>
      for (const map of roots) for (const key of keysByMap.get(map) ?? []) if (key !== null) this.#note(key)
    })
  }

  #openPage(page: number): PagePort {
    const port = this.session.openChat(page)
    this.openPages.set(page, port)
    port.onNote(this.#onNote)
    return {
      ...bound(port),
      [Symbol.dispose]: () => {
        if (this.openPages.get(page) === port) this.openPages.delete(page)
        port[Symbol.dispose]()
      },
    }
  }

  #connect(): Link {
    const link = new Link()
    this.#link = link
    this.#onLink(link, this)
    return link
  }

  #world(): SyncWorld {
    const connect = (): Link => this.#connect()
    function Socket(): unknown {
      return connect().page
    }
    return {
      socketUrl: 'ws://simulated/socket',
      WebSocket: Socket as unknown as SyncWorld['WebSocket'],
      openStore: this.device.openStore(this),
      openKept: (name) => this.device.openKept(this, name),
      openChannel: (name, hear) => this.device.openChannel(this, name, hear),
      events: this.#events,
      isOnline: () => this.#isOnline,
      isVisible: () => true,
      nowMs: () => this.#time.elapsedMs,
      random: () => this.#chance.next(),
      random32: () => this.#chance.below(2 ** 32),
      after: (delayMs, run) => this.#time.after(this, delayMs, run),
    }
  }
}

function bound(port: PagePort): PagePort {
  return {
    doc: port.doc,
    root: (name) => port.root(name),
    seat: port.seat,
    state: () => port.state(),
    say: (root, key, value) => {
      port.say(root, key, value)
    },
    transact: (change) => {
      port.transact(change)
    },
    onChange: (listener) => port.onChange(listener),
    onNote: (listener) => port.onNote(listener),
    [Symbol.dispose]: () => {
      port[Symbol.dispose]()
    },
  }
}
