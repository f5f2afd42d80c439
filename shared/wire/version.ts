/**
 * Versions of what a client and the server say to each other, and of what documents hold. Rules W7 and D4 of
 * docs/PROTOCOL.md. Pure.
 */
import type { ErrorCode } from '../errors.ts'

export type Versions = Readonly<{
  /** What this code speaks. Raised with every change that the version before would not understand. */
  now: number
  /** The oldest that it still speaks: the one before, or `now` where that would misread or damage what documents hold. */
  oldest: number
}>

export const versions: Versions = { now: 2, oldest: 1 }

/** Query of the socket's address that says the client's version. */
export const versionQuery = 'v'
/** Digits that no version will ever need more of. */
const versionPattern = /^[1-9]\d{0,8}$/

/**
 * Why a server does not speak with a client; null if it does. `said`: as the socket's address says it, null where it
 * says nothing: that was once version 1.
 */
export function refuseVersion(said: string | null, { now, oldest }: Versions): ErrorCode | null {
  const version = said === null ? 1 : versionPattern.test(said) ? Number(said) : 0
  if (version > now) return 'server-outdated'
  return version < oldest ? 'client-outdated' : null
}

/** Whether a room's documents, of which its own says this, are beyond a client of version `now`. */
export function isBeyond(said: unknown, { now }: Pick<Versions, 'now'> = versions): boolean {
  return typeof said === 'number' && said > now
}
