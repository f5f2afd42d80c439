/**
 * One socket to the server, opened again whenever it ends, until the server says that it is over.
 *
 * Rules W1 and W3 of docs/PROTOCOL.md. A socket that says nothing is not trusted: it is asked for an answer after 15 s
 * of silence, and whenever the page wakes up, and given up when none comes. Waiting is cut short when the network is
 * back, the page is looked at, or comes out of the cache; an attempt that a returning network finds under way is begun
 * anew. Nothing is queued: those who talk over the wire say anew what counts when it opens.
 */
import type { ErrorCode } from '#shared/errors.ts'
import { frameTypes, readFrameHead, type FrameHead } from '#shared/wire/frames.ts'
import { Listeners } from './listeners.ts'
import type { Undo } from './ports.ts'
import { finalCodeOfClose, outdatedCodeOfClose, retryDelayMs } from './retry.ts'
import type { SyncWorld } from './world.ts'

/** A server that has not taken the socket by then is tried again. */
const openTimeoutMs = 10_000
/** A silent server is asked for an answer … */
const silenceBeforeAskMs = 15_000
/** … and given up. It pings every 10 s. */
export const silenceMaxMs = 30_000
const silenceCheckMs = 5_000
/** How long a server that was asked because the page woke up may take. */
const answerTimeoutMs = 2_500
/** Pages may wake up often; the server is asked no more often than this (W-25). */
const askIntervalMs = 3_000
/** A socket that held this long was a good one: the next wait is a short one again. */
const steadyMs = 5_000
/** Close code of a socket that just broke (RFC 6455 §7.1.5). */
const brokenCode = 1006

const pongFrame = new Uint8Array([frameTypes.pong])

type Phase =
  | Readonly<{ kind: 'waiting' }>
  | Readonly<{ kind: 'opening'; socket: WebSocket }>
  | Readonly<{ kind: 'open'; socket: WebSocket; sinceMs: number }>
  | Readonly<{ kind: 'ended'; code: ErrorCode | null }>

export class Wire {
  readonly #world: SyncWorld
  readonly #changes = new Listeners()
  readonly #frames = new Listeners<[FrameHead, Uint8Array]>()
  readonly #asks = new Listeners()
  readonly #undos: Undo[] = []
  #phase: Phase = { kind: 'waiting' }
  #cancelTimer: Undo | null = null
  #cancelAnswerTimer: Undo | null = null
  #heardAtMs = 0
  #askedAtMs = -Infinity
  #failedCount = 0
  #isRefused = false
  #outdatedCode: ErrorCode | null = null

