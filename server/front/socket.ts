/**
 * One client's WebSocket: frames in, frames out, and why it ends.
 *
 * Everything about bytes and time is decided here, before a frame is parsed further: kind, rate, silence, and how much
 * may wait for a slow reader. A socket ends with the close code of its error (W1); only one that does not answer or
 * read is cut without a word.
 */
import { performance } from 'node:perf_hooks'
import type { Writable } from 'node:stream'
import { WebSocket, type RawData } from 'ws'
import { errorRow, type ErrorCode } from '#shared/errors.ts'
import {
  framesBurstMax,
  framesPerSecondMax,
  frameSizeBeforeAuthMax,
  pingIntervalMs,
  pingTimeoutMs,
  socketBufferSizeMax,
} from '#shared/limits.ts'
import { closeCodes } from '#shared/wire/close-codes.ts'
import { frameTypes, pingFrame } from '#shared/wire/frames.ts'
import type { Meters } from '../metrics.ts'
import { TokenBucket } from '#shared/token-bucket.ts'
import type { Backlog } from './backlog.ts'

/** WebSocket pings of a client's own, at once and per second (W-13). No browser sends any. */
const clientPingsMax = 5
/** Fewer bytes than this are on their way, and not waiting. */
const littleSize = 64 * 1024
/** A client that does not answer our close frame by then is cut. */
const closeGraceMs = 2_000
/** How an end without a word is called (RFC 6455 §7.1.5). */
const cutCode = 1006

/** The library's errors that do not close with 1002. */
const violationCodes: ReadonlyMap<string, number> = new Map([
  ['WS_ERR_INVALID_UTF8', 1007],
  ['WS_ERR_TOO_MANY_BUFFERED_PARTS', 1008],
  ['WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH', 1009],
  ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 1009],
])

type Handlers = Readonly<{
  /** A binary frame, owned by the receiver. */
  onFrame: (frame: Uint8Array) => void
  /** Once, however it ended. */
  onEnd: () => void
}>

export class ClientSocket {
  readonly #ws: WebSocket
  /** What it writes to. */
  readonly #stream: Pick<Writable, 'cork' | 'uncork'>
  readonly #meters: Pick<Meters, 'refused' | 'socketClosed'>
  readonly #backlog: Backlog
  readonly #frames: TokenBucket
  readonly #pings: TokenBucket
  #handlers: Handlers | null = null
  #heardAtMs: number
  #askedAtMs: number
  #isTrusted = false
  /** Bytes of the large frame that waits, if one does. */
  #aloneSize = 0
  #hasEnded = false

