/**
 * Names of people and rooms, and what rooms are about: how they are cleaned, compared and refused.
 *
 * Rules N1, N2 and RO3 of docs/PROTOCOL.md.
 */
import type { ErrorCode } from './errors.ts'
import { nameLengthMax, roomTitleLengthMax, roomTopicLengthMax } from './limits.ts'

// Control characters, lone surrogates, line separators, and marks that reverse the reading direction of what follows.
const unshowable = /[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u
const invisible = /[\p{Cf}\p{Z}\p{M}]/gu

/** The form a name is stored and shown in: composed (NFC), trimmed, single spaces. */
export function cleanName(raw: string): string {
  return raw.normalize('NFC').trim().replace(/\s+/gu, ' ')
}

/** The form in which two names are the same: compatible characters and capitals folded (N1). */
export function nameKey(name: string): string {
  return cleanName(cleanName(name).normalize('NFKC').toLowerCase())
}

/** Why a cleaned name may not be a person's, or null if it may (N2). */
export function refuseName(name: string): ErrorCode | null {
  if (unshowable.test(name)) return 'name-malformed'
  if (name.replace(invisible, '') === '') return 'name-empty'
  return Array.from(name).length > nameLengthMax ? 'name-too-long' : null
}

/** Why a cleaned title may not be a room's, or null if it may (N2). */
export function refuseRoomTitle(title: string): ErrorCode | null {
  if (unshowable.test(title)) return 'name-malformed'
  if (title.replace(invisible, '') === '') return 'title-empty'
  return Array.from(title).length > roomTitleLengthMax ? 'title-too-long' : null
}

/** Why a cleaned topic may not be a room's, or null if it may. Empty it is none (RO3). */
export function refuseTopic(topic: string): ErrorCode | null {
  if (unshowable.test(topic)) return 'topic-malformed'
  return Array.from(topic).length > roomTopicLengthMax ? 'topic-too-long' : null
}
