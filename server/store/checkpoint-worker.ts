/**
 * The thread that checkpoints: moves what was committed from the write-ahead log into the database itself.
 *
 * Nobody waits for it: a checkpoint of this kind (PASSIVE) stops neither who reads nor who writes.
 */
import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import type { CheckpointAsk, CheckpointData } from './checkpoints.ts'

const { file, whenClosed } = workerData as CheckpointData
const db = new Database(file, { fileMustExist: true })

parentPort?.on('message', (ask: CheckpointAsk) => {
  if (ask === 'checkpoint') checkpoint()
  else close()
})

function checkpoint(): void {
  try {
    db.pragma('wal_checkpoint(PASSIVE)')
  } catch {
    // Whatever it is, the owner of the database meets it with the next commit, and says so.
  }
  parentPort?.postMessage('done')
}

function close(): void {
  db.close()
  parentPort?.close()
  Atomics.store(whenClosed, 0, 1)
  Atomics.notify(whenClosed, 0)
}
