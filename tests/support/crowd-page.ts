/** A page of somebody in a crowd: the real client's session over a real socket, with a chat and a board open. */
import { packPoints } from '#shared/board/points.ts'
import { newShapeId } from '#shared/board/shape.ts'
import { messageKey } from '#shared/chat/message.ts'
import { firstSheetId } from '#shared/room.ts'
import { openRoomSession, type RoomSession } from '#web/sync/room-session.ts'
import type { DocumentPort } from '#web/sync/ports.ts'
import type { OpenStore } from '#web/sync/world.ts'
import type { CrowdPerson, CrowdRoom } from './crowd.ts'
import { testWorld } from './sync-world.ts'

/** What a whole page shows: of the chat, of the board, and other people. */
export type Whole = Readonly<{ messages: number; shapes: number; others: number }>

/** The page stays open, so nobody ever reads what it would keep. */
const keepsNothing: OpenStore = () => ({
  whenLoaded: Promise.resolve({ hasUnsent: false, leftBehind: [] }),
  keepUnsent: () => undefined,
  replace: () => undefined,
  keepLeftBehind: () => undefined,
  close: () => undefined,
})

/** One address has so many sockets at most: pages of a crowd come from several. */
const perAddress = 200

export class CrowdPage implements Disposable {
  readonly #session: RoomSession
  readonly #chat: DocumentPort
  readonly #board: DocumentPort
  #writtenCount = 0
  /** When it was live last after it had not been, in ms since 1970. */
  liveSinceMs = Number.NaN

  /** `index`: its number in the crowd. */
  constructor(origin: string, { roomId }: CrowdRoom, { personId, seat, cookie }: CrowdPerson, index: number) {
    const localAddress = `127.0.1.${String(1 + Math.floor(index / perAddress))}`
    const world = { ...testWorld({ origin, cookie }, undefined, { localAddress }), openStore: keepsNothing }
    this.#session = openRoomSession({ world, roomId, personId, seat, role: 'guest', chatTail: 0 })
    this.#chat = this.#session.openChat(0)
    this.#board = this.#session.openBoard(firstSheetId)
    this.#session.onChange(() => {
      if (this.isLive) this.liveSinceMs = Date.now()
    })
  }

  get isLive(): boolean {
    return this.#session.connection().kind === 'live'
  }

  /** Everything of its own is on the server's disk, and it shows all there is. */
  isInStep({ messages, shapes, others }: Whole): boolean {
    return (
      this.isLive &&
      !this.#session.hasUnsent() &&
      [this.#chat, this.#board].every((port) => port.state().isSynced) &&
      this.#session.presence.others().size === others &&
      this.#chat.doc.getMap('m').size === messages &&
      this.#board.doc.getMap('shapes').size === shapes
    )
  }

  /** Says and draws so much. */
  write({ messages, strokes }: Readonly<{ messages: number; strokes: number }>): void {
    const { seat } = this.#session
    const [said, shapes] = [this.#chat.doc.getMap('m'), this.#board.doc.getMap('shapes')]
    for (let count = 0; count < messages; count += 1)
      this.#chat.transact(() => {
        const text = 'A message of a usual length, as people write them to each other all day.'
        // Never the same twice: chance alone would, among thousands.
        said.set(messageKey(seat, Date.now(), (this.#writtenCount++ % 1_000) / 1_000), {
          x: text,
          l: said.size + 1,
        })
      })
    for (let count = 0; count < strokes; count += 1)
      this.#board.transact(() => {
        const row = {
          k: 'stroke',
          c: 0,
          w: 4,
          z: 'V',
          p: packPoints([0, 0, 0.5, 9, 9, 0.5, 20, 9, 0.5], false),
        }
        shapes.set(newShapeId(seat, Math.random()), row)
      })
  }

  /** What stands in it, the same for pages that hold the same. */
  content(): string {
    const [said, shapes] = [this.#chat.doc.getMap('m'), this.#board.doc.getMap('shapes')]
    const stamps = this.#chat.doc.getArray('s').toJSON()
    return JSON.stringify([[...said].sort(byKey), stamps, [...shapes].sort(byKey)])
  }

  [Symbol.dispose](): void {
    this.#session[Symbol.dispose]()
  }
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1)
