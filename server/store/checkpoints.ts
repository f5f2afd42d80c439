/**
 * Checkpoints beside the event loop: the database's own would make everybody wait for the disk, twice each.
 *
 * The thread is started with the first one. Invariant: at most one checkpoint runs or waits.
 */
import { Worker } from 'node:worker_threads'

export type CheckpointData = Readonly<{ file: string; whenClosed: Int32Array<SharedArrayBuffer> }>
export type CheckpointAsk = 'checkpoint' | 'close'

/** How long the end waits for a checkpoint that is running. */
const closeMsMax = 5_000

export class Checkpoints implements Disposable {
  readonly #data: CheckpointData
  #worker: Worker | null = null
  #running: Promise<void> | null = null
  #hasFailed = false

  constructor(file: string) {
    this.#data = { file, whenClosed: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) }
  }

  get isRunning(): boolean {
    return this.#running !== null
  }

  /** Resolves when it is over, however it went. */
  run(): Promise<void> {
    this.#running ??= this.#ask().finally(() => (this.#running = null))
    return this.#running
  }

  async #ask(): Promise<void> {
    const worker = this.#worker ?? this.#start()
    // Without it the database makes its own, later.
    if (worker === null || this.#hasFailed) return
    const { promise, resolve } = Promise.withResolvers<unknown>()
    worker.once('message', resolve)
    worker.once('exit', resolve)
    worker.postMessage('checkpoint' satisfies CheckpointAsk)
    await promise
    worker.off('message', resolve)
    worker.off('exit', resolve)
  }

  /** Null where the system has no thread to give. */
  #start(): Worker | null {
    if (this.#hasFailed) return null
    try {
      const worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), {
        workerData: this.#data,
      })
      worker.unref()
      worker.on('error', () => {
        this.#hasFailed = true
      })
      return (this.#worker = worker)
    } catch {
      this.#hasFailed = true
      return null
    }
  }

  /** Its connection is closed when this returns, so that the last to close leaves one whole file. */
  [Symbol.dispose](): void {
    if (this.#worker === null || this.#hasFailed) return
    this.#worker.postMessage('close' satisfies CheckpointAsk)
    Atomics.wait(this.#data.whenClosed, 0, 0, closeMsMax)
  }
}
