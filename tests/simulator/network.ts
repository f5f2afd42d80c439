/**
 * The network between pages and the server: sockets whose frames move only when told to.
 *
 * A link keeps the order of its frames, as TCP does; between links anything may overtake anything. It may be cut at any
 * moment: what is on its way then arrives up to some frame or not at all, and each end learns of it soon, late or never.
 */
import { EventEmitter } from 'node:events'
import type { WebSocket as ServerSocket } from 'ws'
import type { Chance } from '../support/chance.ts'

type Parcel =
  | Readonly<{ kind: 'open' }>
  | Readonly<{ kind: 'frame'; bytes: Uint8Array<ArrayBuffer> }>
  | Readonly<{ kind: 'end'; code: number }>

export type Side = 'server' | 'page'

/** RFC 6455 §7.1.5: an end without a close frame; and one without a code. */
const brokenCode = 1006
const noCode = 1005

/** One page's attempt to have a socket, and the socket once it has. */
export class Link {
  readonly page: PageSocket
  readonly server = new ServerEnd(this)
  readonly #parcels: Record<Side, Parcel[]> = { server: [], page: [] }
  /** No more arrives there than is on its way already. */
  readonly #isCutTo: Record<Side, boolean> = { server: false, page: false }
  /** Asked for, and not yet answered by the server. */
  isWanted = true

  constructor() {
    this.page = new PageSocket(this)
  }

  send(to: Side, parcel: Parcel): void {
    if (!this.#isCutTo[to]) this.#parcels[to].push(parcel)
    if (parcel.kind === 'end') this.#isCutTo[to] = true
  }

  /** Nothing more can be sent, in either direction. */
  get isCut(): boolean {
    return this.#isCutTo.server && this.#isCutTo.page
  }

  waiting(to: Side): number {
    return this.#parcels[to].length
  }

  /** The next of what is on its way arrives. */
  deliver(to: Side): void {
    const parcel = this.#parcels[to].shift()
    if (parcel === undefined) return
    if (to === 'page') this.page.receive(parcel)
    else this.server.receive(parcel)
  }

  accept(): void {
    this.isWanted = false
    this.send('page', { kind: 'open' })
  }

  /** As many of the frames on their way arrive as are `kept`; `tells` whether this end learns of the cut. */
  cut(to: Side, kept: number, tells: boolean): void {
    this.isWanted = false
    this.#parcels[to].splice(kept)
    this.#isCutTo[to] = true
    if (tells) this.#parcels[to].push({ kind: 'end', code: brokenCode })
  }

  /** In both directions at once. */
  break(chance: Chance): void {
    for (const side of ['server', 'page'] as const) {
      const kept = chance.isLikely(0.5) ? 0 : chance.below(this.waiting(side) + 1)
      this.cut(side, kept, chance.isLikely(0.7))
    }
  }
}

/** What a page believes to be a WebSocket. */
export class PageSocket {
  binaryType = 'blob'
  bufferedAmount = 0
  onopen: (() => void) | null = null
  onmessage: ((event: Readonly<{ data: unknown }>) => void) | null = null
  onclose: ((event: Readonly<{ code: number }>) => void) | null = null
  onerror: (() => void) | null = null
  readonly #link: Link
  /** The code the server or the network ended it with. */
  endCode: number | null = null

  constructor(link: Link) {
    this.#link = link
  }

  send(frame: Uint8Array): void {
    this.#link.send('server', { kind: 'frame', bytes: new Uint8Array(frame) })
  }

  close(): void {
    this.#link.isWanted = false
    this.#link.send('server', { kind: 'end', code: noCode })
    this.#link.cut('page', 0, false)
  }

  receive(parcel: Parcel): void {
    switch (parcel.kind) {
      case 'open':
        this.onopen?.()
        break
      case 'frame':
        this.onmessage?.({ data: parcel.bytes.buffer })
        break
      case 'end':
        this.endCode = parcel.code
        this.onclose?.({ code: parcel.code })
    }
  }
}

/** What the server believes to be a WebSocket of the library's. */
class ServerEnd extends EventEmitter {
  readonly bufferedAmount = 0
  readonly #link: Link
  /** What the server ended it with. */
  closedWith: Readonly<{ code: number; reason: string }> | null = null

  constructor(link: Link) {
    super()
    this.#link = link
  }

  asSocket(): ServerSocket {
    return this as unknown as ServerSocket
  }

  send(frame: Uint8Array): void {
    this.#link.send('page', { kind: 'frame', bytes: new Uint8Array(frame) })
  }

  close(code: number, reason: string): void {
    this.closedWith = { code, reason }
    this.#link.send('page', { kind: 'end', code })
  }

  terminate(): void {
    this.#link.send('page', { kind: 'end', code: brokenCode })
  }

  receive(parcel: Parcel): void {
    // Of its own, as the library reads into one that it uses again.
    if (parcel.kind === 'frame') this.emit('message', Buffer.from(parcel.bytes), true)
    if (parcel.kind === 'end') this.emit('close', parcel.code)
  }
}
