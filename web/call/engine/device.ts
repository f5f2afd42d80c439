/**
 * One of this machine's inputs: what is wanted of it, what is open, and what went wrong.
 */
import type { DeviceError, OwnDevice } from './call.ts'

export class Device {
  readonly kind: 'microphone' | 'camera'
  isWanted = false
  /** Null is the browser's default. */
  chosenId: string | null = null
  track: MediaStreamTrack | null = null
  error: DeviceError | null = null
  #openedFor: string | null = null
  #wasLost = false

  constructor(kind: 'microphone' | 'camera') {
    this.kind = kind
  }

  /** What is open is not what is wanted: it has to be released first. */
  isStale(): boolean {
    if (this.track === null) return false
    // A muted microphone stays open: its light would tell nothing new, and it is back without a pause.
    const isUnused = this.kind === 'camera' && !this.isWanted
    return isUnused || this.#openedFor !== this.chosenId
  }

  want(isWanted: boolean): void {
    this.isWanted = isWanted
    this.error = null
  }

  take(track: MediaStreamTrack): void {
    this.track = track
    this.#openedFor = this.chosenId
    this.#wasLost = false
    this.error = null
  }

  release(): void {
    this.track?.stop()
    this.track = null
  }

  fail(error: DeviceError): void {
    this.error = this.#wasLost && error === 'missing' ? 'lost' : error
    this.#wasLost = false
    this.isWanted = false
  }

  /**
   * It was unplugged, or taken away. A voice goes on with the default microphone; a camera that shows something else
   * would be a surprise, so it goes off.
   */
  lose(): void {
    this.release()
    if (this.kind === 'camera') {
      this.error = this.isWanted ? 'lost' : this.error
      this.isWanted = false
      return
    }
    this.chosenId = null
    this.#wasLost = true
  }

  snapshot(): OwnDevice {
    const state = !this.isWanted ? 'off' : this.track === null ? 'opening' : 'on'
    return { state, error: this.error, deviceId: this.track?.getSettings().deviceId ?? this.chosenId }
  }
}

/** What a refusal of the browser means (W3C Media Capture §10). */
export function readDeviceError(error: unknown): DeviceError {
  switch (error instanceof Error ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'refused'
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing'
    case 'NotReadableError':
    case 'AbortError':
      return 'busy'
    default:
      return 'failed'
  }
}
