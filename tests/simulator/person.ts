/** One person's page on one device: the real session and chat, on a network that is told what to do. */
import type { PersonId, RoomId, Seat } from '#shared/ids.ts'
import { newShapeId } from '#shared/board/shape.ts'
import { packPoints } from '#shared/board/points.ts'
import { firstSheetId, type Role } from '#shared/room.ts'
import { ChatLog } from '#web/chat/engine/chat-log.ts'
import { openRoomSession, type BoardPort, type RoomSession } from '#web/sync/room-session.ts'
import type { SyncWorld } from '#web/sync/world.ts'
import type { Chance } from '../fuzz/chance.ts'
import { keptIn, memoryStore, type Device } from '../support/sync-world.ts'
import { PageEnd, type Net } from './net.ts'

export type Self = Readonly<{ personId: PersonId; seat: Seat; role: Role; roomId: RoomId; chatTail: number }>

export class Person {
  readonly self: Self
  readonly device: Device
  readonly #net: Net
  readonly #chance: Chance
  /** How wrong this device's clock is. */
  readonly #clockErrorMs: number
  readonly #owner: { personId: PersonId; isOnline: boolean }
  #events = new EventTarget()
  session!: RoomSession
  chat!: ChatLog
  board!: BoardPort

  constructor(self: Self, device: Device, net: Net, chance: Chance) {
    this.self = self
    this.#owner = { personId: self.personId, isOnline: true }
    this.device = device
    this.#net = net
    this.#chance = chance
    this.#clockErrorMs = chance.isLikely(0.2) ? (chance.next() - 0.5) * 2 * 86_400_000 : 0
    this.open()
  }

  open(): void {
    this.#events = new EventTarget()
    const world = this.#world()
    this.session = openRoomSession({ world, ...this.self })
    const { session } = this
    this.chat = new ChatLog({
      chain: {
        seat: this.self.seat,
        tail: () => session.chatTail(),
        onTail: (listener) => session.onChatTail(listener),
        openPage: (page) => session.openChat(page),
      },
      outbox: session.openOutbox(),
      world: {
        nowMs: () => this.#net.nowMs + this.#clockErrorMs,
        elapsedMs: () => this.#net.nowMs,
        random: () => this.#chance.next(),
        after: (delayMs, run) => this.#net.after(delayMs, run),
      },
    })
    this.board = session.openBoard(firstSheetId)
  }

  /** The page goes, however little time it has. */
  close(): void {
    this.chat[Symbol.dispose]()
    this.board[Symbol.dispose]()
    this.session[Symbol.dispose]()
  }

  get isOnline(): boolean {
    return this.#owner.isOnline
  }

  setOnline(isOnline: boolean): void {
    this.#owner.isOnline = isOnline
    this.#events.dispatchEvent(new Event(isOnline ? 'online' : 'offline'))
  }

  draw(): string {
    const id = newShapeId(this.self.seat, this.#chance.next())
    const row = { k: 'stroke', c: 0, w: 4, z: 'V', p: packPoints([0, 0, 0.5, 9, 9, 0.5], false) }
    this.board.transact(() => {
      this.board.doc.getMap('shapes').set(id, row)
    })
    return id
  }

  erase(): void {
    const shapes = this.board.doc.getMap('shapes')
    const ids = [...shapes.keys()]
    if (ids.length > 0)
      this.board.transact(() => {
        shapes.delete(this.#chance.pick(ids))
      })
  }

  #world(): SyncWorld {
    const net = this.#net
    const owner = this.#owner
    class Socket extends PageEnd {
      constructor() {
        super(net, owner)
      }
    }
    return {
      socketUrl: this.self.personId,
      WebSocket: Socket as unknown as SyncWorld['WebSocket'],
      openStore: memoryStore(this.device),
      openKept: (name) => keptIn(this.device, name),
      events: this.#events,
      isOnline: () => this.isOnline,
      isVisible: () => true,
      nowMs: () => net.nowMs,
      random: () => this.#chance.next(),
      random32: () => this.#chance.below(2 ** 32),
      after: (delayMs, run) => net.after(delayMs, run),
    }
  }
}
