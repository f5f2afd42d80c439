/**
 * Who a message mentions: `@` and a name in its text, and beside it whose name that is.
 *
 * Rule CH10 of docs/PROTOCOL.md. The text stays what its author wrote, for search, export and copying; that the name is
 * somebody's is kept with the seat, so that it shows their present name. Pure.
 */
import { mentionOf, parseMention, toAll, type Mention } from '#shared/chat/mention.ts'
import type { Seat } from '#shared/ids.ts'
import { mentionsMax } from '#shared/limits.ts'

/** Whose name it is; null for everybody. */
export type NamedPeople = ReadonlyMap<string, Seat | null>

/** `@` and one of the names, the longest that fits, where no word goes on before or behind it. */
export function mentionPattern(names: Iterable<string>): RegExp {
  const longestFirst = [...names].sort((a, b) => b.length - a.length).map(escaped)
  return new RegExp(`(?<![\\p{L}\\p{N}_])@(${longestFirst.join('|')})(?![\\p{L}\\p{N}_])`, 'uy')
}

function escaped(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

/** What is kept beside a text in which any of these people are named; of two with one name both. */
export function mentionsIn(
  text: string,
  people: Iterable<Readonly<{ seat: Seat; name: string }>>,
): readonly Mention[] {
  const seatsByName = new Map<string, Seat[]>()
  for (const { seat, name } of people) seatsByName.set(name, [...(seatsByName.get(name) ?? []), seat])
  const pattern = mentionPattern([toAll, ...seatsByName.keys()])
  const found = new Set<Mention>()
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    pattern.lastIndex = at
    const name = pattern.exec(text)?.[1]
    if (name === undefined) continue
    const seats = seatsByName.get(name)
    if (seats === undefined) found.add(toAll)
    else for (const seat of seats) found.add(mentionOf(seat, name))
  }
  return [...found].slice(0, mentionsMax)
}

/** The names in a text and whose they are, as kept beside it. */
export function namedIn(mentions: readonly string[]): NamedPeople {
  const people = new Map<string, Seat | null>()
  for (const mention of mentions) {
    const parts = parseMention(mention)
    if (parts !== null && !people.has(parts.name)) people.set(parts.name, parts.seat)
  }
  return people
}
