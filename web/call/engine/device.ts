/**
 * One of this machine's inputs: what is wanted of it, what is open, and what went wrong.
 */

/** Why a device is not on although it was wanted. */
export type DeviceError =
  /** The person, or the browser's settings, said no. */
  | 'refused'
  /** There is no such device. */
  | 'missing'
  /** Another program holds it. */
  | 'busy'
  /** It was unplugged while in use. */
  | 'lost'
  /** The page is not secure (plain http on a network): browsers give it no devices. */
  | 'insecure'
  /** A camera that was to be blurred could not be. */
  | 'unblurred'
  | 'failed'

export type OwnDevice = Readonly<{
  /** A muted microphone is `off`. */
  state: 'off' | 'opening' | 'on'
  error: DeviceError | null
  /** The device in use, or the one chosen for next time; null is the browser's default. */
  deviceId: string | null
}>

export type DeviceOption = Readonly<{
  id: string
  /** Empty until the browser has given permission: it names no device before. */
  label: string
}>

export type DeviceWishes = Readonly<{
  microphone: boolean
  camera: boolean
  /** From an earlier visit; a device that is gone is replaced by the default one. */
  microphoneId?: string
  cameraId?: string
}>

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
