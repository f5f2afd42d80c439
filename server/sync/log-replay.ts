/**
 * Brings a document back from disk: its newest good snapshot, and every row after it.
 *
 * Rules L1 and L2 of docs/PROTOCOL.md. What cannot be read back is set aside and kept, so that one bad row neither
 * keeps a room shut nor is thrown away unseen (Y-24). Reading works on a full disk too: what cannot be set aside then
 * is met again the next time.
 */
import * as Y from 'yjs'
import type { Logger } from '../log.ts'
import type { logTable } from '../store/log-rows.ts'
import type { snapshotsTable } from '../store/snapshots.ts'
import { isSound } from '../store/sums.ts'

export type Replayed = Readonly<{
  /** The snapshot it began with; both 0 if there was none. */
  base: Readonly<{ id: number; upto: number }>
  /** Number of the last row that is in the document. */
  upto: number
  /** When that was written. */
  atMs: number
  rowCount: number
  /** Bytes of these rows. */
  rowsSize: number
  /** Nothing damaged is still where it was. */
  isClean: boolean
}>

type Options = Readonly<{
  rows: ReturnType<typeof logTable>
  snapshots: ReturnType<typeof snapshotsTable>
  log: Logger
}>

type Stored = Readonly<{ data: Buffer; crc: number; upto?: number }>

/** Why stored bytes cannot be part of the document, or null. They may have been applied in part. */
export function applyStored(doc: Y.Doc, stored: Stored): string | null {
  if (!isSound(stored)) return 'checksum'
  try {
    // A copy: yjs keeps views of the bytes of an update, and these belong to one large allocation.
    Y.applyUpdate(doc, new Uint8Array(stored.data))
    return null
  } catch {
    return 'not an update'
  }
}

/** False while something that others build on has not come: such a document is not all there. */
export function isWhole(doc: Y.Doc): boolean {
  return doc.store.pendingStructs === null && doc.store.pendingDs === null
}

export function createReplay({ rows, snapshots, log }: Options) {
  function applySnapshot(name: string, doc: Y.Doc): Pick<Replayed, 'base' | 'isClean'> {
    let isClean = true
    let candidate = snapshots.newest(name)
    while (candidate !== null) {
      const { id, upto } = candidate
      const fault = applyStored(doc, candidate)
      if (fault === null) return { base: { id, upto }, isClean }
      log.error({ document: name, snapshot: id, fault }, 'a snapshot is damaged; the one before it is used')
      candidate = snapshots.before(name, id)
      isClean =
        succeeds(name, () => {
          snapshots.setAside(id, fault)
        }) && isClean
    }
    return { base: { id: 0, upto: 0 }, isClean }
  }

  function succeeds(name: string, setAside: () => void): boolean {
    try {
      setAside()
      return true
    } catch (err) {
      log.error({ err, document: name }, 'what is damaged could not be set aside')
      return false
    }
  }

  return function replay(name: string, doc: Y.Doc): Replayed {
    return doc.transact(() => {
      const found = applySnapshot(name, doc)
      const { base } = found
      let { isClean } = found
      const faulty: [seq: number, fault: string][] = []
      let { upto } = base
      let [atMs, rowCount, rowsSize] = [0, 0, 0]
      for (const row of rows.after(name, base.upto)) {
        const fault = applyStored(doc, row)
        if (fault !== null) faulty.push([row.seq, fault])
        upto = row.seq
        atMs = row.at
        rowCount += 1
        rowsSize += row.data.length
      }
      // After the loop: a database that is being read through cannot be written to.
      for (const [seq, fault] of faulty) {
        log.error({ document: name, seq, fault }, 'a row of the log is damaged; it was set aside')
        isClean =
          succeeds(name, () => {
            rows.setAside(seq, fault)
          }) && isClean
      }
      return { base, upto, atMs, rowCount, rowsSize, isClean }
    })
  }
}