  constructor(world: SyncWorld) {
    this.#world = world
    const listen = (event: string, run: () => void): void => {
      world.events.addEventListener(event, run)
      this.#undos.push(() => {
        world.events.removeEventListener(event, run)
      })
    }
    listen('online', () => {
      // What was knocking there was no network for: its packets are sent again ever more rarely.
      if (this.#phase.kind === 'opening') this.#dropSocket()
      this.wake()
    })
    listen('pageshow', () => {
      this.wake()
    })
    listen('visibilitychange', () => {
      if (world.isVisible()) this.wake()
    })
    listen('offline', () => {
      this.#lose(brokenCode)
    })
    listen('pagehide', () => {
      this.#lose(brokenCode)
      // Not from a page that is about to freeze or go: `pageshow` opens it again.
      this.#cancelTimer?.()
    })
    this.#open()
  }

  get isOpen(): boolean {
    return this.#phase.kind === 'open'
  }

  /** The last attempt to open it came to nothing. */
  get isRefused(): boolean {
    return this.#isRefused
  }

  /** Why the server does not talk to this version of the client; null while that is not known. It is asked again. */
  get outdatedCode(): ErrorCode | null {
    return this.#outdatedCode
  }

  /** Why it is over for good; null while it is not. */
  get endCode(): ErrorCode | null {
    return this.#phase.kind === 'ended' ? this.#phase.code : null
  }

  /** Bytes not on their way yet. */
  get bufferedSize(): number {
    return this.#phase.kind === 'open' ? this.#phase.socket.bufferedAmount : 0
  }

  /** After it opened, closed, or ended; also when the device's network came or went. */
  onChange(listener: () => void): Undo {
    return this.#changes.add(listener)
  }

  onFrame(listener: (head: FrameHead, frame: Uint8Array) => void): Undo {
    return this.#frames.add(listener)
  }

  /** Somebody has to send a frame that the server answers. */
  onAsk(listener: () => void): Undo {
    return this.#asks.add(listener)
  }

  /** Drops the frame unless the socket is open. */
  send(frame: Uint8Array): void {
    if (this.#phase.kind === 'open') this.#phase.socket.send(frame as Uint8Array<ArrayBuffer>)
  }

  /** Something happened after which the socket is either fine or gone, and nobody knows which. */
  wake(): void {
    if (this.#phase.kind === 'waiting') {
      this.#failedCount = 0
      this.#open()
    } else if (this.#phase.kind === 'open' && this.#ask()) {
      this.#cancelAnswerTimer?.()
      this.#cancelAnswerTimer = this.#world.after(answerTimeoutMs, () => {
        this.#lose(brokenCode)
      })
    }
    this.#changes.tell()
  }

  /** Over for good. */
  end(code: ErrorCode | null): void {
    if (this.#phase.kind === 'ended') return
    this.#letGo()
    this.#phase = { kind: 'ended', code }
    for (const undo of this.#undos) undo()
    this.#changes.tell()
  }

  [Symbol.dispose](): void {
    this.#changes.clear()
    this.#frames.clear()
    this.end(null)
  }

  #open(): void {
    const socket = new this.#world.WebSocket(this.#world.socketUrl)
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => {
      this.#opened(socket)
    }
    socket.onmessage = (event: MessageEvent) => {
      if (event.data instanceof ArrayBuffer) this.#receive(new Uint8Array(event.data))
    }
    socket.onclose = (event) => {
      this.#closed(event.code, event.reason)
    }
    // `close` follows, and says more.
    socket.onerror = () => undefined
    this.#phase = { kind: 'opening', socket }
    this.#setTimer(openTimeoutMs, () => {
      this.#lose(brokenCode)
    })
  }

  #opened(socket: WebSocket): void {
    const nowMs = this.#world.nowMs()
    this.#phase = { kind: 'open', socket, sinceMs: nowMs }
    this.#isRefused = false
    this.#heardAtMs = nowMs
    this.#watchSilence()
    this.#changes.tell()
  }

  #receive(frame: Uint8Array): void {
    this.#heardAtMs = this.#world.nowMs()
    this.#cancelAnswerTimer?.()
    this.#cancelAnswerTimer = null
    if (frame.length === 1 && frame[0] === frameTypes.ping) {
      this.send(pongFrame)
      return
    }
    // Whoever says anything else talks to this version.
    this.#outdatedCode = null
    const head = readFrameHead(frame)
    if (head !== null) this.#frames.tell(head, frame)
  }

  #closed(closeCode: number, reason: string): void {
    const finalCode = finalCodeOfClose(closeCode, reason)
    this.#outdatedCode = outdatedCodeOfClose(closeCode, reason) ?? this.#outdatedCode
    if (finalCode === null) this.#lose(closeCode)
    else this.end(finalCode)
  }

  /** Lets go of the socket, if there is one, and tries again later. */
  #lose(closeCode: number): void {
    const phase = this.#phase
    if (phase.kind === 'ended') return
    const wasSteady = phase.kind === 'open' && this.#world.nowMs() - phase.sinceMs >= steadyMs
    if (wasSteady) this.#failedCount = 0
    if (phase.kind === 'opening') this.#isRefused = true
    this.#dropSocket()
    const delayMs = retryDelayMs(this.#failedCount, closeCode, this.#world.random())
    if (phase.kind !== 'waiting') this.#failedCount += 1
    // Also without a network: some browsers see none where this machine is the server.
    this.#setTimer(delayMs, () => {
      this.#open()
    })
    this.#changes.tell()
  }

  #dropSocket(): void {
    this.#letGo()
    this.#phase = { kind: 'waiting' }
  }

  #letGo(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = null
    this.#cancelAnswerTimer?.()
    this.#cancelAnswerTimer = null
    if (this.#phase.kind !== 'opening' && this.#phase.kind !== 'open') return
    const { socket } = this.#phase
    socket.onopen = null
    socket.onmessage = null
    socket.onclose = null
    socket.close()
  }

  /** False if it has just been asked. */
  #ask(): boolean {
    const nowMs = this.#world.nowMs()
    if (nowMs - this.#askedAtMs < askIntervalMs) return false
    this.#askedAtMs = nowMs
    this.#asks.tell()
    return true
  }

  #watchSilence(): void {
    this.#setTimer(silenceCheckMs, () => {
      const silentMs = this.#world.nowMs() - this.#heardAtMs
      if (silentMs >= silenceMaxMs) {
        this.#lose(brokenCode)
        return
      }
      if (silentMs >= silenceBeforeAskMs) this.#ask()
      this.#watchSilence()
    })
  }

  #setTimer(delayMs: number, run: () => void): void {
    this.#cancelTimer?.()
    this.#cancelTimer = this.#world.after(delayMs, run)
  }
}
