/**
 * The log: every update of every document, in order, each row with its checksum.
 *
 * A document is its newest snapshot and the rows after it, applied one after the other. Rules L1–L4 of
 * docs/PROTOCOL.md: reading is in log-replay.ts, making it shorter in log-compaction.ts, and when in log-schedule.ts.
 */
import type { Database } from 'better-sqlite3'
import type * as Y from 'yjs'
import type { Seat } from '#shared/ids.ts'
import { parseDocumentName } from '#shared/room.ts'
import type { Logger } from '../log.ts'
import { deletesSomething, logTable } from '../store/log-rows.ts'
import { snapshotsTable } from '../store/snapshots.ts'
import { sumOf } from '../store/sums.ts'
import { createCompaction } from './log-compaction.ts'
import { createReplay, isWhole } from './log-replay.ts'
import { LogSchedule, type After } from './log-schedule.ts'

export type NewRow = Readonly<{
  /** Name of the document. */
  name: string
  update: Uint8Array
  writer: Seat
  atMs: number
}>

export type DocumentLog = ReturnType<typeof openDocumentLog>

/** Nothing waits for it: what a server that ends leaves undone is done when it starts again. */
const unhurried: After = (delayMs, run) => {
  setTimeout(run, delayMs).unref()
}

export function openDocumentLog(db: Database, log: Logger, after: After = unhurried) {
  const rows = logTable(db)
  const snapshots = snapshotsTable(db)
  const replay = createReplay({ rows, snapshots, log })
  const compact = createCompaction({ db, rows, snapshots, replay, log })
  const schedule = new LogSchedule((name) => (db.open ? compact(name) : 'done'), after)
  for (const name of rows.withDeletions()) schedule.now(name)

  return {
    /** To be called within the turn's transaction. */
    append({ name, update, writer, atMs }: NewRow): void {
      rows.add({ doc: name, data: update, crc: sumOf({ data: update }), writer, atMs })
      schedule.grew(name, update.length)
      if (deletesSomething(update) && parseDocumentName(name)?.kind !== 'board') schedule.forget(name)
    },

    /** Brings the document to the state of the log. */
    load(name: string, doc: Y.Doc): void {
      schedule.loaded(name, replay(name, doc))
      if (!isWhole(doc)) log.error({ document: name }, 'a part of the document is missing')
    },

    /** The same, of a document that nobody opens. */
    read: (name: string, doc: Y.Doc): void => void replay(name, doc),

    /** Nobody has the document open any more. */
    unloaded(name: string): void {
      schedule.unloaded(name)
    },
  }
}
