/**
 * The disk of a simulated server: a flush takes a while, and what was not flushed goes with the power.
 */
import { existsSync, statSync } from 'node:fs'
import type { Disk } from '#server/store/disk.ts'

/** Longer than it takes to be shown something too early. */
const flushMs = 40

export class SimulatedDisk implements Disk {
  readonly #walFile: string
  /** Bytes of the write-ahead log after the last commit that did not wait for the disk. */
  #committedSize = 0
  /** How many of them are on disk. */
  #flushedSize = 0

  constructor(databaseFile: string) {
    this.#walFile = `${databaseFile}-wal`
  }

  /** Bytes of the write-ahead log that the power leaves. */
  get safeSize(): number {
    return this.#size === this.#committedSize ? this.#flushedSize : this.#size
  }

  get isFlushed(): boolean {
    return this.safeSize === this.#size
  }

  commit<T>(transaction: () => T): T {
    this.#flushedSize = this.safeSize
    try {
      return transaction()
    } finally {
      this.#committedSize = this.#size
    }
  }

  async flush(): Promise<void> {
    const size = this.#committedSize
    await new Promise<void>((done) => void setTimeout(done, flushMs))
    this.#flushedSize = Math.max(this.#flushedSize, size)
  }

  flushNow(): void {
    this.#flushedSize = this.#committedSize
  }

  rest(): null {
    return null
  }

  rewrite(): void {
    this.flushNow()
  }

  /** Every commit but ours waits for the disk, and makes it longer than we left it. */
  get #size(): number {
    return existsSync(this.#walFile) ? statSync(this.#walFile).size : 0
  }
}
