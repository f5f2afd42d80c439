/**
 * Words in a PDF: written with the fonts that are at hand, each glyph where the browser has it; and words that nobody
 * sees, over a picture of them, to be found, marked and copied. ISO 32000-1, 9.
 *
 * Invariant: what is copied out of the file is what was written on the board.
 */
import type { Letters } from '../../engine/letters.ts'
import { dict, hex, hex16, latin, ref, short, type ObjectId, type PdfDict, type PdfFile } from './pdf-file.ts'
import type { Font } from './woff.ts'

/** What the board’s font draws as other signs: "->" is an arrow there, and "3x4" a product. */
const joinedSigns = /[<>=|-]{2}|\d\s?x\s?\d/
/** Signs that stand on others: where, only the browser knows. */
const marks = /\p{M}/u
/** Thousandths of the size of letters, less than which nobody sees. */
const shiftMin = 1
/** A font whose characters have a byte each has so many. */
const codesMax = 256
/** Of one list of characters (Adobe Technical Note 5411, 1.4). */
const listMax = 100
/** A sign of 1,000 units that paints nothing, as high as letters are (9.6.5). */
const blank = '1000 0 0 -250 1000 1000 d1'

type Glyph = Readonly<{ font: number; glyph: number }>

export class PdfFonts {
  readonly #fonts: readonly Font[]
  readonly #letters: Letters
  /** What the glyphs that were written stand for, by fonts. */
  readonly #used: readonly Map<number, string>[]
  /** Signs nobody sees, by fonts of `codesMax`: the place of each is its code. */
  readonly #unseen: string[][] = []
  readonly #codes = new Map<string, number>()
  readonly #segmenter = new Intl.Segmenter()

  constructor(fonts: readonly Font[], letters: Letters) {
    this.#fonts = fonts
    this.#letters = letters
    this.#used = fonts.map(() => new Map<number, string>())
  }

