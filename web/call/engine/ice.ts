/**
 * Where this call's connections look for paths: asked of the server, and asked again before the credentials end.
 *
 * Invariants: no connection is made before the first answer, and none goes back to direct paths because asking went
 * wrong: where a room hides addresses, either would give this one's away (T-06). Without a server that was asked
 * before, what it said last still counts: direct paths need no credentials.
 */
import type { IceResponse } from '#shared/call/http.ts'
import { AppError, type ErrorCode } from '#shared/errors.ts'
import type { Clock, Undo } from './world.ts'

export type IcePort = Readonly<{
  /** Throws AppError. */
  ask(): Promise<IceResponse>
  /** The answer may be another one now. */
  onStale(listener: () => void): Undo
}>

/** Asked anew when this part of a life is over: what follows is time for a server that is away. */
const lifePart = 0.6
const retryMs = 2_000
const retryMsMax = 30_000

const direct: IceResponse = { servers: [], isRelayOnly: false, lifeMs: null }
/** No path at all. */
const nowhere: IceResponse = { servers: [], isRelayOnly: true, lifeMs: null }

export class Ice implements Disposable {
  readonly #clock: Clock
  readonly #port: IcePort | null
  readonly #onChange: () => void
  readonly #undoStale: Undo | null
  #answer: IceResponse | null
  #errorCode: ErrorCode | null = null
  #failedCount = 0
  /** The newest asking; null while the call is not used. Answers to earlier ones come too late. */
  #asking: symbol | null = null
  #cancel: Undo | null = null

  /** Without a port there are direct paths only, at once. */
  constructor(clock: Clock, port: IcePort | null, onChange: () => void) {
    this.#clock = clock
    this.#port = port
    this.#onChange = onChange
    this.#answer = port === null ? direct : null
    this.#undoStale =
      port?.onStale(() => {
        if (this.#asking !== null) this.#ask()
      }) ?? null
  }

  /** What connections are made with; null while none may be. */
  get configuration(): RTCConfiguration | null {
    if (this.#answer === null) return null
    const { servers, isRelayOnly } = this.#answer
    return {
      bundlePolicy: 'max-bundle',
      iceTransportPolicy: isRelayOnly ? 'relay' : 'all',
      iceServers: servers.map(({ urls, ...rest }) => ({ ...rest, urls: [...urls] })),
    }
  }

  /** Why there is no answer, for a person; null while there is one, or only the network is slow. */
  get errorCode(): ErrorCode | null {
    return this.#errorCode
  }

  /** From a preview or a call on. Does nothing if it is under way. */
  start(): void {
    if (this.#asking === null) this.#ask()
  }

  stop(): void {
    this.#asking = null
    this.#cancel?.()
    // By the next call it may have ended, and the room may hide addresses.
    if (this.#port !== null) this.#answer = null
    this.#errorCode = null
  }

  /** The device has a network again. */
  online(): void {
    if (this.#failedCount > 0 && this.#asking !== null) this.#ask()
  }

  [Symbol.dispose](): void {
    this.stop()
    this.#undoStale?.()
  }

  #ask(): void {
    if (this.#port === null) return
    this.#cancel?.()
    const asking = (this.#asking = Symbol())
    this.#port.ask().then(
      (answer) => {
        if (this.#asking === asking) this.#take(answer)
      },
      (error: unknown) => {
        if (this.#asking === asking) this.#fail(error)
      },
    )
  }

  #take(answer: IceResponse): void {
    this.#failedCount = 0
    this.#errorCode = null
    this.#answer = answer
    if (answer.lifeMs !== null) this.#askIn(answer.lifeMs * lifePart)
    this.#onChange()
  }

  #fail(error: unknown): void {
    const code = error instanceof AppError ? error.code : 'server-fault'
    this.#askIn(Math.min(retryMsMax, retryMs * 2 ** this.#failedCount))
    this.#failedCount += 1
    if (code === 'no-relay') this.#answer = nowhere
    this.#errorCode = code === 'network-away' ? null : code
    this.#onChange()
  }

  #askIn(delayMs: number): void {
    this.#cancel = this.#clock.after(delayMs, () => {
      this.#ask()
    })
  }
}
