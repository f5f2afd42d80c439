/**
 * Records a call on this device: what is seen and heard, into one file, piece by piece.
 *
 * Invariant: whatever ends a recording (the person, a disk that is full, a fault of the encoder, the end of the call),
 * what was written until then is handed over. One recording at a time; nothing stays open after it. Rule CA17 of
 * docs/PROTOCOL.md.
 */
import { Listeners } from '../../../sync/listeners.ts'
import type { Undo } from '../world.ts'
import type { RecorderWorld, RecordingFile, RecordingFormat, Scene, Studio } from './world.ts'

export type RecordingState =
  | Readonly<{ kind: 'off' }>
  | Readonly<{ kind: 'starting' }>
  /** `saving`: it is over, and the last pieces are being written. */
  | Readonly<{ kind: 'recording' | 'saving'; startedAtMs: number; sizeBytes: number }>

/** Why it ended by itself. */
export type RecordingFault =
  /** This browser records nothing. */
  | 'unsupported'
  /** There is no room left on the device. */
  | 'full'
  | 'failed'

/** What is left of a recording; `file` is null if there is nothing. */
export type Recorded = Readonly<{ name: string; file: Blob | null; fault: RecordingFault | null }>

type Run = {
  scene: Scene
  studio: Studio | null
  /** Ends the capture, once there is one. */
  end: (() => void) | null
  isEnded: boolean
  fault: RecordingFault | null
}

export class Recorder implements Disposable {
  readonly #world: RecorderWorld
  readonly #listeners = new Listeners()
  #state: RecordingState = { kind: 'off' }
  #run: Run | null = null

  constructor(world: RecorderWorld) {
    this.#world = world
  }

  get state(): RecordingState {
    return this.#state
  }

  onChange(listener: () => void): Undo {
    return this.#listeners.add(listener)
  }

  /** `name` has no ending yet. Resolves once the recording has ended; null if one is going on. Never rejects. */
  async record(name: string, scene: Scene): Promise<Recorded | null> {
    if (this.#run !== null) return null
    const run: Run = { scene, studio: null, end: null, isEnded: false, fault: null }
    this.#run = run
    this.#become({ kind: 'starting' })
    const format = this.#world.format()
    const whole = format === null ? name : `${name}.${format.extension}`
    const file = format === null ? null : await this.#fill(run, whole, format)
    if (format === null) run.fault = 'unsupported'
    this.#run = null
    this.#become({ kind: 'off' })
    return { name: whole, file, fault: run.fault }
  }

  /** From now on this is recorded. */
  show(scene: Scene): void {
    if (this.#run === null || this.#run.isEnded) return
    this.#run.scene = scene
    this.#run.studio?.show(scene)
  }

  stop(): void {
    if (this.#run !== null) this.#end(this.#run)
  }

  [Symbol.dispose](): void {
    this.#listeners.clear()
    this.stop()
  }

  async #fill(run: Run, name: string, format: RecordingFormat): Promise<Blob | null> {
    try {
      const file = await this.#world.openFile(name)
      const sizeBytes = run.isEnded ? 0 : await this.#capture(run, file, format)
      if (sizeBytes > 0) return await file.finish()
      await file.discard()
    } catch (error) {
      // A file that there is stays on the device, and is offered another time.
      run.fault = faultOf(error)
    }
    return null
  }

  /** Resolves with the bytes that were written, after the last of them. */
  async #capture(run: Run, file: RecordingFile, format: RecordingFormat): Promise<number> {
    using studio = this.#world.openStudio()
    run.studio = studio
    studio.show(run.scene)
    const startedAtMs = this.#world.clock.nowMs()
    let sizeBytes = 0
    let written = Promise.resolve()
    let isBroken = false
    const write = async (piece: Blob): Promise<void> => {
      // Behind a piece that is missing nothing can be played.
      if (isBroken || piece.size === 0) return
      try {
        await file.write(piece)
        sizeBytes += piece.size
        this.#become({ kind: run.isEnded ? 'saving' : 'recording', startedAtMs, sizeBytes })
      } catch (error) {
        isBroken = true
        run.fault = faultOf(error)
        this.#end(run)
      }
    }
    const { promise: ended, resolve } = Promise.withResolvers<undefined>()
    run.end = this.#world.capture(studio.stream, format, {
      piece: (piece) => {
        written = written.then(() => write(piece))
      },
      ended: (hasFailed) => {
        if (hasFailed) run.fault ??= 'failed'
        run.isEnded = true
        resolve(undefined)
      },
    })
    this.#become({ kind: 'recording', startedAtMs, sizeBytes })
    await ended
    run.studio = null
    this.#become({ kind: 'saving', startedAtMs, sizeBytes })
    await written
    return sizeBytes
  }

  #end(run: Run): void {
    if (run.isEnded) return
    run.isEnded = true
    run.end?.()
  }

  #become(state: RecordingState): void {
    this.#state = state
    this.#listeners.tell()
  }
}

function faultOf(error: unknown): RecordingFault {
  return error instanceof DOMException && error.name === 'QuotaExceededError' ? 'full' : 'failed'
}
