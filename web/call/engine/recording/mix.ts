/** Everything that is heard in a call as one track, by Web Audio. */
import type { Undo } from '../world.ts'

export class Mix implements Disposable {
  readonly #context = new AudioContext()
  readonly #output = this.#context.createMediaStreamDestination()
  /** By stream or track. */
  readonly #sources = new Map<MediaStream | MediaStreamTrack, Undo>()

  constructor() {
    // Silence from the beginning: a file whose sound starts later plays out of step.
    const silence = this.#context.createConstantSource()
    silence.offset.value = 0
    silence.connect(this.#output)
    silence.start()
  }

  get track(): MediaStreamTrack {
    const [track] = this.#output.stream.getAudioTracks()
    if (track === undefined) throw new Error('a mix without sound')
    return track
  }

  /** Exactly these are heard from now on. */
  set(sounds: Iterable<MediaStream | MediaStreamTrack>): void {
    const wanted = new Set(sounds)
    for (const [sound, undo] of this.#sources) {
      if (wanted.has(sound)) continue
      undo()
      this.#sources.delete(sound)
    }
    for (const sound of wanted) if (!this.#sources.has(sound)) this.#sources.set(sound, this.#add(sound))
    // It was begun by a press; a machine that slept may have stopped it. A refusal is answered by the next change.
    if (this.#context.state !== 'running') void this.#context.resume().catch(() => undefined)
  }

  [Symbol.dispose](): void {
    for (const undo of this.#sources.values()) undo()
    // Closing a closed context rejects; there is nothing left to do then.
    void this.#context.close().catch(() => undefined)
  }

  #add(sound: MediaStream | MediaStreamTrack): Undo {
    const tracks = sound instanceof MediaStream ? sound.getAudioTracks() : [sound]
    if (tracks.length === 0) return () => undefined
    const source = this.#context.createMediaStreamSource(new MediaStream(tracks))
    source.connect(this.#output)
    return () => {
      source.disconnect()
    }
  }
}
