/**
 * An honest person's page in a room of a real server: our client's own synchronisation, and a record of everything
 * that may never happen to it, whoever else is in the room.
 */
import { newShapeId, isShapeRow, parseShapeKey } from '#shared/board/shape.ts'
import { isMessageValue, messageKey, parseMessageKey } from '#shared/chat/message.ts'
import { seatOf } from '#shared/ids.ts'
import { firstSheetId } from '#shared/room.ts'
import { openRoomSession, type BoardPort, type RoomSession } from '#web/sync/room-session.ts'
import type { DocumentPort } from '#web/sync/ports.ts'
import type { Seated } from '../support/seated.ts'
import { testWorld, type TestWorld } from '../support/sync-world.ts'
import type { Chance } from '../support/chance.ts'
import { freshRow } from './honest.ts'

/** A server that ends a socket with one of these blames its client. */
const lowestBlame = 4_000
/** Transient frames of one page: fewer than it may send at once. */
const liveFramesMax = 60

export class LivePage implements Disposable {
  readonly session: RoomSession
  readonly chat: DocumentPort
  readonly board: BoardPort
  /** What must not happen to an honest page, as far as it has. */
  readonly faults: string[] = []
  /** What this person has said, as it must stand in the chat. */
  readonly said = new Map<string, unknown>()
  readonly #world: TestWorld
  readonly #chance: Chance
  readonly #nameBySeat: ReadonlyMap<number, string>
  #liveCount = 0
  #saidCount = 0

  constructor(self: Seated, nameBySeat: ReadonlyMap<number, string>, chance: Chance) {
    const { client, personId, seat, answer } = self
    this.#world = testWorld(client)
    this.#chance = chance
    this.#nameBySeat = nameBySeat
    this.session = openRoomSession({
      world: { ...this.#world, WebSocket: this.#watchedSocket() },
      roomId: answer.room.id,
      personId,
      seat,
      role: answer.role,
      chatTail: answer.chatTail,
    })
    this.chat = this.session.openChat(0)
    this.board = this.session.openBoard(firstSheetId)
    for (const port of [this.chat, this.board]) this.#watchOwn(port)
    this.session.presence.onChange(() => {
      this.#checkPresence()
    })
    this.board.live.onReceive((clientId, payload) => {
      if (payload[0] === seatMark && payload[1] !== seatOf(clientId))
        this.faults.push('a live frame came under another’s name')
    })
  }

  get isLoaded(): boolean {
    return this.chat.state().isLoaded && this.board.state().isLoaded
  }

  /** Connected, and everything it did is on the server's disk. */
  get isSettled(): boolean {
    const states = [this.session.room, this.chat, this.board].map((port) => port.state())
    return (
      this.session.connection().kind === 'live' &&
      states.every(({ isSynced, hasUnsent }) => isSynced && !hasUnsent)
    )
  }

  /** Does one thing that a person does. */
  act(): void {
    const chance = this.#chance
    chance.pick([
      () => {
        this.#chat()
      },
      () => {
        this.#draw()
      },
      () => {
        this.#draw()
      },
      () => {
        this.#point()
      },
      () => {
        this.session.presence.set('isTyping', chance.isLikely(0.5) ? true : undefined)
      },
      () => {
        this.setOnline(!chance.isLikely(0.2))
      },
    ])()
  }

  setOnline(isOnline: boolean): void {
    if (this.#world.isOnline() !== isOnline) this.#world.setOnline(isOnline)
  }

  say(text: string): string {
    const key = messageKey(this.chat.seat, Date.UTC(2026, 6, 1) + (this.#saidCount += 1), 0)
    this.#put(key, { x: text, l: 1 + this.chat.doc.getMap('m').size })
    return key
  }

  [Symbol.dispose](): void {
    this.session[Symbol.dispose]()
  }

  #chat(): void {
    const own = [...this.said.keys()]
    const dice = own.length === 0 ? 0 : this.#chance.below(4)
    if (dice === 1) {
      const key = this.#chance.pick(own)
      this.said.delete(key)
      this.chat.transact(() => {
        this.chat.doc.getMap('m').delete(key)
      })
    } else if (dice === 2) this.#put(this.#chance.pick(own), { x: 'edited', l: 1, ed: 5 })
    else this.say(this.#chance.pick(['Hello', 'žluťoučký 🐴', 'x'.repeat(300), '<b>']))
  }

  #put(key: string, value: unknown): void {
    this.said.set(key, value)
    this.chat.transact(() => {
      this.chat.doc.getMap('m').set(key, value)
    })
  }

  #draw(): void {
    const shapes = this.board.doc.getMap('shapes')
    const all = [...shapes.keys()]
    const dice = all.length === 0 ? 0 : this.#chance.below(4)
    this.board.transact(() => {
      if (dice === 1) shapes.delete(this.#chance.pick(all))
      else if (dice === 2) shapes.set(this.#chance.pick(all), freshRow(this.#chance))
      else shapes.set(newShapeId(this.board.seat, this.#chance.next()), freshRow(this.#chance))
    })
  }

  #point(): void {
    if (this.#liveCount >= liveFramesMax) return
    this.#liveCount += 1
    this.board.live.send(new Uint8Array([seatMark, this.board.seat, this.#chance.below(256)]))
  }

  /** The socket of the page, with an ear for how each one ends. */
  #watchedSocket(): new (url: string) => WebSocket {
    const { faults } = this
    return class extends this.#world.WebSocket {
      constructor(url: string) {
        super(url)
        this.addEventListener('close', ({ code, reason }) => {
          if (code >= lowestBlame) faults.push(`the socket ended with ${String(code)} ${reason}`)
        })
      }
    }
  }

  /** Nothing comes from elsewhere under this page's own clientIDs, and everything there has the shape it should. */
  #watchOwn({ doc, seat }: DocumentPort): void {
    doc.on('afterTransaction', ({ local, beforeState, afterState }) => {
      if (local) return
      for (const [client, clock] of afterState) {
        if (seatOf(client) === seat && clock !== (beforeState.get(client) ?? 0))
          this.faults.push('somebody wrote under the clientID of this page')
      }
      if (doc === this.chat.doc) {
        for (const [key, value] of doc.getMap('m')) {
          if (parseMessageKey(key) === null || !isMessageValue(value)) this.faults.push(`no message: ${key}`)
        }
        return
      }
      for (const [key, value] of doc.getMap('shapes')) {
        if (parseShapeKey(key) === null || !isShapeRow(value)) this.faults.push(`no shape: ${key}`)
      }
    })
  }

  #checkPresence(): void {
    for (const [clientId, { user }] of this.session.presence.others()) {
      const seat = seatOf(clientId)
      if (user === undefined || user.seat !== seat || user.name !== this.#nameBySeat.get(seat))
        this.faults.push(`a presence under a wrong name: ${JSON.stringify(user)}`)
    }
  }
}

/** First byte of honest live frames; the second is their sender's seat. */
const seatMark = 7
