/**
 * Makes one document's log short: a snapshot of its state, verified, in place of its older rows.
 *
 * Rules L3 and L4 of docs/PROTOCOL.md. Invariants: a row goes only when what stands for it has been written, read back
 * and found equal, in the same transaction; and the state can be had from disk in two ways at any time, so that one
 * damaged snapshot loses nothing. Through a Y.Doc: merging updates takes twenty times as long, and keeps deleted text.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Database } from 'better-sqlite3'
import * as Y from 'yjs'
import type { Logger } from '../log.ts'
import type { logTable } from '../store/log-rows.ts'
import type { snapshotsTable } from '../store/snapshots.ts'
import { sumOf } from '../store/sums.ts'
import { applyStored, isWhole, type createReplay } from './log-replay.ts'

type Options = Readonly<{
  db: Database
  rows: ReturnType<typeof logTable>
  snapshots: ReturnType<typeof snapshotsTable>
  replay: ReturnType<typeof createReplay>
  log: Logger
}>

export type Compact = (name: string) => 'done' | 'again'

export function createCompaction({ db, rows, snapshots, replay, log }: Options): Compact {
  /** What was deleted stands in the write-ahead log too. After a kill nobody knows whether in that of before. */
  let mustCut = !cutWriteAheadLog()

  /** Returns whether text was forgotten. */
  const rewrite = db.transaction((name: string): boolean => {
    const doc = new Y.Doc()
    const { base, upto, atMs, rowCount, isClean } = replay(name, doc)
    if (!isClean) throw new Error('what is damaged could not be set aside')
    if (!isWhole(doc)) {
      log.warn({ document: name }, 'a part of the document is missing, so its log is kept as it is')
      return false
    }
    const forgets = rows.hasDeletions(name)
    if (rowCount === 0 && !forgets) return false
    const data = Y.encodeStateAsUpdate(doc)
    const write = (): number => {
      const id = snapshots.add({ doc: name, data, crc: sumOf({ data, upto }), upto, atMs })
      verify(id, doc)
      return id
    }
    const id = write()
    if (forgets) {
      // The older snapshot and its rows hold what is to be forgotten: a second copy takes their place.
      write()
      rows.removeUpTo(name, upto)
      snapshots.removeOlder(name, id)
    } else {
      // What leads from the older snapshot to this one stays until there is a third.
      rows.removeUpTo(name, base.upto)
      snapshots.removeOlder(name, base.id)
    }
    return forgets
  })

  function verify(id: number, doc: Y.Doc): void {
    const stored = snapshots.byId(id)
    const reloaded = new Y.Doc()
    const fault = stored === null ? 'not there' : applyStored(reloaded, stored)
    if (fault !== null || !isWhole(reloaded) || !isSame(doc, reloaded))
      throw new Error(`a new snapshot does not read back as what was written: ${fault ?? 'another state'}`)
  }

  /** False while a reader needs it. */
  function cutWriteAheadLog(): boolean {
    const timeoutMs = db.pragma('busy_timeout', { simple: true }) as number
    // Waiting for a reader would keep everybody waiting.
    db.pragma('busy_timeout = 0')
    try {
      return db.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0
    } finally {
      db.pragma(`busy_timeout = ${String(timeoutMs)}`)
    }
  }

  return (name) => {
    try {
      if (rewrite(name)) mustCut = true
      if (mustCut) mustCut = !cutWriteAheadLog()
      return mustCut ? 'again' : 'done'
    } catch (err) {
      log.error({ err, document: name }, 'the log of a document could not be made shorter')
      return 'again'
    }
  }
}

function isSame(a: Y.Doc, b: Y.Doc): boolean {
  return Y.equalSnapshots(Y.snapshot(a), Y.snapshot(b)) && isDeepStrictEqual(contentOf(a), contentOf(b))
}

/** Everything that can be read in a document, whatever the types of its roots are. */
function contentOf(doc: Y.Doc): unknown {
  const roots = [...doc.share].sort(([a], [b]) => (a < b ? -1 : 1))
  return roots.map(([name, root]) => {
    const list: unknown[] = []
    for (let item = root._start; item !== null; item = item.right)
      if (!item.deleted) list.push(...valuesOf(item))
    const entries = [...root._map].filter(([, item]) => !item.deleted).sort(([a], [b]) => (a < b ? -1 : 1))
    return [name, list, entries.map(([key, item]) => [key, valuesOf(item)])]
  })
}

function valuesOf({ content }: Y.Item): unknown[] {
  return content
    .getContent()
    .map((value: unknown) => (value instanceof Y.AbstractType ? (value.toJSON() as unknown) : value))
}
