/**
 * Commits that do not wait for the disk, and the wait for it beside the event loop.
 *
 * A commit puts its pages into the write-ahead log. With `synchronous = FULL` it then waits until the disk has them,
 * and so does everybody else whom the process serves: on a slow disk calls and drawing would stand still whenever
 * somebody writes. `commit` does not wait; `flush` does, elsewhere, for all that was committed before it was called.
 * Decision 0009.
 */
import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { promisify } from 'node:util'
import type { Database } from 'better-sqlite3'
import { Checkpoints } from './checkpoints.ts'
import { FlushPlace } from './flush-place.ts'

export type Disk = Readonly<{
  /** Runs a transaction, which may still be lost with the power until a flush has ended. */
  commit<T>(transaction: () => T): T
  /**
   * Everything that is committed now is on disk. Rejects if that is not certain: see `rewrite`. Waits beside the event
   * loop, unless the disk has answered at once of late.
   */
  flush(): Promise<void>
  /** The same, and everybody waits. */
  flushNow(): void
  /**
   * Now and then, and else null: until it resolves nothing should be committed, so that a checkpoint reaches the end of
   * the write-ahead log. To be called when nothing waits for the disk.
   */
  rest(): Promise<void> | null
  /**
   * After a flush that failed: what it was about is written once more, to another place. A second flush would not do:
   * the system may have forgotten that there is something left to write. Throws while that is not possible.
   */
  rewrite(): void
}>

/** Commits from one checkpoint to the next: about 4 MB. */
const checkpointCommits = 256
/** Commits after which the log is to be written from its start again: about 16 MB. */
const restCommits = 1_024
/** Pages; what the database does by itself, if the thread does not. */
const autoCheckpointPages = 32_768

const flushFile = promisify(fdatasync)

export function openDisk(db: Database): Disk & Disposable {
  const checkpoints = new Checkpoints(db.name)
  /** Handle of the write-ahead log. */
  let wal: number | null = null
  let commitsSinceCheckpoint = 0
  let commitsSinceRest = 0
  let isRestDue = false
  const place = new FlushPlace()
  db.pragma(`wal_autocheckpoint = ${String(autoCheckpointPages)}`)

  /** It is there once something was written, and stays the same file as long as the database is open. */
  const handle = (): number => (wal ??= openSync(`${db.name}-wal`, 'r+'))

  function checkpoint(): Promise<void> {
    commitsSinceCheckpoint = 0
    return checkpoints.run()
  }

  function flushOnTheSpot(): void {
    const startedAtMs = performance.now()
    fdatasyncSync(handle())
    place.took(performance.now() - startedAtMs)
  }

  return {
    commit(transaction) {
      // Not `db.pragma`, which takes as long as a small transaction.
      try {
        db.exec('PRAGMA synchronous = NORMAL')
        return transaction()
      } finally {
        db.exec('PRAGMA synchronous = FULL')
        commitsSinceCheckpoint += 1
        commitsSinceRest += 1
      }
    },
    async flush() {
      // Beside a checkpoint no disk is quick.
      if (place.next() === 'on the spot' && !checkpoints.isRunning) flushOnTheSpot()
      else await flushFile(handle())
    },
    flushNow() {
      fdatasyncSync(handle())
    },
    rest() {
      if (isRestDue) {
        isRestDue = false
        commitsSinceRest = 0
        return checkpoint()
      }
      if (commitsSinceCheckpoint >= checkpointCommits) {
        // Right after one there is little left to move, and little to wait for.
        void checkpoint().then(() => (isRestDue = commitsSinceRest >= restCommits))
      }
      return null
    },
    rewrite() {
      const [row] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]
      if (row?.busy !== 0) throw new Error('the write-ahead log is in use')
    },
    [Symbol.dispose]() {
      checkpoints[Symbol.dispose]()
      if (wal !== null) closeSync(wal)
    },
  }
}
