/** The widths of words as this browser draws them. Measured once at a large size: letters grow evenly. */
import type { Letters } from '../letters.ts'

const measuredSize = 100
/** Words remembered. */
const wordsMax = 5_000

export function browserLetters(): Letters {
  const surface = document.createElement('canvas').getContext('2d')
  const widths = new Map<string, number>()
  return {
    width(text, size) {
      let width = widths.get(text)
      if (width === undefined) {
        if (widths.size >= wordsMax) widths.clear()
        if (surface !== null)
          surface.font = `${String(measuredSize)}px ${getComputedStyle(document.body).fontFamily}`
        width = surface?.measureText(text).width ?? (text.length * measuredSize) / 2
        widths.set(text, width)
      }
      return (width * size) / measuredSize
    },
  }
}
