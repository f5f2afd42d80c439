/**
 * When to try again after a socket ended, and when never. Pure.
 *
 * Most ends are a passing fault: the network, a restart. Some are the server's word, and asking again would only be
 * told the same: these end the room for this page.
 */
import type { ErrorCode } from '#shared/errors.ts'
import { closeCodes } from '#shared/wire/close-codes.ts'

/** Longest wait between two attempts: however long the server was away, all are in step 15 s after it is back. */
const retryDelayMsMax = 10_000

/** First wait by close code: a restarting server is back in a second, an overloaded one must not be pressed. */
const firstDelayMsByCloseCode = new Map<number, number>([
  [closeCodes.goingAway, 100],
  [closeCodes.malformed, 2_000],
  [closeCodes.tooSlow, 1_000],
  [closeCodes.outdated, retryDelayMsMax],
  [closeCodes.tooMuch, 4_000],
  [closeCodes.readOnly, 2_000],
])
const firstDelayMsOtherwise = 250

/**
 * Milliseconds to wait: doubled for every attempt that failed before this one, between half and all of it by chance,
 * so that those cut off together do not come back together. `random` is in [0, 1).
 */
export function retryDelayMs(failedCount: number, closeCode: number, random: number): number {
  const firstMs = firstDelayMsByCloseCode.get(closeCode) ?? firstDelayMsOtherwise
  const delayMs = Math.min(retryDelayMsMax, firstMs * 2 ** Math.min(failedCount, 16))
  return delayMs * (0.5 + random / 2)
}

/** Why a socket that ended with this code, and this reason, must not be opened again; null if it may. */
export function finalCodeOfClose(closeCode: number, reason: string): ErrorCode | null {
  switch (closeCode) {
    case closeCodes.signedOut:
      return 'signed-out'
    case closeCodes.forbidden:
      return reason === 'room-removed' ? reason : 'not-found'
    case closeCodes.refused:
      return 'update-refused'
    default:
      return null
  }
}

/** Why a socket ended with this code, and this reason, if that was because of versions (W7): else null. */
export function outdatedCodeOfClose(closeCode: number, reason: string): ErrorCode | null {
  if (closeCode !== closeCodes.outdated) return null
  return reason === 'server-outdated' ? reason : 'client-outdated'
}

const finalReasons: ReadonlySet<string> = new Set<ErrorCode>([
  'signed-out',
  'not-found',
  'forbidden',
  'document-forbidden',
  'update-refused',
])

/** The same for the reason with which the server denied or ended one document. */
export function finalCodeOfReason(reason: string): ErrorCode | null {
  return finalReasons.has(reason) ? (reason as ErrorCode) : null
}
