/**
 * Commits that do not wait for the disk, and the wait for it beside the event loop.
 *
 * A commit puts its pages into the write-ahead log. With `synchronous = FULL` it then waits until the disk has them,
 * and so does everybody else whom the process serves: on a slow disk calls and drawing would stand still whenever
 * somebody writes. `commit` does not wait; `flush` does, elsewhere, for all that was committed before it was called.
 * Decision 0009.
 */
import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Database } from 'better-sqlite3'
import { Checkpoints } from './checkpoints.ts'

export type Disk = Readonly<{
  /** Runs a transaction, which may still be lost with the power until a flush has ended. */
  commit<T>(transaction: () => T): T
  /** Everything that is committed now is on disk. Rejects if that is not certain: see `rewrite`. */
  flush(): Promise<void>
  /** The same, and everybody waits. */
  flushNow(): void
  /**
   * After a flush that failed: what it was about is written once more, to another place. A second flush would not do:
   * the system may have forgotten that there is something left to write. Throws while that is not possible.
   */
  rewrite(): void
}>

/** Commits from one checkpoint to the next: about 4 MB. */
const checkpointCommits = 256
/** Commits after which one has to be complete, before more is written: about 64 MB. */
const checkpointCommitsMax = 4_096
/** Pages; what the database does by itself, if the thread does not. */
const autoCheckpointPages = 32_768

const flushFile = promisify(fdatasync)

export function openDisk(db: Database): Disk & Disposable {
  const checkpoints = new Checkpoints(db.name)
  /** Handle of the write-ahead log. */
  let wal: number | null = null
  let commitsSinceCheckpoint = 0
  let commitsSinceComplete = 0
  db.pragma(`wal_autocheckpoint = ${String(autoCheckpointPages)}`)

  /** It is there once something was written, and stays the same file as long as the database is open. */
  const handle = (): number => (wal ??= openSync(`${db.name}-wal`, 'r+'))

  async function checkpointInTime(): Promise<void> {
    if (commitsSinceComplete >= checkpointCommitsMax) {
      // Nothing is committed meanwhile, so that this one reaches the end, and the log is written from its start again.
      await checkpoints.run()
      await checkpoints.run()
      commitsSinceComplete = 0
      commitsSinceCheckpoint = 0
    } else if (commitsSinceCheckpoint >= checkpointCommits) {
      commitsSinceCheckpoint = 0
      void checkpoints.run()
    }
  }

  return {
    commit(transaction) {
      db.pragma('synchronous = NORMAL')
      try {
        return transaction()
      } finally {
        db.pragma('synchronous = FULL')
        commitsSinceCheckpoint += 1
        commitsSinceComplete += 1
      }
    },
    async flush() {
      await flushFile(handle())
      await checkpointInTime()
    },
    flushNow() {
      fdatasyncSync(handle())
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
