/** What the pages of a PDF share: fonts, pictures and shades, each once in the file, by the names pages call them. */
import type { Box } from '#shared/board/geometry.ts'
import type { Letters } from '../../engine/letters.ts'
import { dict, ref, short, type ObjectId, type PdfFile } from './pdf-file.ts'
import { PdfFonts } from './pdf-fonts.ts'
import { PdfPicture, writePixels, writeStencil, type Pixels } from './pdf-pictures.ts'
import type { Font } from './woff.ts'

/** A line of text as a canvas is told to paint it. */
export type Line = Readonly<{
  text: string
  /** As CSS has it. */
  font: string
  colour: string
}>

/** Where a painted line is, in px from its start, at the height of its middle. */
export type PaintedLine = Readonly<{
  pixels: Pixels
  /** There is nothing in it but the line's own colour. */
  isPlain: boolean
  box: Box
  width: number
}>

/** What only a browser knows. */
export type PdfWorld = Readonly<{
  /** The board's own, in the order in which letters are looked for in them. */
  fonts: readonly Font[]
  letters: Letters
  /** Red, green and blue of a colour of CSS, from 0 to 1. */
  colour(css: string): readonly [red: number, green: number, blue: number]
  /** From a line's middle down to where its letters stand, by their size. */
  baseline: number
  /** Null where the browser cannot paint. */
  paintLine(line: Line): PaintedLine | null
}>

type Painted = Readonly<{ picture: PdfPicture; box: Box; width: number }>

type Words = Readonly<{
  /** Operators that write them, within a text. */
  data: string
  width: number
  /** From their middle down to where they stand. */
  baseline: number
  painted: Painted | null
}>

export class PdfInk {
  readonly #file: PdfFile
  readonly #world: PdfWorld
  readonly #fonts: PdfFonts
  readonly #pictures = new Map<ObjectId, string>()
  readonly #shades = new Map<string, string>()
  readonly #colours = new Map<string, string>()
  readonly #painted = new Map<string, Painted | null>()
  #unwritten: ((file: PdfFile) => Promise<ObjectId>)[] = []

  constructor(file: PdfFile, world: PdfWorld) {
    this.#file = file
    this.#world = world
    this.#fonts = new PdfFonts(world.fonts, world.letters)
  }

  /** Three numbers. */
  colour(css: string): string {
    return known(this.#colours, css, () => this.#world.colour(css).map(short).join(' '))
  }

  shade(opacity: number): string {
    return known(this.#shades, short(opacity), () => `G${String(this.#shades.size)}`)
  }

  picture({ id }: PdfPicture): string {
    return known(this.#pictures, id, () => `P${String(this.#pictures.size)}`)
  }

  /** Letters that stay letters; where the fonts at hand lack some, a picture with letters over it that nobody sees. */
  words(line: Line): Words {
    const { size, isPlain } = readFont(line.font)
    const width = this.#world.letters.width(line.text, size)
    const baseline = this.#world.baseline * size
    const data = isPlain ? this.#fonts.line(line.text, size) : null
    if (data !== null) return { data, width, baseline, painted: null }
    const painted = known(this.#painted, JSON.stringify(line), () => this.#paint(line))
    const seenWidth = painted?.width ?? width
    const unseen = this.#fonts.unseenLine(line.text, size, seenWidth)
    return { data: unseen, width: seenWidth, baseline, painted }
  }

  #paint(line: Line): Painted | null {
    const made = this.#world.paintLine(line)
    if (made === null) return null
    const { pixels, isPlain, box, width } = made
    const id = this.#file.name()
    this.#unwritten.push((file) =>
      isPlain
        ? writeStencil(file, pixels, this.#world.colour(line.colour), id)
        : writePixels(file, pixels, id),
    )
    return { picture: new PdfPicture(id), box, width }
  }

  /** Packs what was painted since the last time: it is large until then. */
  async settle(): Promise<void> {
    for (const write of this.#unwritten) await write(this.#file)
    this.#unwritten = []
  }

  /** Puts all of it into the file, once nothing more is painted. */
  async write(id: ObjectId): Promise<void> {
    await this.settle()
    const pictures = [...this.#pictures].map(([picture, name]) => [name, ref(picture)] as const)
    const shades = [...this.#shades].map(
      ([opacity, name]) => [name, dict({ CA: opacity, ca: opacity })] as const,
    )
    const resources = {
      Font: dict(await this.#fonts.write(this.#file)),
      XObject: dict(Object.fromEntries(pictures)),
      ExtGState: dict(Object.fromEntries(shades)),
    }
    this.#file.add(resources, id)
  }
}

function readFont(css: string): Readonly<{ size: number; isPlain: boolean }> {
  const [, weight = '400', size = '16'] = /^(?:(\d+) )?([\d.]+)px /u.exec(css) ?? []
  return { size: Number(size), isPlain: weight === '400' }
}

function known<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = make()
  map.set(key, made)
  return made
}
