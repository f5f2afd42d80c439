/**
 * Checksums of what documents are stored as: SQLite does not see bytes that have changed within a row (D-05).
 */
import { crc32 } from 'node:zlib'

/** Bytes of a row of the log, or of a snapshot and how far it goes: one that claims more would hide rows after it. */
type Summed = Readonly<{ data: Uint8Array; upto?: number }>

export function sumOf({ data, upto }: Summed): number {
  return upto === undefined ? crc32(data) : crc32(data, crc32(String(upto)))
}

export function isSound(stored: Summed & Readonly<{ crc: number }>): boolean {
  // The first snapshots were summed by their bytes alone.
  return stored.crc === sumOf(stored) || stored.crc === crc32(stored.data)
}
