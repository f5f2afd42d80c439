/** Sheets as a PDF: what stands on which page, lines as lines, letters as letters, and files that every reader takes. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import fc from 'fast-check'
import type { Figure } from '#shared/board/figure.ts'
import { readExcalidraw } from '#shared/board/io/excalidraw-read.ts'
import type { FileHash } from '#shared/files/file.ts'
import { PdfFile } from '#web/board/io/pdf/pdf-file.ts'
import { PdfPicture, writeJpeg, writePixels } from '#web/board/io/pdf/pdf-pictures.ts'
import type { PdfWorld } from '#web/board/io/pdf/pdf-ink.ts'
import { toPdf } from '#web/board/io/pdf/to-pdf.ts'
import { readFont } from '#web/board/io/pdf/woff.ts'
import { readPdf, type ReadPdf } from '../support/pdf.ts'

type Fields = Readonly<Record<string, unknown>>
type Wanted = Parameters<typeof toPdf>[0]
type Options = Parameters<typeof toPdf>[1]

const woff = (part: string): Promise<Buffer> =>
  readFile(
    new URL(`../../node_modules/@fontsource/inter/files/inter-${part}-400-normal.woff`, import.meta.url),
  )
const fonts = [await readFont(await woff('latin')), await readFont(await woff('cyrillic'))]
const letters = { width: (text: string, size: number) => (text.length * size) / 2 }
const theme = {
  inks: Array.from({ length: 8 }, (_, ink) => `ink ${String(ink)}`),
  ...{ text: 'text', background: 'ground', accent: '', bad: '', onColour: '', font: 'Inter' },
}
const world: PdfWorld = {
  fonts,
  letters,
  colour: (css) => (css === 'ground' ? [1, 1, 1] : [0, 0, 0]),
  baseline: 0.3,
  paintLine: ({ text }) => ({
    isPlain: text.startsWith('世'),
    pixels: { width: 2, height: 1, values: new Uint8ClampedArray([255, 0, 0, 255, 0, 0, 0, 0]) },
    box: { minX: 0, minY: -20, maxX: text.length * 10, maxY: 20 },
    width: text.length * 10,
  }),
}

async function print(
  wanted: Wanted,
  more: Partial<Options> = {},
): Promise<ReadPdf & { leftOutCount: number }> {
  const printed = await toPdf(wanted, {
    ...{ title: 'Größe', hasBackground: false, looks: { theme, letters }, world },
    writePictures: () => Promise.resolve(new Map()),
    ...more,
  })
  assert.ok(printed !== null)
  return { ...readPdf(printed.bytes), leftOutCount: printed.leftOutCount }
}

const box = (type: string, x: number, y: number, more: Fields = {}): Fields => ({
  ...{ id: `${type} ${String(x)} ${String(y)}`, type, x, y, width: 100, height: 50 },
  ...more,
})
const words = (text: string, x = 0, y = 0): Fields => box('text', x, y, { text, fontSize: 20 })

function figuresOf(...elements: readonly Fields[]): readonly Figure[] {
  const read = readExcalidraw(JSON.stringify({ type: 'excalidraw', version: 2, elements }))
  assert.ok(read.kind === 'read')
  return read.figures
}

const sheet = (name: string, ...elements: readonly Fields[]) => ({ name, figures: figuresOf(...elements) })

test('[BO14] a sheet is one page, as large as what is on it and some room, at 96 px to the inch', async () => {
  const { pages, title, outline } = await print([
    sheet('One', box('rectangle', 0, 0), box('ellipse', 300, 150)),
  ])
  const [page] = pages
  assert.deepEqual([pages.length, title, outline], [1, 'Größe', []])
  // 400 × 200 px, the width of the line and 16 px around.
  assert.deepEqual([page?.width, page?.height], [327, 177])
  assert.equal(page?.content.match(/^S$/gmu)?.length, 2)
})

test('[BO14] each frame is a page of its own size, as one reads them; what is outside is counted', async () => {
  const { pages, outline, leftOutCount } = await print([
    sheet(
      'Plan',
      box('frame', 1_000, 30, { width: 400, height: 300, name: 'Second' }),
      box('frame', 0, 900, { width: 200, height: 100, name: '' }),
      box('frame', 0, 0, { width: 800, height: 600, name: 'Erster' }),
      words('in the first', 10, 10),
      words('in the second', 1_010, 40),
      box('rectangle', 780, 100, { width: 300 }),
      box('ellipse', 0, 700),
    ),
  ])
  assert.deepEqual(outline, ['Erster', 'Second', 'Plan'])
  assert.deepEqual(
    pages.map(({ width, height, texts }) => [width, height, texts]),
    [
      [600, 450, ['in the first']],
      [300, 225, ['in the second']],
      [150, 75, []],
    ],
  )
  // What reaches into two is on both.
  assert.deepEqual(
    pages.map(({ content }) => content.match(/^S$/gmu)?.length ?? 0),
    [1, 1, 0],
  )
  assert.equal(leftOutCount, 1)
})

test('[BO14] what is chosen is one page, also where there are frames; sheets with nothing on them have none', async () => {
  const frame = box('frame', 0, 0, { width: 800, height: 600, name: 'Frame' })
  const chosen = figuresOf(frame, words('chosen'))
  const { pages } = await print({ chosen })
  assert.deepEqual(
    pages.map(({ texts }) => texts),
    [['Frame', 'chosen']],
  )
  const empty = { name: 'Empty', figures: [] }
  const { outline } = await print([sheet('A', words('a')), empty, sheet('B', frame, words('b'))])
  assert.deepEqual(outline, ['A', 'Frame'])
  const nothing = await toPdf([empty, empty], {
    ...{ title: '', hasBackground: true, looks: { theme, letters }, world },
    writePictures: () => Promise.resolve(new Map()),
  })
  assert.equal(nothing, null)
})

test('[BO14] what is larger than readers show is made smaller, and nothing is too small for them', async () => {
  const huge = await print([sheet('Huge', box('rectangle', 0, 0, { width: 60_000, height: 30_000 }))])
  assert.deepEqual(
    huge.pages.map(({ width, height }) => [width, Math.round(height)]),
    [[14_400, 7_204]],
  )
  const tiny = await print([sheet('Tiny', box('frame', 0, 0, { width: 1, height: 1 }))], {
    hasBackground: true,
  })
  assert.deepEqual([tiny.pages[0]?.width, tiny.pages[0]?.height], [3, 3])
})

test('letters that the fonts have stay letters; others are painted, with letters to be found over them', async () => {
  const { pages, pictures } = await print([
    sheet(
      'Words',
      words('Größe, AV — 10 €'),
      words('Привет, мир'),
      words('世界 e\u0301 👨‍👩‍👧'),
      words('a -> b'),
    ),
  ])
  const [page] = pages
  assert.deepEqual(page?.texts, ['Größe, AV — 10 €', 'Привет, мир', '世界 e\u0301 👨‍👩‍👧', 'a -> b'])
  const fontsOf = page.content.match(/\/[FU]\d (?=20 Tf)/gu)?.map((name) => name.slice(1, 3))
  assert.deepEqual([...new Set(fontsOf)], ['F0', 'F1', 'U0'])
  // How much of each painted pixel is seen; and one colour for all of them, where there is one, or that of each.
  assert.deepEqual(
    pictures.map(({ stream }) => [...(stream ?? [])]).toSorted((a, b) => a.length - b.length),
    [
      [255, 0],
      [255, 0],
      [0, 0, 0],
      [255, 0, 0, 0, 0, 0],
    ],
  )
})

test('opacity, dashes, highlights and what is beneath are as the painter has them', async () => {
  const { pages } = await print(
    [
      sheet(
        'Looks',
        box('rectangle', 0, 0, { opacity: 50, strokeStyle: 'dashed', strokeWidth: 4 }),
        box('ellipse', 200, 0, { backgroundColor: '#ffc9c9' }),
      ),
    ],
    { hasBackground: true },
  )
  const content = pages[0]?.content ?? ''
  assert.match(content, /^0\.75 0 0 -0\.75 0 [\d.]+ cm\nq\n1 1 1 rg\n0 0 \d+ \d+ re\nf\nQ\n/u)
  assert.match(content, /\/G0 gs\n0 0 0 RG\n4 w 1 J 1 j\n\[12 10\] 0 d\n/u)
  // The tint: first the ground, then a little of the ink, then the edge.
  assert.match(content, /1 1 1 rg\n(?:[^f]*\n)f\nQ\nq\n.*\n\/G1 gs\n0 0 0 rg\n(?:[^f]*\n)f\nQ\nq\n/u)
})

test('a JPEG keeps its bytes; one that a PDF would show otherwise is left to be drawn anew', async () => {
  const frame = [0xff, 0xc0, 0, 17, 8, 0, 2, 0, 3, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]
  const jpeg = (...segments: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> =>
    new Uint8Array([0xff, 0xd8, ...segments.flat(), 0xff, 0xd9])
  const words = [0xff, 0xfe, 0, 4, 1, 2]
  const file = new PdfFile()
  const good = await writeJpeg(file, jpeg(words, frame), [3, 2])
  assert.ok(good !== null)
  assert.equal(await writeJpeg(file, jpeg(frame), [2, 3]), null, 'of another size')
  assert.equal(
    await writeJpeg(file, jpeg([0xff, 0xe1, 0, 4, 1, 2], frame), [3, 2]),
    null,
    'turned by an Exif',
  )
  assert.equal(await writeJpeg(file, jpeg(frame.with(9, 4)), [3, 2]), null, 'of four colours')
  assert.equal(await writeJpeg(file, jpeg(frame.with(4, 12)), [3, 2]), null, 'of finer colours')
  const bytes = file.bytes(file.add({ Type: '/Catalog' }), good)
  assert.ok(Buffer.from(bytes).includes(Buffer.from(jpeg(words, frame))))
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (noise) => {
      await writeJpeg(new PdfFile(), new Uint8Array([0xff, 0xd8, ...noise]), [3, 2])
    }),
  )
})

test('[BO14] a picture is in the file once, however often it is shown; one that cannot be had leaves its frame', async () => {
  const hash = 'a'.repeat(64) as FileHash
  const rectangle = figuresOf(box('rectangle', 0, 0))[0]
  assert.ok(rectangle !== undefined)
  const image = (b: FileHash): Figure => ({
    ...rectangle,
    kind: 'image',
    row: { ...rectangle.row, k: 'image', b, m: 'image/png', i: [1, 1] } as Figure['row'],
  })
  const figures = [image(hash), image(hash), image('b'.repeat(64) as FileHash)]
  const pixels = { width: 1, height: 1, values: new Uint8ClampedArray([1, 2, 3, 255]) }
  const { pages, pictures } = await print([{ name: 'Pictures', figures }], {
    writePictures: async (file) => new Map([[hash, new PdfPicture(await writePixels(file, pixels))]]),
  })
  assert.deepEqual(
    pictures.map(({ stream }) => [...(stream ?? [])]),
    [[1, 2, 3]],
  )
  const content = pages[0]?.content ?? ''
  assert.equal(content.match(/^100 0 0 -50 0 50 cm\n\/P0 Do$/gmu)?.length, 2)
  assert.ok((content.match(/^S$/gmu)?.length ?? 0) > 2, 'the sign in an empty frame')
})

test('a font of the web is a whole font in the file: its tables add up, its letters are where they were', async () => {
  const [latin] = fonts
  assert.ok(latin !== undefined)
  const view = new DataView(latin.file.buffer)
  let sum = 0
  for (let at = 0; at < latin.file.length; at += 4) sum = (sum + view.getUint32(at)) >>> 0
  assert.equal(sum, 0xb1b0afba)
  const tags = Array.from({ length: view.getUint16(4) }, (_, index) =>
    Buffer.from(latin.file.subarray(12 + 16 * index, 16 + 16 * index)).toString('latin1'),
  )
  assert.deepEqual(tags, ['glyf', 'head', 'hhea', 'hmtx', 'loca', 'maxp'])
  const widthOf = (letter: string) => latin.widths[latin.glyphs.get(letter.codePointAt(0) ?? 0) ?? -1] ?? 0
  assert.ok(widthOf('i') < widthOf('n') && widthOf('n') < widthOf('W'))
  assert.equal(new Set(latin.glyphs.values()).size, latin.glyphs.size)
  await assert.rejects(readFont(new Uint8Array(60)), /no WOFF/u)
})

test('an object that was named and never written is not passed over', () => {
  const file = new PdfFile()
  const root = file.add({ Pages: `${String(file.name())} 0 R` })
  assert.throws(() => file.bytes(root, root), /object 1 was never written/u)
})

test('[BO14] whatever is drawn and written, the file is sound, and its words are those of the board', async () => {
  const place = fc.integer({ min: -5_000, max: 5_000 })
  const size = fc.integer({ min: 1, max: 2_000 })
  const element = fc.record({
    type: fc.constantFrom('rectangle', 'ellipse', 'diamond', 'text', 'frame', 'arrow', 'freedraw'),
    x: place,
    y: place,
    width: size,
    height: size,
    angle: fc.double({ min: 0, max: 6, noNaN: true }),
    opacity: fc.integer({ min: 10, max: 100 }),
    strokeStyle: fc.constantFrom('solid', 'dashed', 'dotted'),
    backgroundColor: fc.constantFrom('transparent', '#ffc9c9'),
    text: fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    points: fc.array(fc.tuple(place, place), { minLength: 2, maxLength: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(element, { minLength: 1, maxLength: 12 }), async (elements) => {
      const read = readExcalidraw(
        JSON.stringify({
          type: 'excalidraw',
          elements: elements.map((each, id) => ({ ...each, name: each.text, id: String(id) })),
        }),
      )
      if (read.kind === 'fault') return
      const frames = read.figures.filter(({ kind }) => kind === 'frame')
      const { pages, outline } = await print([{ name: 'Sheet', figures: read.figures }])
      assert.equal(pages.length, Math.max(1, frames.length))
      assert.equal(outline.length, pages.length === 1 ? 0 : pages.length)
      for (const { content, width, height } of pages) {
        assert.equal(content.match(/^q$/gmu)?.length, content.match(/^Q$/gmu)?.length)
        assert.ok(!/NaN|Infinity|undefined|\de[-+]/u.test(content))
        assert.ok(Math.min(width, height) >= 3 && Math.max(width, height) <= 14_400)
      }
      if (frames.length > 0) return
      const written = read.figures.flatMap(({ text }) => (text === '' ? [] : text.split('\n')))
      const essence = (lines: readonly string[]): string =>
        lines.join('').toWellFormed().normalize('NFC').replace(/\s/gu, '')
      assert.equal(essence(pages.flatMap(({ texts }) => texts)), essence(written))
    }),
    { numRuns: 150 },
  )
})
