/** Which names complete what is written behind an `@`. Pure. */
import { toAll } from '#shared/chat/mention.ts'

export type Candidate = Readonly<{ name: string; personId: string | null }>

type Person = Readonly<{ name: string; personId: string; isSelf: boolean; isHere: boolean }>

/** More are not looked through: another letter finds them. */
const candidatesMax = 8

/** The beginning of a name and where its `@` stands, or null where none is being written. */
export function namingAt(text: string, caret: number): Readonly<{ at: number; start: string }> | null {
  const [, start] =
    /(?:^|[^\p{L}\p{N}_@])@([^\s@]{0,64}(?: [^\s@]{0,64})?)$/u.exec(text.slice(0, caret)) ?? []
  return start === undefined ? null : { at: caret - start.length - 1, start }
}

/** In the order of the people, each whose name or a word of it begins so; then everybody, as `all`. */
export function candidatesFor(start: string, people: readonly Person[]): readonly Candidate[] {
  const wanted = fold(start)
  const fits = (name: string): boolean =>
    fold(name).startsWith(wanted) || (wanted !== '' && fold(name).includes(` ${wanted}`))
  const others = people.filter(({ name, isSelf }) => !isSelf && fits(name))
  const all = people.length > 2 && fits(toAll) ? [{ name: toAll, personId: null }] : []
  return [...others.slice(0, candidatesMax - all.length), ...all]
}

/** The text with the whole name in the place of its beginning, and where the caret is then. */
export function complete(
  text: string,
  caret: number,
  at: number,
  name: string,
): Readonly<{ text: string; caret: number }> {
  const before = `${text.slice(0, at)}@${name} `
  return { text: before + text.slice(caret).replace(/^ /, ''), caret: before.length }
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}
