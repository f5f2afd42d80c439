/**
 * This machine's screen, while it is shared.
 *
 * Invariant: at most one share is open or being opened; what is chosen after it was called off is released at once.
 */
import { readDeviceError, type DeviceError } from './device.ts'
import type { CallSnapshot } from './call.ts'
import type { MediaWorld } from './world.ts'

/** Text moves little: sharp pictures matter more than many. */
const options: DisplayMediaStreamOptions = { video: { frameRate: { ideal: 15, max: 30 } }, audio: true }

export class Screen {
  readonly #media: MediaWorld
  readonly #onChange: () => void
  #opening: symbol | null = null
  #picture: MediaStreamTrack | null = null
  #sound: MediaStreamTrack | null = null
  #stream: MediaStream | null = null
  #error: DeviceError | null = null

  constructor(media: MediaWorld, onChange: () => void) {
    this.#media = media
    this.#onChange = onChange
  }

  get picture(): MediaStreamTrack | null {
    return this.#picture
  }

  get sound(): MediaStreamTrack | null {
    return this.#sound
  }

  /** The picture alone: nobody wants to hear their own screen twice. */
  get stream(): MediaStream | null {
    return this.#stream
  }

  start(): void {
    if (this.#opening !== null || this.#picture !== null) return
    const opening = Symbol()
    this.#opening = opening
    this.#error = null
    void this.#open(opening)
    this.#onChange()
  }

  stop(): void {
    if (this.#opening === null && this.#picture === null) return
    this.#opening = null
    this.#picture?.stop()
    this.#sound?.stop()
    this.#picture = null
    this.#sound = null
    this.#stream = null
    this.#onChange()
  }

  snapshot(): CallSnapshot['screen'] {
    const state = this.#picture !== null ? 'on' : this.#opening !== null ? 'opening' : 'off'
    return { state, error: this.#error }
  }

  /** Never rejects. */
  async #open(opening: symbol): Promise<void> {
    try {
      const stream = await this.#media.openScreen(options)
      if (this.#opening === opening) this.#take(stream)
      else for (const track of stream.getTracks()) track.stop()
    } catch (error) {
      if (this.#opening === opening) this.#error = readScreenError(error)
    }
    if (this.#opening !== opening) return
    this.#opening = null
    this.#onChange()
  }

  #take(stream: MediaStream): void {
    const [picture = null] = stream.getVideoTracks()
    const [sound = null] = stream.getAudioTracks()
    if (picture === null) throw new Error('a share without a picture')
    picture.contentHint = 'detail'
    // The browser's own button, or the shared window was closed.
    picture.addEventListener('ended', () => {
      if (this.#picture === picture) this.stop()
    })
    this.#picture = picture
    this.#sound = sound
    this.#stream = this.#media.streamOf([picture])
  }
}

/** To call the choice off is not an error; that the system forbids it, is. */
function readScreenError(error: unknown): DeviceError | null {
  const code = readDeviceError(error)
  if (code !== 'refused') return code
  return error instanceof Error && error.message.includes('system') ? 'refused' : null
}
