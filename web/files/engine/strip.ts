/** What pictures carry beside their pixels, found and left out byte by byte. Pure. */

/** Parts of a PNG that hold words, times or a camera's notes. */
const wordParts = new Set(['tEXt', 'zTXt', 'iTXt', 'eXIf', 'tIME'])
const pngHeadSize = 8

/** A PNG without them; the same bytes where it is not built as PNGs are (PNG, 3rd edition, 5.3). */
export function withoutWords(png: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = new DataView(png.buffer, png.byteOffset, png.byteLength)
  const kept: Uint8Array[] = [png.subarray(0, pngHeadSize)]
  for (let at = pngHeadSize; at < png.length;) {
    if (at + 12 > png.length) return png
    const end = at + 12 + bytes.getUint32(at)
    if (end > png.length) return png
    const name = String.fromCharCode(...png.subarray(at + 4, at + 8))
    if (!wordParts.has(name)) kept.push(png.subarray(at, end))
    // What follows the end belongs to no picture.
    if (name === 'IEND') break
    at = end
  }
  const whole = new Uint8Array(kept.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of kept) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Whether a WebP has frames: the mark of its extended header. */
export function isMovingWebp(head: Uint8Array): boolean {
  return String.fromCharCode(...head.subarray(12, 16)) === 'VP8X' && ((head[20] ?? 0) & 2) !== 0
}
