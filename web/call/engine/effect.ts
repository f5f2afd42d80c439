/**
 * What is done to a device's track before it is sent: its noise taken out, or its background blurred.
 *
 * Reconciled as devices are: one is running, or being started, for the track that is there, and what is no longer
 * wanted is released at once. Invariant: a picture that was to be blurred from its beginning, or has been blurred, is
 * sent blurred or not at all, until the person says otherwise. Everything else is sent as it is until the effect is
 * there, and again if it cannot go on.
 */
import type { EffectWorld, RunningEffect } from './world.ts'

export type EffectName = 'noise' | 'blur'

export type EffectSnapshot = Readonly<{
  /** False where the browser cannot do it. */
  canStart: boolean
  isOn: boolean
  /** It is wanted, and not there yet. */
  isStarting: boolean
  /** It could not start, or go on; until it is tried again. */
  hasFailed: boolean
}>

export class Effect {
  readonly #start: EffectWorld | null
  readonly #isPrivate: boolean
  readonly #onChange: () => void
  #isWanted = false
  #hasFailed = false
  #source: MediaStreamTrack | null = null
  /** The source is sent as it is: there is nothing to keep back. */
  #isSeen = false
  #run: symbol | null = null
  #running: RunningEffect | null = null

  constructor(start: EffectWorld | null, isPrivate: boolean, onChange: () => void) {
    this.#start = start
    this.#isPrivate = isPrivate
    this.#onChange = onChange
  }

  /** To be sent: with the effect, as it is, or nothing. */
  get track(): MediaStreamTrack | null {
    return this.#running?.track ?? (this.#mustHide() ? null : this.#source)
  }

  /** It could not be done to a track that nobody may see without it. */
  get isRefused(): boolean {
    return this.#isPrivate && this.#hasFailed && this.#source !== null && !this.#isSeen
  }

  want(isWanted: boolean): void {
    this.#isWanted = isWanted && this.#start !== null
    this.#hasFailed = false
    this.#reconcile()
  }

  /** The device's track is this one now, or there is none. */
  follow(source: MediaStreamTrack | null): void {
    if (source === this.#source) return
    this.#release()
    this.#source = source
    this.#isSeen = source !== null && !this.#isWanted
    this.#reconcile()
  }

  snapshot(): EffectSnapshot {
    const isStarting = this.#isWanted && this.#source !== null && this.#running === null
    return { canStart: this.#start !== null, isOn: this.#isWanted, isStarting, hasFailed: this.#hasFailed }
  }

  #mustHide(): boolean {
    return this.#isPrivate && !this.#isSeen
  }

  #reconcile(): void {
    if (!this.#isWanted) {
      this.#release()
      this.#isSeen = this.#source !== null
    } else if (this.#source !== null && this.#run === null && this.#start !== null) {
      void this.#open(this.#start, this.#source)
    }
  }

  /** Never rejects. */
  async #open(start: EffectWorld, source: MediaStreamTrack): Promise<void> {
    const run = (this.#run = Symbol())
    const fail = (): void => {
      if (this.#run !== run) return
      this.#release()
      this.#isWanted = false
      this.#hasFailed = true
      this.#onChange()
    }
    try {
      const running = await start(source, fail)
      if (this.#run !== run) {
        running[Symbol.dispose]()
        return
      }
      this.#running = running
      this.#isSeen = false
      this.#onChange()
    } catch {
      // Not to be fetched, not allowed, not supported: whatever it is, the person goes on without.
      fail()
    }
  }

  #release(): void {
    this.#run = null
    this.#running?.[Symbol.dispose]()
    this.#running = null
  }
}
