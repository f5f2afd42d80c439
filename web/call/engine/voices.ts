/**
 * Lets the others be heard: one audio element for each stream, on the chosen speaker.
 *
 * Browsers may refuse to play before the person has pressed something on the page. Then `isBlocked` says so, and
 * `resume`, called from a press, plays all of them.
 */
/** Part of HTMLAudioElement. */
export type Player = Pick<HTMLAudioElement, 'srcObject' | 'play' | 'pause'> &
  Readonly<{ setSinkId?(deviceId: string): Promise<void> }>

export class Voices {
  readonly #newPlayer: () => Player
  readonly #changed: () => void
  readonly #players = new Map<MediaStream, Player>()
  #speakerId: string | null = null
  #isBlocked = false

  constructor(newPlayer: () => Player, changed: () => void) {
    this.#newPlayer = newPlayer
    this.#changed = changed
  }

  get isBlocked(): boolean {
    return this.#isBlocked
  }

  /** Plays exactly these from now on. */
  set(streams: Iterable<MediaStream>): void {
    const wanted = new Set(streams)
    for (const [stream, player] of this.#players) {
      if (wanted.has(stream)) continue
      player.pause()
      player.srcObject = null
      this.#players.delete(stream)
    }
    for (const stream of wanted) {
      if (this.#players.has(stream)) continue
      const player = this.#newPlayer()
      player.srcObject = stream
      this.#players.set(stream, player)
      void this.#route(player)
      void this.#play(player)
    }
    if (this.#players.size === 0) this.#setBlocked(false)
  }

  /** Null is the system's choice. A speaker that is gone is the same. */
  setSpeaker(deviceId: string | null): void {
    this.#speakerId = deviceId
    for (const player of this.#players.values()) void this.#route(player)
  }

  /** Tries again what was refused; from a press. */
  resume(): void {
    this.#setBlocked(false)
    for (const player of this.#players.values()) void this.#play(player)
  }

  async #play(player: Player): Promise<void> {
    try {
      await player.play()
    } catch (error) {
      // Anything else means that the stream ended or was replaced meanwhile: there is nothing to hear.
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#setBlocked(true)
    }
  }

  async #route(player: Player): Promise<void> {
    try {
      await player.setSinkId?.(this.#speakerId ?? '')
    } catch (error) {
      // The speaker is gone or not allowed: the sound stays where it is.
      if (!(error instanceof DOMException)) throw error
    }
  }

  #setBlocked(isBlocked: boolean): void {
    if (this.#isBlocked === isBlocked) return
    this.#isBlocked = isBlocked
    this.#changed()
  }
}
