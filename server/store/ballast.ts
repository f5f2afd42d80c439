/**
 * The ballast: a file without meaning in the data folder, given up when the disk is full.
 *
 * On a full disk SQLite cannot even delete. What the ballast has held is enough to sign out, leave, delete and make
 * logs shorter with, and to go on for a while; by then the log has said so (D-04).
 */
import { randomBytes } from 'node:crypto'
import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ballastFreeSizeMin, ballastSize, roomSizeMin } from '#shared/limits.ts'

export function ballastFile(folder: string): string {
  return join(folder, 'ballast')
}

/** Puts it there if there is plenty of room. False if it is not there afterwards: the server does without. */
export function putBallast(folder: string): boolean {
  const file = ballastFile(folder)
  if (existsSync(file)) return true
  try {
    if (freeSize(folder) < ballastFreeSizeMin) return false
    // Chance, because some file systems store zeros as nothing.
    writeFileSync(file, randomBytes(ballastSize), { flag: 'wx' })
    return true
  } catch {
    // Whatever the reason, it matters only once the disk is full, and then it is told.
    rmSync(file, { force: true })
    return false
  }
}

/** False if it was not there: there is nothing left to give up. */
export function giveUpBallast(folder: string): boolean {
  const wasThere = existsSync(ballastFile(folder))
  rmSync(ballastFile(folder), { force: true })
  return wasThere
}

/** Whether turns will fit again. A small write may, long before that, in room that SQLite has already. */
export function hasRoom(folder: string): boolean {
  return freeSize(folder) >= roomSizeMin
}

/** Bytes that this user may still write to a folder's disk. */
export function freeSize(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

/** Whether a write failed because nothing more fits. A full disk shows as an input/output error in places. */
export function isNoSpace(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    /^(ENOSPC|EDQUOT|SQLITE_FULL|SQLITE_IOERR_(WRITE|TRUNCATE|SHMSIZE|SHMOPEN))$/.test(String(error.code))
  )
}
