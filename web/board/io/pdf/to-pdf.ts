/** Sheets as a PDF: painted by the one painter of shapes, so that lines stay lines and letters stay letters. */
import type { Figure } from '#shared/board/figure.ts'
import type { Box } from '#shared/board/geometry.ts'
import type { FileHash } from '#shared/files/file.ts'
import { pictureBrush, roomFor, type Looks } from '../export.ts'
import { pagesOf, type Page } from './pages.ts'
import { dict, latin, PdfFile, ref, short, words, type ObjectId } from './pdf-file.ts'
import { PdfInk, type PdfWorld } from './pdf-ink.ts'
import { PdfPath } from './pdf-path.ts'
import type { PdfPicture } from './pdf-pictures.ts'
import { PdfSurface } from './pdf-surface.ts'

export type PrintedSheet = Readonly<{
  name: string
  /** Bottom to top. */
  figures: readonly Figure[]
}>

type Options = Readonly<{
  title: string
  hasBackground: boolean
  looks: Pick<Looks, 'theme' | 'letters'>
  world: PdfWorld
  /** Puts the pictures among these figures into the file, as far as they can be had. */
  writePictures(file: PdfFile, figures: readonly Figure[]): Promise<ReadonlyMap<FileHash, PdfPicture>>
}>

type Printed = Readonly<{
  bytes: Uint8Array<ArrayBuffer>
  /** Figures outside all frames of a sheet that has some. */
  leftOutCount: number
}>

/** Points, which are 1/72 inch, for a px of CSS, which is 1/96. */
const pointsPerPx = 0.75
/** Points of the shortest and the longest side that every reader shows. ISO 32000-1, C.2. */
const sideMin = 3
const sideMax = 14_400

/** Each sheet's frames as pages, or all of it as one; or only these figures, on one. Null where nothing is on any. */
export async function toPdf(
  sheets: readonly PrintedSheet[] | Readonly<{ chosen: readonly Figure[] }>,
  options: Options,
): Promise<Printed | null> {
  const around = (figures: readonly Figure[]): Box => roomFor(figures, options.looks.letters)
  const parts =
    'chosen' in sheets
      ? [
          {
            pages: [{ title: options.title, figures: sheets.chosen, box: around(sheets.chosen) }],
            leftOutCount: 0,
          },
        ]
      : sheets.map(({ name, figures }) => pagesOf(figures, name, around))
  const pages = parts.flatMap((part) => part.pages)
  if (pages.length === 0) return null
  const leftOutCount = parts.reduce((sum, part) => sum + part.leftOutCount, 0)
  return { bytes: await printed(pages, options), leftOutCount }
}

async function printed(pages: readonly Page[], options: Options): Promise<Uint8Array<ArrayBuffer>> {
  const { title, world, writePictures } = options
  const file = new PdfFile()
  const pictures = await writePictures(file, [...new Set(pages.flatMap(({ figures }) => figures))])
  const ink = new PdfInk(file, world)
  const [root, tree, resources] = [file.name(), file.name(), file.name()]
  const ids: ObjectId[] = []
  for (const page of pages) ids.push(await printPage(page, { ...options, file, ink, pictures, tree }))
  await ink.write(resources)
  const kids = `[${ids.map(ref).join(' ')}]`
  file.add({ Type: '/Pages', Kids: kids, Count: ids.length, Resources: ref(resources) }, tree)
  const outline = pages.length > 1 ? { Outlines: ref(addOutline(file, pages, ids)) } : {}
  const view = { ViewerPreferences: dict({ DisplayDocTitle: 'true' }) }
  file.add({ Type: '/Catalog', Pages: ref(tree), ...outline, ...view }, root)
  return file.bytes(root, file.add({ Title: words(title), Producer: words('Stoa') }))
}

async function printPage(
  { box, figures }: Page,
  {
    file,
    ink,
    pictures,
    tree,
    looks,
    hasBackground,
  }: Options &
    Readonly<{ file: PdfFile; ink: PdfInk; pictures: ReadonlyMap<FileHash, PdfPicture>; tree: ObjectId }>,
): Promise<ObjectId> {
  const [width, height] = [box.maxX - box.minX, box.maxY - box.minY]
  const scale = Math.min(pointsPerPx, sideMax / width, sideMax / height)
  const [across, down] = [width, height].map((side) => short(Math.max(sideMin, side * scale)))
  const page = new PdfSurface(ink)
  page.fillStyle = looks.theme.background
  if (hasBackground) page.fillRect(0, 0, Math.max(width, sideMin / scale), Math.max(height, sideMin / scale))
  const paint = pictureBrush(page.surface, looks, {
    newPath: () => new PdfPath() as unknown as Path2D,
    box,
    scale: 1,
    lookOf(hash) {
      const picture = pictures.get(hash)
      return picture === undefined ? { kind: 'coming' } : { kind: 'here', image: picture.image }
    },
  })
  for (const figure of figures) {
    paint(figure)
    await ink.settle()
  }
  // From px that go down to points that go up.
  const turned = `${short(scale)} 0 0 ${short(-scale)} 0 ${String(down)} cm\n`
  const content = await file.addStream(latin(turned + page.data))
  return file.add({
    Type: '/Page',
    Parent: ref(tree),
    MediaBox: `[0 0 ${String(across)} ${String(down)}]`,
    Contents: ref(content),
    Group: dict({ S: '/Transparency', CS: '/DeviceRGB' }),
  })
}

/** What the pages are called, beside them. ISO 32000-1, 12.3.3. */
function addOutline(file: PdfFile, pages: readonly Page[], ids: readonly ObjectId[]): ObjectId {
  const outline = file.name()
  const entries = pages.map(() => file.name())
  pages.forEach(({ title }, at) => {
    const [before, after] = [entries[at - 1], entries[at + 1]]
    file.add(
      {
        Title: words(title),
        Parent: ref(outline),
        Dest: `[${ref(ids[at] ?? 0)} /Fit]`,
        ...(before === undefined ? {} : { Prev: ref(before) }),
        ...(after === undefined ? {} : { Next: ref(after) }),
      },
      entries[at],
    )
  })
  const [first, last] = [entries[0] ?? 0, entries.at(-1) ?? 0]
  return file.add({ Type: '/Outlines', First: ref(first), Last: ref(last), Count: entries.length }, outline)
}
