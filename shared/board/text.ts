/**
 * The text of a shape, which several people may write at once.
 *
 * Each page writes with a pen of its own, and only its own pen's log: what it has put in, and what it has taken out, of
 * whichever pen. Characters of a pen are numbered as they were written. An insertion names the character it follows;
 * of several that follow the same one, the newest comes first, by a clock that counts on from everything its writer
 * had seen. So the text is a function of the logs alone, in whichever order they came, and what one person types in
 * one go is never mixed with another's. Rule BO7 of docs/PROTOCOL.md. Pure.
 *
 * Characters are UTF-16 code units.
 */
import { boardTextLengthMax } from '../limits.ts'
import { isPlainObject } from '../plain-object.ts'

/** After character `at` of `pen`, or at the beginning where `pen` is empty. The clock of its first character. */
type Insertion = readonly [pen: string, at: number, clock: number, text: string]
/** Characters `from` … `to` − 1 of `pen`. */
type Removal = readonly [pen: string, from: number, to: number]

export type PenLog = Readonly<{ i: readonly Insertion[]; d: readonly Removal[] }>

type Character = { pen: string; at: number; clock: number; unit: string; isGone: boolean; next: Character[] }

/** Entries of one log, of each kind; a page that has written more takes another pen. */
const logEntriesMax = 400
const clockMax = 2 ** 31
const penPattern = /^[0-9a-z]{1,5}\.[0-9a-z]{1,12}$/

export function isPenLog(value: unknown): value is PenLog {
  if (!isPlainObject(value) || Object.keys(value).length !== 2) return false
  const { i, d } = value
  return isListOf(i, isInsertion) && isListOf(d, isRemoval) && lengthOf(i) <= boardTextLengthMax
}

/** The text that these logs make, by their pens. */
export function textOf(logs: ReadonlyMap<string, PenLog>): string {
  let text = ''
  for (const { unit, isGone } of arrange(logs)) if (!isGone) text += unit
  return text
}

/**
 * The pen's log after which the text is `target`: what begins and ends alike is left alone. Null if it is so already, or
 * the log can take no more.
 */
export function writeText(logs: ReadonlyMap<string, PenLog>, pen: string, target: string): PenLog | null {
  const characters = arrange(logs)
  const shown = characters.filter(({ isGone }) => !isGone)
  const before = shown.map(({ unit }) => unit).join('')
  const [from, to, inserted] = difference(before, target)
  if (from === to && inserted === '') return null
  const own = logs.get(pen) ?? { i: [], d: [] }
  const removals = shown.slice(from, to).reduce(withRemoved, own.d)
  const clock = characters.reduce((highest, each) => Math.max(highest, each.clock), 0) + 1
  const insertions = inserted === '' ? own.i : withInserted(own.i, pen, shown[from - 1], clock, inserted)
  const log = { i: insertions, d: removals }
  return isPenLog(log) ? log : null
}

function isInsertion(value: unknown): value is Insertion {
  if (!Array.isArray(value) || value.length !== 4) return false
  const [pen, at, clock, text] = value as unknown[]
  const isFollowing = pen === '' ? at === 0 : isPen(pen) && isCount(at)
  return isFollowing && isCount(clock) && typeof text === 'string' && text !== ''
}

function isRemoval(value: unknown): value is Removal {
  if (!Array.isArray(value) || value.length !== 3) return false
  const [pen, from, to] = value as unknown[]
  return isPen(pen) && isCount(from) && isCount(to) && from < to && to <= boardTextLengthMax
}

function isPen(value: unknown): boolean {
  return typeof value === 'string' && penPattern.test(value)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < clockMax
}

function isListOf<Item>(value: unknown, isItem: (item: unknown) => item is Item): value is readonly Item[] {
  return Array.isArray(value) && value.length <= logEntriesMax && value.every(isItem)
}

function lengthOf(insertions: readonly Insertion[]): number {
  return insertions.reduce((length, [, , , text]) => length + text.length, 0)
}

/** All characters in their order, also those that were taken out. */
function arrange(logs: ReadonlyMap<string, PenLog>): Character[] {
  const byName = new Map<string, Character>()
  const following: [name: string, character: Character][] = []
  for (const [pen, { i }] of logs) {
    let at = 0
    for (const [afterPen, after, clock, text] of i) {
      let previous = `${afterPen} ${String(after)}`
      for (let offset = 0; offset < text.length; offset++) {
        const unit = text.charAt(offset)
        const character = { pen, at, clock: clock + offset, unit, isGone: false, next: [] }
        following.push([previous, character])
        previous = `${pen} ${String(at)}`
        byName.set(previous, character)
        at += 1
      }
    }
  }
  for (const { d } of logs.values()) {
    for (const [pen, from, to] of d) {
      for (let at = from; at < to; at++) {
        const character = byName.get(`${pen} ${String(at)}`)
        if (character === undefined) break
        character.isGone = true
      }
    }
  }
  const first: Character[] = []
  // What follows a character that is not here stands at the beginning, rather than nowhere.
  for (const [name, character] of following) (byName.get(name)?.next ?? first).push(character)
  return walk(first)
}

function walk(first: Character[]): Character[] {
  const order: Character[] = []
  const waiting = first.sort(olderFirst)
  for (let character = waiting.pop(); character !== undefined; character = waiting.pop()) {
    order.push(character)
    waiting.push(...character.next.sort(olderFirst))
  }
  return order
}

function olderFirst(a: Character, b: Character): number {
  return a.clock - b.clock || (a.pen < b.pen ? -1 : a.pen > b.pen ? 1 : b.at - a.at)
}

/** Where two texts differ: in `before` from … to, and what stands there in `after`. Never within a surrogate pair. */
function difference(before: string, after: string): [from: number, to: number, inserted: string] {
  const shorter = Math.min(before.length, after.length)
  let from = 0
  while (from < shorter && before[from] === after[from]) from++
  if (isHighSurrogate(before, from - 1) || isHighSurrogate(after, from - 1)) from--
  let end = 0
  while (end < shorter - from && before.at(-1 - end) === after.at(-1 - end)) end++
  if (isLowSurrogate(before, before.length - end) || isLowSurrogate(after, after.length - end)) end--
  return [from, before.length - end, after.slice(from, after.length - end)]
}

function isHighSurrogate(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800
}

function isLowSurrogate(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00
}

function withRemoved(removals: readonly Removal[], { pen, at }: Character): readonly Removal[] {
  const last = removals.at(-1)
  if (last?.[0] === pen && last[2] === at) return [...removals.slice(0, -1), [pen, last[1], at + 1]]
  if (last?.[0] === pen && last[1] === at + 1) return [...removals.slice(0, -1), [pen, at, last[2]]]
  return [...removals, [pen, at, at + 1]]
}

/** Typing on goes into the same insertion. */
function withInserted(
  insertions: readonly Insertion[],
  pen: string,
  after: Character | undefined,
  clock: number,
  text: string,
): readonly Insertion[] {
  const last = insertions.at(-1)
  const isNext = after?.pen === pen && after.at === lengthOf(insertions) - 1
  if (last !== undefined && isNext && last[2] + last[3].length === clock) {
    return [...insertions.slice(0, -1), [last[0], last[1], last[2], last[3] + text]]
  }
  return [...insertions, after === undefined ? ['', 0, clock, text] : [after.pen, after.at, clock, text]]
}
