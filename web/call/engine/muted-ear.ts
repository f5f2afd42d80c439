/**
 * Listens to a muted microphone, so that whoever talks unheard can be told: by a copy of its track that goes nowhere.
 *
 * Invariant: the copy ends with the muting, and with the microphone.
 */
import type { MediaWorld, Meter } from './world.ts'

export class MutedEar implements Disposable {
  readonly #media: MediaWorld
  #open: Readonly<{ of: MediaStreamTrack; copy: MediaStreamTrack; meter: Meter | null }> | null = null

  constructor(media: MediaWorld) {
    this.#media = media
  }

  /** Loudness of this muted track, 0…1. */
  level(track: MediaStreamTrack): number {
    if (this.#open?.of !== track) {
      this[Symbol.dispose]()
      const copy = track.clone()
      copy.enabled = true
      this.#open = { of: track, copy, meter: this.#media.meter(copy) }
    }
    return this.#open.meter?.level() ?? 0
  }

  [Symbol.dispose](): void {
    this.#open?.meter?.[Symbol.dispose]()
    this.#open?.copy.stop()
    this.#open = null
  }
}
