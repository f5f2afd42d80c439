/** Transient bytes among those who have the same board open. Rule W4 of docs/PROTOCOL.md. */
import type { DocumentRef } from '#shared/room.ts'
import { encodeLiveFrame, frameTypes, liveAddress, readLiveBroadcast } from '#shared/wire/frames.ts'
import { Listeners } from './listeners.ts'
import type { LivePort, Undo } from './ports.ts'
import type { Wire } from './wire.ts'

/** Where more than this waits to be sent, what is transient comes too late to be worth sending. */
const bufferedSizeMax = 64 * 1024

export class Live implements LivePort {
  readonly #wire: Wire
  readonly #address: string
  readonly #isOpen: () => boolean
  readonly #listeners = new Listeners<[number, Uint8Array]>()
  readonly #undo: Undo

  /** `isOpen` tells whether the server has this board open for this page. */
  constructor(wire: Wire, board: Extract<DocumentRef, { kind: 'board' }>, isOpen: () => boolean) {
    this.#wire = wire
    this.#address = liveAddress(board)
    this.#isOpen = isOpen
    this.#undo = wire.onFrame(({ type, address, bodyAt }, frame) => {
      if (type !== frameTypes.live || address !== this.#address) return
      const broadcast = readLiveBroadcast(frame, bodyAt)
      if (broadcast !== null) this.#listeners.tell(broadcast.clientId, broadcast.payload)
    })
  }

  send(payload: Uint8Array): void {
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
