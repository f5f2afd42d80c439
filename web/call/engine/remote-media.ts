/**
 * What comes from one remote, as streams to play. A stream stays the same object as long as its tracks do.
 */
import type { LineName, Lines } from './lines.ts'
import type { MediaWorld } from './world.ts'

type Source = Readonly<{ tracks: readonly MediaStreamTrack[]; stream: MediaStream }>

export class RemoteMedia {
  readonly #media: MediaWorld
  #lines: Lines = {}
  #voice: Source | null = null
  #camera: Source | null = null
  #screen: Source | null = null

  constructor(media: MediaWorld) {
    this.#media = media
  }

  get voice(): MediaStream | null {
    return this.#voice?.stream ?? null
  }

  get camera(): MediaStream | null {
    return this.#camera?.stream ?? null
  }

  /** With its sound. */
  get screen(): MediaStream | null {
    return this.#screen?.stream ?? null
  }

  /** Takes the lines as they are now; true if any stream is another one. */
  set(lines: Lines): boolean {
    this.#lines = lines
    const before = [this.#voice, this.#camera, this.#screen]
    this.#voice = this.#source(this.#voice, ['microphone'])
    this.#camera = this.#source(this.#camera, ['camera'])
    this.#screen = this.#source(this.#screen, ['screen', 'screenAudio'])
    return [this.#voice, this.#camera, this.#screen].some((source, index) => source !== before[index])
  }

  /** Loudness of the voice as its sender measured it (RFC 6464): 0 is silence, 1 is as loud as it gets. */
  voiceLevel(): number {
    return this.#lines.microphone?.receiver.getSynchronizationSources()[0]?.audioLevel ?? 0
  }

  #source(before: Source | null, names: readonly LineName[]): Source | null {
    const tracks = names.flatMap((name) => this.#lines[name]?.receiver.track ?? [])
    if (tracks.length === 0) return null
    const isSame =
      before?.tracks.length === tracks.length && tracks.every((track, i) => track === before.tracks[i])
    return isSame ? before : { tracks, stream: this.#media.streamOf(tracks) }
  }
}
