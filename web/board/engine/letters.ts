/**
 * How text is broken into lines, and how much room it takes. Pure but for the measure of a word, which the caller has.
 */
import type { Style } from '#shared/board/style.ts'

/** Width of a piece of text in px, at a size of letters in px. */
export type Letters = Readonly<{ width(text: string, size: number): number }>

export type TextBlock = Readonly<{ lines: readonly string[]; width: number; height: number }>

/** Finds what one sees as one character. */
const segmenter = new Intl.Segmenter()

/** Height of a line, by the size of its letters. */
export const lineHeight = 1.3

/** Lines no wider than `widthMax`, or as they were typed where that is null. A word that is too long is broken. */
export function layOut(
  letters: Letters,
  text: string,
  { textSize }: Pick<Style, 'textSize'>,
  widthMax: number | null,
): TextBlock {
  const widthOf = (line: string): number => letters.width(line, textSize)
  const lines = text
    .split('\n')
    .flatMap((line) => (widthMax === null ? [line] : wrap(line, widthMax, widthOf)))
  return {
    lines,
    width: lines.reduce((widest, line) => Math.max(widest, widthOf(line)), 0),
    height: lines.length * textSize * lineHeight,
  }
}

function wrap(line: string, widthMax: number, widthOf: (text: string) => number): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of line.split(/(?<=\s)/u)) {
    if (current !== '' && widthOf((current + word).trimEnd()) > widthMax) {
      lines.push(current.trimEnd())
      current = ''
    }
    current += word
    while (widthOf(current.trimEnd()) > widthMax) {
      const fitting = longestFitting(current, widthMax, widthOf)
      if (fitting === current.length) break
      lines.push(current.slice(0, fitting))
      current = current.slice(fitting)
    }
  }
  return [...lines, current.trimEnd()]
}

/** How much of it, at least one character: what one sees as one is never broken, however many units it has. */
function longestFitting(text: string, widthMax: number, widthOf: (text: string) => number): number {
  const ends = Array.from(segmenter.segment(text), ({ index, segment }) => index + segment.length)
  let [low, high] = [0, ends.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (widthOf(text.slice(0, ends[middle])) <= widthMax) low = middle
    else high = middle - 1
  }
  return ends[low] ?? text.length
}
