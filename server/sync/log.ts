/**
 * The log: every update of every document, in order, each row with its checksum.
 *
 * A document is its rows, applied one after the other. A row that cannot be read back is moved to `quarantine`, so
 * that one bad row neither keeps a room shut nor is thrown away unseen (Y-24).
 */
import { crc32 } from 'node:zlib'
import type { Database } from 'better-sqlite3'
import * as Y from 'yjs'
import type { Seat } from '#shared/ids.ts'
import type { Logger } from '../log.ts'

export type NewRow = Readonly<{
  /** Name of the document. */
  name: string
  update: Uint8Array
  writer: Seat
  atMs: number
}>

type StoredRow = Readonly<{ seq: number; data: Buffer; crc: number }>

export type DocumentLog = ReturnType<typeof openDocumentLog>

export function openDocumentLog(db: Database, log: Logger) {
  const insert = db.prepare<[string, Uint8Array, number, number, number]>(
    'INSERT INTO log (doc, data, crc, writer, at) VALUES (?, ?, ?, ?, ?)',
  )
  const rowsOf = db.prepare<[string], StoredRow>('SELECT seq, data, crc FROM log WHERE doc = ? ORDER BY seq')
  const copyAway = db.prepare<[string, number]>(`
    INSERT OR REPLACE INTO quarantine (seq, doc, data, crc, writer, at, reason)
    SELECT seq, doc, data, crc, writer, at, ? FROM log WHERE seq = ?`)
  const remove = db.prepare<[number]>('DELETE FROM log WHERE seq = ?')

  const quarantine = db.transaction((seq: number, reason: string) => {
    copyAway.run(reason, seq)
    remove.run(seq)
  })

  /** Why a row cannot be part of the document, or null. It may have been applied in part. */
  function applyRow(doc: Y.Doc, { data, crc }: StoredRow): string | null {
    if (crc32(data) !== crc) return 'checksum'
    try {
      // A copy: yjs keeps views of the bytes of an update, and these belong to one large allocation.
      Y.applyUpdate(doc, new Uint8Array(data))
      return null
    } catch {
      return 'not an update'
    }
  }

  return {
    /** To be called within the turn's transaction. */
    append({ name, update, writer, atMs }: NewRow): void {
      insert.run(name, update, crc32(update), writer, atMs)
    },

    /** Brings the document to the state of the log. */
    load(name: string, doc: Y.Doc): void {
      const faulty: [seq: number, fault: string][] = []
      doc.transact(() => {
        for (const row of rowsOf.iterate(name)) {
          const fault = applyRow(doc, row)
          if (fault !== null) faulty.push([row.seq, fault])
        }
      })
      // After the loop: a database that is being read through cannot be written to.
      for (const [seq, fault] of faulty) {
        quarantine(seq, fault)
        log.error({ document: name, seq, fault }, 'a row of the log is damaged; it was set aside')
      }
      if (doc.store.pendingStructs !== null)
        log.error({ document: name }, 'a part of the document is missing')
    },
  }
}
