/**
 * A font as the web has it, made one that a PDF can hold; which letters are in it, and how wide each is.
 *
 * WOFF 1.0 (W3C, 2012) around a TrueType font (OpenType 1.9). The files are our own: what is not sound throws. Pure but
 * for the platform's own decompression.
 */
import { joined, latin } from './pdf-file.ts'

export type Font = Readonly<{
  /** The tables that a PDF needs, as a TrueType file. */
  file: Uint8Array<ArrayBuffer>
  /** Numbers of glyphs, by code points: no two have the same, so that a glyph can be read as what was written. */
  glyphs: ReadonlyMap<number, number>
  /** By glyphs; in thousandths of the size of letters, as all that follows. */
  widths: readonly number[]
  ascent: number
  descent: number
  box: readonly [left: number, bottom: number, right: number, top: number]
}>

/** ISO 32000-1, 9.9: those a font for numbered glyphs has to have, and what shapes them on coarse screens. */
const keptTables = new Set(['cvt ', 'fpgm', 'glyf', 'head', 'hhea', 'hmtx', 'loca', 'maxp', 'prep'])
const headerSize = 44
const entrySize = 20
/** What the sums of a whole file are to come to. */
const wholeSum = 0xb1b0afba

export async function readFont(woff: Uint8Array): Promise<Font> {
  const tables = await tablesOf(woff)
  const table = (tag: string): DataView => {
    const bytes = tables.get(tag)
    if (bytes === undefined) throw new Error(`a font has no ${tag}`)
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
  const [head, hhea, hmtx] = [table('head'), table('hhea'), table('hmtx')]
  const unitsPerEm = head.getUint16(18)
  const scaled = (units: number): number => (units * 1_000) / unitsPerEm
  const widthCount = hhea.getUint16(34)
  const widths = Array.from({ length: table('maxp').getUint16(4) }, (_, glyph) =>
    // Those without a width of their own are as wide as the last.
    scaled(hmtx.getUint16(4 * Math.min(glyph, widthCount - 1))),
  )
  return {
    file: fileOf([...tables].filter(([tag]) => keptTables.has(tag))),
    glyphs: glyphsOf(table('cmap')),
    widths,
    ascent: scaled(hhea.getInt16(4)),
    descent: scaled(hhea.getInt16(6)),
    box: [36, 38, 40, 42].map((at) => scaled(head.getInt16(at))) as [number, number, number, number],
  }
}

async function tablesOf(woff: Uint8Array): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const view = new DataView(woff.buffer, woff.byteOffset, woff.byteLength)
  if (view.getUint32(0) !== 0x774f4646) throw new Error('a font is no WOFF')
  const tables = new Map<string, Uint8Array<ArrayBuffer>>()
  for (let entry = 0; entry < view.getUint16(12); entry++) {
    const at = headerSize + entry * entrySize
    const [from, packedSize, size] = [view.getUint32(at + 4), view.getUint32(at + 8), view.getUint32(at + 12)]
    const packed = woff.slice(from, from + packedSize)
    tables.set(
      String.fromCharCode(...woff.subarray(at, at + 4)),
      packedSize < size ? await inflated(packed) : packed,
    )
  }
  return tables
}

async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** From the subtable of format 4, which all these fonts have: the characters below 65,536. Of two with one glyph, the first. */
function glyphsOf(cmap: DataView): Map<number, number> {
  const glyphs = new Map<number, number>()
  const taken = new Set<number>()
  for (let table = 0; table < cmap.getUint16(2); table++) {
    const at = cmap.getUint32(4 + 8 * table + 4)
    if (cmap.getUint16(at) !== 4) continue
    const size = cmap.getUint16(at + 6)
    const [ends, starts] = [at + 14, at + 16 + size]
    const [deltas, offsets] = [starts + size, starts + 2 * size]
    for (let segment = 0; segment < size; segment += 2) {
      const [start, end] = [cmap.getUint16(starts + segment), cmap.getUint16(ends + segment)]
      const offset = cmap.getUint16(offsets + segment)
      for (let code = start; code <= end && code < 0xffff; code++) {
        const direct = offset === 0 ? code : cmap.getUint16(offsets + segment + offset + 2 * (code - start))
        const glyph = offset !== 0 && direct === 0 ? 0 : (direct + cmap.getUint16(deltas + segment)) & 0xffff
        if (glyph !== 0 && !taken.has(glyph)) glyphs.set(code, glyph)
        taken.add(glyph)
      }
    }
    return glyphs
  }
  throw new Error('a font tells its letters in no way that is known here')
}

/** OpenType 1.9, "Organization of an OpenType Font". */
function fileOf(tables: readonly (readonly [tag: string, bytes: Uint8Array])[]): Uint8Array<ArrayBuffer> {
  const sorted = tables.toSorted(([a], [b]) => (a < b ? -1 : 1))
  const power = 2 ** Math.floor(Math.log2(sorted.length))
  const head = new Uint8Array(12 + 16 * sorted.length)
  const view = new DataView(head.buffer)
  view.setUint32(0, 0x00010000)
  view.setUint16(4, sorted.length)
  view.setUint16(6, power * 16)
  view.setUint16(8, Math.log2(power))
  view.setUint16(10, (sorted.length - power) * 16)
  const parts: Uint8Array<ArrayBuffer>[] = [head]
  let at = head.length
  let headAt = 0
  sorted.forEach(([tag, bytes], index) => {
    const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4)
    padded.set(bytes)
    // The sum of the whole stands in it, and counts as none.
    if (tag === 'head') new DataView(padded.buffer).setUint32(8, 0)
    if (tag === 'head') headAt = at
    const entry = 12 + 16 * index
    head.set(latin(tag), entry)
    view.setUint32(entry + 4, sumOf(padded))
    view.setUint32(entry + 8, at)
    view.setUint32(entry + 12, bytes.length)
    parts.push(padded)
    at += padded.length
  })
  const file = joined(parts)
  new DataView(file.buffer).setUint32(headAt + 8, (wholeSum - sumOf(file)) >>> 0)
  return file
}

function sumOf(padded: Uint8Array<ArrayBuffer>): number {
  const view = new DataView(padded.buffer)
  let sum = 0
  for (let at = 0; at < padded.length; at += 4) sum = (sum + view.getUint32(at)) >>> 0
  return sum
}
