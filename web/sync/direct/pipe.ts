/**
 * Messages of any size over a data channel, in pieces that every browser takes (RFC 8831 §6.6), one after another.
 *
 * A piece is a byte, 1 for the last of its message and else 0, and up to 16 KiB less one of the message. Whoever sends
 * looks at `isFull` first: nothing is queued here. Invariant: a message is whole or not there.
 */

/** The part of an RTCDataChannel that is needed. */
export type PipeChannel = Pick<
  RTCDataChannel,
  | 'readyState'
  | 'bufferedAmount'
  | 'bufferedAmountLowThreshold'
  | 'binaryType'
  | 'onopen'
  | 'onmessage'
  | 'onclose'
  | 'onbufferedamountlow'
> &
  Readonly<{ send(data: Uint8Array<ArrayBuffer>): void; close(): void }>

type Ends = Readonly<{
  onOpen: () => void
  onMessage: (message: Uint8Array) => void
  /** There is room again. */
  onDrain: () => void
  /** The channel is closed, or was, because something came that is no message. */
  onEnd: (isBroken: boolean) => void
}>

/** Bytes of a piece. */
export const pieceSizeMax = 16 * 1024
/** Bytes of a message: the largest entry that a document takes, and what stands around it. */
export const messageSizeMax = 512 * 1024
/** Bytes on their way that are enough for now … */
const fullSize = 256 * 1024
/** … and so few that more may follow. */
const lowSize = 64 * 1024

export class Pipe implements Disposable {
  readonly #channel: PipeChannel
  readonly #ends: Ends
  #pieces: Uint8Array[] = []
  #size = 0

  constructor(channel: PipeChannel, ends: Ends) {
    this.#channel = channel
    this.#ends = ends
    channel.binaryType = 'arraybuffer'
    channel.bufferedAmountLowThreshold = lowSize
    channel.onopen = () => {
      ends.onOpen()
    }
    channel.onmessage = ({ data }) => {
      this.#receive(data)
    }
    channel.onclose = () => {
      this.#end(false)
    }
    channel.onbufferedamountlow = () => {
      ends.onDrain()
    }
    if (channel.readyState === 'open') ends.onOpen()
  }

  get isOpen(): boolean {
    return this.#channel.readyState === 'open'
  }

  get isFull(): boolean {
    return this.#channel.bufferedAmount >= fullSize
  }

  /** So little is on its way that what is transient is still worth sending. */
  get isQuick(): boolean {
    return this.#channel.bufferedAmount < lowSize
  }

  /** False where it is too large to be sent at all. */
  send(message: Uint8Array): boolean {
    if (message.length > messageSizeMax) return false
    const bodyMax = pieceSizeMax - 1
    for (let from = 0; this.isOpen && (from === 0 || from < message.length); from += bodyMax) {
      const body = message.subarray(from, from + bodyMax)
      const piece = new Uint8Array(body.length + 1)
      piece[0] = from + bodyMax >= message.length ? 1 : 0
      piece.set(body, 1)
      this.#channel.send(piece)
    }
    return true
  }

  [Symbol.dispose](): void {
    const channel = this.#channel
    channel.onopen = null
    channel.onmessage = null
    channel.onclose = null
    channel.onbufferedamountlow = null
    channel.close()
  }

  #receive(data: unknown): void {
    const piece = data instanceof ArrayBuffer ? new Uint8Array(data) : null
    const isLast = piece?.[0] === 1
    if (piece === null || (!isLast && piece[0] !== 0)) {
      this.#end(true)
      return
    }
    const body = piece.subarray(1)
    this.#size += body.length
    if (this.#size > messageSizeMax) {
      this.#end(true)
      return
    }
    this.#pieces.push(body)
    if (!isLast) return
    const message = new Uint8Array(this.#size)
    let at = 0
    for (const part of this.#pieces) {
      message.set(part, at)
      at += part.length
    }
    this.#pieces = []
    this.#size = 0
    this.#ends.onMessage(message)
  }

  #end(isBroken: boolean): void {
    this[Symbol.dispose]()
    this.#ends.onEnd(isBroken)
  }
}