  /** Operators that write a line from where a text begins; null where the fonts cannot. */
  line(line: string, size: number): string | null {
    const text = line.normalize('NFC').replace(/\s/gu, ' ')
    if (marks.test(text) || joinedSigns.test(text)) return null
    const signs = Array.from(text)
    const glyphs = signs.map((sign) => this.#glyphOf(sign))
    if (!glyphs.every((glyph) => glyph !== null)) return null
    let written = ''
    let last = -1
    glyphs.forEach(({ font, glyph }, at) => {
      const sign = signs[at] ?? ''
      this.#used[font]?.set(glyph, sign)
      if (font !== last) written += `${last === -1 ? '' : '>] TJ\n'}/F${String(font)} ${short(size)} Tf [<`
      last = font
      written += hex16(glyph)
      const next = signs[at + 1]
      const own = this.#fonts[font]?.widths[glyph] ?? 0
      const shift = next === undefined ? 0 : own - (this.#width(sign + next) - this.#width(next))
      if (Math.abs(shift) >= shiftMin) written += `> ${String(Math.round(shift))} <`
    })
    return written === '' ? '' : `${written}>] TJ\n`
  }

  /** Operators for a line that is only to be found, `width` wide. */
  unseenLine(line: string, size: number, width: number): string {
    const signs = Array.from(this.#segmenter.segment(line.toWellFormed()), ({ segment }) => segment)
    if (signs.length === 0) return ''
    let written = `${short((100 * width) / (signs.length * size))} Tz\n`
    for (const sign of signs) {
      const code = this.#codeOf(sign)
      const byte = (code % codesMax).toString(16).padStart(2, '0')
      written += `/U${String(Math.floor(code / codesMax))} ${short(size)} Tf <${byte}> Tj\n`
    }
    return written
  }

  /** Puts the fonts into the file that were used. Returns them by their names. */
  async write(file: PdfFile): Promise<PdfDict> {
    const made: Record<string, string> = {}
    for (const [index, font] of this.#fonts.entries()) {
      const used = this.#used[index]
      if (used === undefined || used.size === 0) continue
      made[`F${String(index)}`] = ref(await writeFont(file, font, `STOA${partName(index)}+Inter`, used))
    }
    for (const [index, signs] of this.#unseen.entries())
      made[`U${String(index)}`] = ref(await writeUnseen(file, signs))
    return made
  }

  #glyphOf(sign: string): Glyph | null {
    const code = sign.codePointAt(0) ?? 0
    for (const [font, { glyphs }] of this.#fonts.entries()) {
      const glyph = glyphs.get(code)
      if (glyph !== undefined) return { font, glyph }
    }
    return null
  }

  #codeOf(sign: string): number {
    const known = this.#codes.get(sign)
    if (known !== undefined) return known
    const code = this.#codes.size
    this.#codes.set(sign, code)
    const font = (this.#unseen[Math.floor(code / codesMax)] ??= [])
    font.push(sign)
    return code
  }

  /** In thousandths of the size of letters. */
  #width(text: string): number {
    return this.#letters.width(text, 1_000)
  }
}

/** Two letters, which a font that is a part of another needs in its name (9.6.4). */
function partName(index: number): string {
  return String.fromCharCode(65 + Math.floor(index / 26), 65 + (index % 26))
}

/** A font whose glyphs are named by their numbers (9.7.4). */
async function writeFont(
  file: PdfFile,
  font: Font,
  name: string,
  used: ReadonlyMap<number, string>,
): Promise<ObjectId> {
  const bytes = await file.addStream(font.file, { Length1: font.file.length })
  const descriptor = file.add({
    Type: '/FontDescriptor',
    FontName: `/${name}`,
    // Symbolic: its glyphs are not named by letters.
    Flags: 4,
    FontBBox: `[${font.box.map(short).join(' ')}]`,
    ItalicAngle: 0,
    Ascent: short(font.ascent),
    Descent: short(font.descent),
    CapHeight: short(font.ascent),
    StemV: 80,
    FontFile2: ref(bytes),
  })
  const widths = [...used.keys()].map((glyph) => `${String(glyph)} [${short(font.widths[glyph] ?? 0)}]`)
  const descendant = file.add({
    Type: '/Font',
    Subtype: '/CIDFontType2',
    BaseFont: `/${name}`,
    CIDSystemInfo: '<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>',
    FontDescriptor: ref(descriptor),
    CIDToGIDMap: '/Identity',
    W: `[${widths.join(' ')}]`,
  })
  const letters = await file.addStream(charactersOf(used, 2))
  return file.add({
    Type: '/Font',
    Subtype: '/Type0',
    BaseFont: `/${name}`,
    Encoding: '/Identity-H',
    DescendantFonts: `[${ref(descendant)}]`,
    ToUnicode: ref(letters),
  })
}

/** A font whose every sign is the blank one (9.6.5). */
async function writeUnseen(file: PdfFile, signs: readonly string[]): Promise<ObjectId> {
  const sign = await file.addStream(latin(blank))
  const letters = await file.addStream(charactersOf(new Map(signs.entries()), 1))
  return file.add({
    Type: '/Font',
    Subtype: '/Type3',
    FontBBox: '[0 -250 1000 1000]',
    FontMatrix: '[0.001 0 0 0.001 0 0]',
    CharProcs: dict({ blank: ref(sign) }),
    Encoding: dict({ Type: '/Encoding', Differences: `[0 ${'/blank '.repeat(signs.length)}]` }),
    FirstChar: 0,
    LastChar: signs.length - 1,
    Widths: `[${'1000 '.repeat(signs.length)}]`,
    Resources: '<< >>',
    ToUnicode: ref(letters),
  })
}

/** Which characters the codes of a font stand for, each of them so many bytes (9.10.3). */
function charactersOf(signs: ReadonlyMap<number, string>, byteCount: 1 | 2): Uint8Array<ArrayBuffer> {
  const code = (value: number): string => `<${value.toString(16).padStart(2 * byteCount, '0')}>`
  const pairs = [...signs].map(([value, sign]) => `${code(value)} <${hex(sign)}>`)
  const lists: string[] = []
  for (let from = 0; from < pairs.length; from += listMax) {
    const list = pairs.slice(from, from + listMax)
    lists.push(`${String(list.length)} beginbfchar\n${list.join('\n')}\nendbfchar`)
  }
  return latin(`/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
${code(0)} ${code(256 ** byteCount - 1)}
endcodespacerange
${lists.join('\n')}
endcmap
CMapName currentdict /CMap defineresource pop
end
end`)
}
