/**
 * What of a found message is shown, and where the words are in it.
 *
 * Words are compared as the server's index does: without capitals and accents; the last may be a beginning. Pure.
 */
export type FoundPart = Readonly<{ text: string; isMarked: boolean }>

/** UTF-16 code units before the first word that was found, and in all. */
const beforeMax = 40
const excerptMax = 240

/** The part of the text around the first of the words, cut where there is more, with every word marked. */
export function foundParts(text: string, query: string): readonly FoundPart[] {
  const line = text.replace(/\s+/gu, ' ').trim()
  const marks = marksIn(line, query)
  const first = marks[0]?.[0] ?? 0
  const start =
    first > beforeMax && line.length > excerptMax ? wordStartAfter(line, first - beforeMax, first) : 0
  const end = Math.min(line.length, start + excerptMax)
  const parts: FoundPart[] = []
  let done = start
  for (const [from, to] of marks) {
    if (to > end) break
    if (from > done) parts.push({ text: line.slice(done, from), isMarked: false })
    parts.push({ text: line.slice(from, to), isMarked: true })
    done = to
  }
  if (end > done) parts.push({ text: line.slice(done, end), isMarked: false })
  const cut = (isCut: boolean): readonly FoundPart[] => (isCut ? [{ text: '…', isMarked: false }] : [])
  return [...cut(start > 0), ...parts, ...cut(end < line.length)]
}

/** Where the words of the query begin and end in a text: in order, and none within another. */
function marksIn(text: string, query: string): readonly (readonly [from: number, to: number])[] {
  const wanted = wordsIn(query).map(({ folded }) => folded)
  const last = wanted.at(-1)
  return wordsIn(text).flatMap(({ from, word, folded }) => {
    if (wanted.includes(folded)) return [[from, from + word.length] as const]
    if (last === undefined || !folded.startsWith(last)) return []
    return [[from, from + lengthOf(word, last.length)] as const]
  })
}

function wordsIn(text: string): readonly Readonly<{ from: number; word: string; folded: string }>[] {
  return [...text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)].map(({ 0: word, index }) => ({
    from: index,
    word,
    folded: fold(word),
  }))
}

/** How much of a word as it is written folds to so much. */
function lengthOf(word: string, foldedLength: number): number {
  let length = 0
  for (const { segment } of new Intl.Segmenter().segment(word)) {
    if (fold(word.slice(0, length)).length >= foldedLength) break
    length += segment.length
  }
  return length
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

/** The beginning of the next word, but not beyond `last`. */
function wordStartAfter(text: string, at: number, last: number): number {
  const space = text.indexOf(' ', at)
  return space === -1 || space >= last ? last : space + 1
}