  constructor(
    ws: WebSocket,
    stream: Pick<Writable, 'cork' | 'uncork'>,
    meters: Pick<Meters, 'refused' | 'socketClosed'>,
    backlog: Backlog,
  ) {
    const nowMs = performance.now()
    this.#ws = ws
    this.#stream = stream
    this.#meters = meters
    this.#backlog = backlog
    this.#frames = new TokenBucket(framesBurstMax, framesPerSecondMax, nowMs)
    this.#pings = new TokenBucket(clientPingsMax, clientPingsMax, nowMs)
    this.#heardAtMs = nowMs
    this.#askedAtMs = nowMs
    // Before anything else: an error without a listener would end the process (W-15).
    ws.on('error', (error: Error & { code?: string }) => {
      const closeCode = codeOfViolation(error.code)
      if (closeCode === cutCode) this.cut()
      else this.#closeWith(closeCode, '')
    })
    ws.on('close', (code) => {
      backlog.forget(this)
      this.#end(code)
    })
    ws.on('ping', (data) => {
      if (this.#takePing()) ws.pong(data)
    })
    // The server never sends pings of this kind, so nobody has to answer any.
    ws.on('pong', () => {
      this.#takePing()
    })
    ws.on('message', (data, isBinary) => {
      this.#onMessage(data, isBinary)
    })
  }

  listen(handlers: Handlers): void {
    this.#handlers = handlers
  }

  get isOpen(): boolean {
    return !this.#hasEnded
  }

  /** Bytes that wait for the client to read, also of what was sent before it was told to go. */
  get waitingSize(): number {
    return this.#ws.bufferedAmount
  }

  /** From now on larger frames may come: a document has been opened. */
  trust(): void {
    this.#isTrusted = true
  }

  send(frame: Uint8Array): void {
    if (this.#hasEnded) return
    const { waitingSize } = this
    // A whole document may be larger than all that may wait; it waits alone, and is not counted until it is read.
    if (waitingSize < littleSize) this.#aloneSize = frame.length > socketBufferSizeMax ? frame.length : 0
    if (waitingSize + frame.length - this.#aloneSize > socketBufferSizeMax) {
      // It does not read: a close frame would wait behind everything else (W-23). It resyncs when it comes back.
      this.cut()
      return
    }
    this.#ws.send(frame, { binary: true })
    this.#backlog.sent(this)
  }

  /** Frames that are sent before `letGo` are written at once: each write costs as much as all else of a frame. */
  gather(): void {
    this.#stream.cork()
  }

  letGo(): void {
    this.#stream.uncork()
  }

  /** Ends it with the error's close code and its code as the reason. Nothing is sent or heard after this. */
  close(code: ErrorCode): void {
    if (!this.#hasEnded) this.#meters.refused(code)
    this.#closeWith(errorRow(code).close ?? closeCodes.malformed, code)
  }

  /** Ends it without a word, at once, and lets go of all that waits. */
  cut(): void {
    this.#ws.terminate()
    this.#backlog.forget(this)
    this.#end(cutCode)
  }

  /** Asks a quiet client for a sign of life, and cuts a dead one (W3). Called about once a second. */
  checkSilence(): void {
    const nowMs = performance.now()
    if (nowMs - this.#heardAtMs >= pingTimeoutMs) this.cut()
    else if (nowMs - Math.max(this.#heardAtMs, this.#askedAtMs) >= pingIntervalMs) {
      this.#askedAtMs = nowMs
      this.send(pingFrame)
    }
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (this.#hasEnded) return
    const nowMs = performance.now()
    this.#heardAtMs = nowMs
    if (!isBinary) {
      this.#closeWith(closeCodes.notBinary, 'only binary frames')
      return
    }
    const frame = bytesOf(data)
    if (!this.#isTrusted && frame.length > frameSizeBeforeAuthMax) {
      this.#closeWith(1009, 'too large before the first document is open')
    } else if (!this.#frames.take(nowMs)) this.close('too-many-requests')
    else if (frame.length !== 1 || frame[0] !== frameTypes.pong) this.#handlers?.onFrame(frame)
  }

  /** Whether this ping or pong is within its limit; one more ends the socket. */
  #takePing(): boolean {
    if (this.#hasEnded) return false
    const nowMs = performance.now()
    this.#heardAtMs = nowMs
    if (this.#pings.take(nowMs)) return true
    this.close('too-many-requests')
    return false
  }

  #closeWith(closeCode: number, reason: string): void {
    if (this.#hasEnded) return
    this.#ws.close(closeCode, reason)
    setTimeout(() => {
      this.#ws.terminate()
    }, closeGraceMs).unref()
    this.#end(closeCode)
  }

  #end(closeCode: number): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#meters.socketClosed(closeCode)
    this.#handlers?.onEnd()
  }
}

/** How the library closes for bytes that are no WebSocket's (RFC 6455 §7.4.1); it has sent its close frame already. */
function codeOfViolation(code = ''): number {
  return violationCodes.get(code) ?? (code.startsWith('WS_ERR_') ? 1002 : cutCode)
}

/** The bytes of a message alone: what a document keeps of them must not keep all that was read with them. */
function bytesOf(data: RawData): Uint8Array {
  const parts = Array.isArray(data) ? data : [data instanceof ArrayBuffer ? new Uint8Array(data) : data]
  // The constructor copies a Buffer slowly, and `slice` of one does not copy at all.
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
