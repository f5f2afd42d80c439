/**
 * Somebody who has a seat in one of two rooms and speaks to the server with a program of their own: hostile updates,
 * frames of every type, frames that were tampered with, bytes that are no WebSocket's and requests that are no HTTP.
 */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import * as Y from 'yjs'
import { newShapeId } from '#shared/board/shape.ts'
import { clientIdOf, serverSeat } from '#shared/ids.ts'
import { paths } from '#shared/http.ts'
import { parseDocumentName } from '#shared/room.ts'
import { encodeLiveFrame, frameTypes, liveAddress, syncTypes } from '#shared/wire/frames.ts'
import { encodeAsk, encodeAuth, encodeClose, encodeState, encodeUpdate } from '#web/sync/frames.ts'
import { anyFrame, presenceFrame, syncFrame } from '../support/frames.ts'
import { openRaw } from '../support/raw.ts'
import { clientFrame, opcodes, openRawSocket } from '../support/raw-socket.ts'
import { changeOf, replicaOf, type Names, type Seated } from '../support/seated.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'
import type { Chance } from '../support/chance.ts'
import { freshRow } from './honest.ts'
import { Attacker } from './hostile.ts'
import { randomBytes, strangeNumber, tampered } from './tamper.ts'

type Options = Readonly<{
  self: Seated
  server: Readonly<{ port: number }>
  /** Of the room the attacker is in, and of one they are not in. */
  names: Names
  otherNames: Names
  /** What stands in the attacked documents. */
  docs: Readonly<{ chat: Y.Doc; board: Y.Doc }>
  /** ClientIDs of honest peers. */
  peers: readonly number[]
  chance: Chance
}>

/** Of the documents that are attacked. */
const session = '\0a'
/** Openings of one document on a socket, so that an answer tells how far the server has read. */
const openingsMax = 10

export class LiveAttacker implements AsyncDisposable {
  readonly #options: Options
  readonly #chance: Chance
  readonly #attackers: readonly (readonly [name: string, attacker: Attacker])[]
  #socket: SyncClient | null = null
  #openings = 0
  /** How often each kind of attack was made, and how each socket ended. */
  readonly counts = new Map<string, number>()

