/** Transient bytes among those who have the same board open. Rule W4 of docs/PROTOCOL.md. */
import type { DocumentRef } from '#shared/room.ts'
import { encodeLiveFrame, frameTypes, liveAddress, readLiveBroadcast } from '#shared/wire/frames.ts'
import { Listeners } from './listeners.ts'
import type { LivePort, Undo } from './ports.ts'
import type { Wire } from './wire.ts'

/** Where more than this waits to be sent, what is transient comes too late to be worth sending. */
const bufferedSizeMax = 64 * 1024

/** The way past the server: what is sent here, and what peers have told. */
export type LiveByPeers = Readonly<{
  sent: Listeners<[address: string, payload: Uint8Array]>
  told: Listeners<[address: string, clientId: number, payload: Uint8Array]>
}>

type Options = Readonly<{
  wire: Wire
  board: Extract<DocumentRef, { kind: 'board' }>
  /** Whether the server has this board open for this page. */
  isOpen: () => boolean
  byPeers: LiveByPeers
}>

export class Live implements LivePort {
  readonly #wire: Wire
  readonly #byPeers: LiveByPeers
  readonly #address: string
  readonly #isOpen: () => boolean
  readonly #listeners = new Listeners<[number, Uint8Array]>()
  readonly #undo: Undo

  constructor({ wire, board, isOpen, byPeers }: Options) {
    this.#wire = wire
    this.#byPeers = byPeers
    this.#address = liveAddress(board)
    this.#isOpen = isOpen
    const undos = [
      wire.onFrame(({ type, address, bodyAt }, frame) => {
        if (type !== frameTypes.live || address !== this.#address) return
        const broadcast = readLiveBroadcast(frame, bodyAt)
        if (broadcast !== null) this.#listeners.tell(broadcast.clientId, broadcast.payload)
      }),
      byPeers.told.add((address, clientId, payload) => {
        if (address === this.#address) this.#listeners.tell(clientId, payload)
      }),
    ]
    this.#undo = () => {
      for (const undo of undos) undo()
    }
  }

  send(payload: Uint8Array): void {
    this.#byPeers.sent.tell(this.#address, payload)
    if (!this.#isOpen() || this.#wire.bufferedSize > bufferedSizeMax) return
    this.#wire.send(encodeLiveFrame(this.#address, payload))
  }

  onReceive(listener: (clientId: number, payload: Uint8Array) => void): Undo {
    return this.#listeners.add(listener)
  }

  [Symbol.dispose](): void {
    this.#undo()
    this.#listeners.clear()
  }
}
