/** Up to two letters that stand for a name: the first of its first and last word, whatever the script. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => word !== '')
  const first = firstLetter(words[0] ?? '')
  const last = words.length > 1 ? firstLetter(words.at(-1) ?? '') : ''
  return first + last || '?'
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** A whole grapheme: half an emoji or a letter without its accent is not shown. */
function firstLetter(word: string): string {
  for (const { segment } of segmenter.segment(word)) return segment.toLocaleUpperCase()
  return ''
}