  constructor(options: Options) {
    const { names, docs, chance, self } = options
    this.#options = options
    this.#chance = chance
    this.#attackers = (['chat', 'board'] as const).map((kind) => [
      names[kind],
      new Attacker({ kind, doc: docs[kind] }, self.seat, chance),
    ])
  }

  /** Attacks once; resolves when the server has read it. */
  async strike(): Promise<void> {
    const chance = this.#chance
    const dice = chance.below(20)
    if (dice < 15) await this.#sendFrames()
    else if (dice < 18) await this.#sendToSocket()
    else await this.#sendToPort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dropSocket()
  }

  // ── Frames ──

  async #sendFrames(): Promise<void> {
    const socket = await this.#open()
    for (const frame of this.#chance.some(4, () => this.#frame())) {
      this.#count('frame')
      socket.send(frame)
    }
    const isTired = this.#chance.isLikely(0.05)
    if ((await this.#isClosedAfterAll(socket)) || isTired) await this.#dropSocket()
  }

  /** The socket in use; a new one has everything open, or nothing. */
  async #open(): Promise<SyncClient> {
    const { self, names } = this.#options
    if (this.#socket !== null && this.#openings < openingsMax) return this.#socket
    await this.#dropSocket()
    const isBare = this.#chance.isLikely(0.2)
    this.#openings = 0
    this.#socket = isBare
      ? await SyncClient.connect(self.client)
      : await SyncClient.open(self.client, ...Object.values(names).map((name) => name + session))
    return this.#socket
  }

  async #isClosedAfterAll(socket: SyncClient): Promise<boolean> {
    this.#openings += 1
    const address = `${this.#options.names.chat}\0f${String(this.#openings)}`
    let isClosed = false
    void socket.closed.then(({ code, reason }) => {
      isClosed = true
      this.#count(`closed ${String(code)} ${reason}`)
    })
    socket.send(encodeAuth(address))
    await until(() => isClosed || socket.received.some((frame) => frame.address === address), 'an answer')
    return isClosed
  }

  async #dropSocket(): Promise<void> {
    const socket = this.#socket
    this.#socket = null
    socket?.[Symbol.dispose]()
    await socket?.closed
  }

  #frame(): Uint8Array | string {
    const chance = this.#chance
    const { names } = this.#options
    const [name, attacker] = chance.pick(this.#attackers)
    const dice = chance.below(20)
    // Mostly what may be sent: a socket that ends at its first frame shows little.
    if (dice < 6) return encodeUpdate(this.#address(name), attacker.update())
    if (dice < 10) return encodeState(this.#address(name), attacker.update())
    if (dice < 16) return this.#usualFrame()
    return chance.pick<() => Uint8Array | string>([
      () => tampered(chance, this.#usualFrame()),
      () => tampered(chance, this.#usualFrame()),
      () => this.#usualFrame(),
      () => encodeUpdate(names.board + session, this.#forgery()),
      () => encodeState(names.board + session, this.#forgery()),
      () => this.#presence(),
      () => this.#presence(),
      () => this.#usualFrame(),
      () => encodeAuth(this.#anyAddress()),
      () => anyFrame(this.#anyAddress(), strangeNumber(chance, chance.below(40)), randomBytes(chance, 40)),
      () => syncFrame(this.#anyAddress(), chance.pick(Object.values(syncTypes)), randomBytes(chance, 60)),
      () => encodeLiveFrame(this.#anyAddress(), randomBytes(chance, 100)),
      () => randomBytes(chance, 200),
      () => chance.pick(['', 'words', '\0']),
    ])()
  }

  /** What our client would send. */
  #usualFrame(): Uint8Array {
    const chance = this.#chance
    const { self, names, docs } = this.#options
    return chance.pick([
      () => encodeAuth(`${names.board}\0t${String(chance.below(9))}`),
      () => encodeAsk(names.chat + session, docs.chat),
      () => encodeUpdate(names.board + session, this.#stroke()),
      () => encodeUpdate(names.board + session, this.#stroke()),
      () => encodeUpdate(names.board + session, this.#stroke()),
      () => encodeUpdate(names.board + session, this.#stroke()),
      () =>
        presenceFrame(names.room + session, [{ clientId: clientIdOf(self.seat, 5), clock: 1, state: {} }]),
      () => encodeLiveFrame(this.#live(), randomBytes(chance, 100)),
      () => anyFrame(names.room + session, frameTypes.queryAwareness),
      () => encodeClose(`${names.chat}\0f1`),
    ])()
  }

  /** A change that any member may make. */
  #stroke(): Uint8Array {
    return this.#drawn(replicaOf(this.#options.self.seat, 'board', this.#chance.below(2 ** 32)))
  }

  /** The same, at the next clock of somebody else. */
  #forgery(): Uint8Array {
    const { docs } = this.#options
    const page = replicaOf(serverSeat, 'board')
    Y.applyUpdate(page, Y.encodeStateAsUpdate(docs.board))
    page.clientID = this.#chance.pick([...docs.board.store.clients.keys(), page.clientID])
    return this.#drawn(page)
  }

  #drawn(board: Y.Doc): Uint8Array {
    return changeOf(board, () => {
      const id = newShapeId(this.#options.self.seat, this.#chance.next())
      board.getMap('shapes').set(id, freshRow(this.#chance))
    })
  }

  #presence(): Uint8Array {
    const chance = this.#chance
    const { self, peers, names } = this.#options
    const strange = [0, 2 ** 53 - 1, clientIdOf(serverSeat, 1), ...peers]
    const own = clientIdOf(self.seat, 5)
    const slot = { s: 'aaaaaaaa', t: 'bbbbbbbb', g: strangeNumber(chance), v: 1, o: [1, 'v=0'] }
    const entries = Array.from({ length: chance.pick([0, 1, 1, 1, 1, 2, 50]) }, () => ({
      clientId: chance.isLikely(0.7) ? own : chance.pick(strange),
      clock: strangeNumber(chance),
      state: chance.pick<unknown>([
        null,
        {},
        { isTyping: true, user: { seat: 1, name: 'Alice', role: 'owner' } },
        { call: chance.pick<unknown>([null, 5, {}, { session: 'aaaaaaaa', hasCamera: 'yes' }]) },
        { signals: Object.fromEntries(peers.map((peer) => [peer, chance.pick<unknown>([slot, null, 'x'])])) },
        '[]',
        '{"isTyping":',
        '{"__proto__":{"isTyping":true}}',
        '['.repeat(3_000) + ']'.repeat(3_000),
        JSON.stringify({ more: 'x'.repeat(9_000) }),
      ]),
    }))
    return presenceFrame(chance.isLikely(0.8) ? names.room + session : this.#anyAddress(), entries)
  }

  #live(): string {
    const ref = parseDocumentName(this.#options.names.board)
    return ref?.kind === 'board' ? liveAddress(ref) : ''
  }

  #address(name: string): string {
    return this.#chance.isLikely(0.97) ? name + session : this.#anyAddress()
  }

  #anyAddress(): string {
    const { names, otherNames } = this.#options
    const chance = this.#chance
    const known = [...Object.values(names), ...Object.values(otherNames), this.#live()]
    const name = chance.pick([...known, '', '__proto__', 'chat//0', `${names.chat}1`, 'room/../x'])
    return name + chance.pick(['', session, session, session, '\0', '\0b', '\0UPPER', '\0a\0b'])
  }

  // ── Below frames ──

  /** Bytes of a WebSocket, and what is none, after an upgrade. */
  async #sendToSocket(): Promise<void> {
    const chance = this.#chance
    this.#count('bytes of a socket')
    using raw = await openRawSocket(this.#options.self.client)
    const frames = chance.some(5, () =>
      clientFrame(
        chance.isLikely(0.7) ? opcodes.binary : chance.below(16),
        chance.isLikely(0.5) ? this.#frame() : randomBytes(chance, 130),
        chance.isLikely(0.8)
          ? {}
          : { isFinal: chance.isLikely(0.5), reserved: chance.below(8), isMasked: chance.isLikely(0.8) },
      ),
    )
    const auth = clientFrame(opcodes.binary, encodeAuth(this.#options.names.board + session))
    const bytes = Buffer.concat([auth, ...frames])
    raw.socket.write(chance.isLikely(0.5) ? bytes : tampered(chance, bytes))
    await this.#hangUp(raw.socket)
  }

  /** What is no request, no upgrade, or half of one. */
  async #sendToPort(): Promise<void> {
    const chance = this.#chance
    this.#count('bytes of a connection')
    const { self, server } = this.#options
    const { origin, cookie } = self.client
    const head = `Host: x\r\nOrigin: ${origin}\r\nCookie: ${cookie}\r\n`
    const upgrade =
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
    const body = JSON.stringify({ title: 'Mine', access: 'invite' })
    const request = chance.pick<string | Uint8Array>([
      `GET ${paths.socket} HTTP/1.1\r\n${head}${upgrade}\r\n`,
      `GET ${paths.me} HTTP/1.1\r\n${head}\r\n`,
      `POST ${paths.rooms} HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`,
      randomBytes(chance, 200),
    ])
    const socket = openRaw(server)
    socket.write(tampered(chance, Buffer.from(request)))
    await this.#hangUp(socket)
  }

  /** Goes away: in order, in the middle, or with a reset. */
  async #hangUp(socket: Socket): Promise<void> {
    const isOver = once(socket, 'close')
    socket.on('error', () => undefined)
    socket.resume()
    if (socket.connecting) await once(socket, 'connect')
    const dice = this.#chance.below(4)
    if (dice === 0) socket.resetAndDestroy()
    else if (dice === 1) socket.destroy()
    else socket.end()
    await isOver
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
  }
}
