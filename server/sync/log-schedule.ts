/**
 * When the log of a document is made shorter: when it has grown long, when its last reader leaves, and soon after
 * something was deleted in a chat or a room's document (L4).
 *
 * Invariant: one document at a time, with a pause between, so that nobody waits for more than one.
 */
import {
  forgetDelayMs,
  rowsSinceSnapshotMax,
  rowsSinceSnapshotSizeMax,
  rowsSinceSnapshotWorthMin,
  snapshotPauseMs,
  snapshotRetryMs,
} from '#shared/limits.ts'
import type { Compact } from './log-compaction.ts'

/** Calls back later, never while something else runs. */
export type After = (delayMs: number, run: () => void) => void

/** Rows since the newest snapshot. */
type Growth = Readonly<{ rowCount: number; rowsSize: number }>

const none: Growth = { rowCount: 0, rowsSize: 0 }

export class LogSchedule {
  readonly #compact: Compact
  readonly #after: After
  readonly #growthByName = new Map<string, Growth>()
  readonly #queue = new Set<string>()
  readonly #forgetting = new Set<string>()
  #isRunning = false

  constructor(compact: Compact, after: After) {
    this.#compact = compact
    this.#after = after
  }

  loaded(name: string, { rowCount, rowsSize }: Growth): void {
    this.#growthByName.set(name, { rowCount, rowsSize })
    this.#checkSize(name)
  }

  grew(name: string, size: number): void {
    const { rowCount, rowsSize } = this.#growthByName.get(name) ?? none
    this.#growthByName.set(name, { rowCount: rowCount + 1, rowsSize: rowsSize + size })
    this.#checkSize(name)
  }

  unloaded(name: string): void {
    const { rowCount } = this.#growthByName.get(name) ?? none
    this.#growthByName.delete(name)
    if (rowCount >= rowsSinceSnapshotWorthMin) this.now(name)
  }

  /** Something that was deleted has to leave the disk. What is deleted meanwhile goes with it. */
  forget(name: string): void {
    if (this.#forgetting.has(name)) return
    this.#forgetting.add(name)
    this.#after(forgetDelayMs, () => {
      if (this.#forgetting.has(name)) this.now(name)
    })
  }

  now(name: string): void {
    this.#queue.add(name)
    this.#run()
  }

  #checkSize(name: string): void {
    const { rowCount, rowsSize } = this.#growthByName.get(name) ?? none
    if (rowCount >= rowsSinceSnapshotMax || rowsSize >= rowsSinceSnapshotSizeMax) this.now(name)
  }

  #run(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#after(snapshotPauseMs, () => {
      this.#isRunning = false
      const [name] = this.#queue
      if (name === undefined) return
      this.#queue.delete(name)
      this.#forgetting.delete(name)
      // Also when it fails: it is not tried again with every row that is added.
      if (this.#growthByName.has(name)) this.#growthByName.set(name, none)
      if (this.#compact(name) === 'again') {
        this.#after(snapshotRetryMs, () => {
          this.now(name)
        })
      }
      if (this.#queue.size > 0) this.#run()
    })
  }
}
