/**
 * Which passwords may be chosen (H-14): long, not among the first that anyone would try, not the person's own name.
 *
 * No composition rules: they make passwords worse (NIST SP 800-63B §3.1.1.2).
 */
import type { ErrorCode } from '#shared/errors.ts'
import { passwordLengthMax, passwordLengthMin } from '#shared/limits.ts'
import { nameKey } from '#shared/names.ts'
import { commonWordLengthMax, commonWords } from './common-words.ts'

/** Shorter names are in many good passwords by chance. */
const nameLengthCompared = 3
/** Rows of keyboards, the alphabet, the digits: going along one of them is no choice. */
const rows = [
  'abcdefghijklmnopqrstuvwxyz',
  '1234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'azertyuiop',
]
const steps = new Set(
  rows.flatMap((row) =>
    Array.from(row)
      .slice(1)
      .flatMap((to, at) => [row.charAt(at) + to, to + row.charAt(at)]),
  ),
)
/** Digits and signs that stand for letters. */
const letterBySign: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

/** Why a person of this name may not choose this password, or null if they may. */
export function refusePassword(password: string, name: string): ErrorCode | null {
  // Two different halves of characters become the same bytes, so that one would open what the other locks.
  if (!password.isWellFormed()) return 'password-malformed'
  const length = Array.from(password).length
  if (length < passwordLengthMin) return 'password-too-short'
  if (length > passwordLengthMax) return 'password-too-long'
  const folded = nameKey(password).replaceAll(' ', '')
  const ownName = nameKey(name).replaceAll(' ', '')
  if (Array.from(ownName).length >= nameLengthCompared && folded.includes(ownName))
    return 'password-contains-name'
  return isCommon(folded) ? 'password-common' : null
}

function isCommon(folded: string): boolean {
  return countRuns(folded) < 4 || isRepetition(folded) || isMadeOfCommonWords(folded)
}

/** How many stretches of one character, or of neighbours in a row, a text falls into: `aaaa1234` is two. */
function countRuns(text: string): number {
  const characters = Array.from(text)
  return characters.filter((to, at) => {
    const from = characters[at - 1]
    return from === undefined || (from !== to && !steps.has(from + to))
  }).length
}

/** One short piece over and over. */
function isRepetition(text: string): boolean {
  return /^(.{1,6}?)\1{2,}.{0,5}$/u.test(text)
}

/** One or two words from the list, with digits and signs around them or in place of letters. */
function isMadeOfCommonWords(text: string): boolean {
  const core = text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  return [text, spell(text), spell(core)].some((spelling) => {
    const parts = spelling.split(/[^\p{L}]+/u).filter((part) => part.length > 1)
    const count = parts.reduce((sum, part) => sum + countCommonWords(part), 0)
    return count === 1 || count === 2
  })
}

function spell(text: string): string {
  return text.replace(/[0134578@$!]/g, (sign) => letterBySign[sign] ?? sign)
}

/** The fewest words of the list that make up a text; Infinity if they cannot. */
function countCommonWords(text: string): number {
  const fewest = [0]
  for (let end = 1; end <= text.length; end += 1) {
    let best = Infinity
    for (let start = Math.max(0, end - commonWordLengthMax); start < end; start += 1) {
      if (commonWords.has(text.slice(start, end))) best = Math.min(best, (fewest[start] ?? Infinity) + 1)
    }
    fewest.push(best)
  }
  return fewest[text.length] ?? Infinity
}
