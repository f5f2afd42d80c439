/** What a PDF is made with in a real page: its fonts, its colours, and its own painting of what no font here can write. */
import cyrillicExtUrl from '@fontsource/inter/files/inter-cyrillic-ext-400-normal.woff?url'
import cyrillicUrl from '@fontsource/inter/files/inter-cyrillic-400-normal.woff?url'
import greekExtUrl from '@fontsource/inter/files/inter-greek-ext-400-normal.woff?url'
import greekUrl from '@fontsource/inter/files/inter-greek-400-normal.woff?url'
import latinExtUrl from '@fontsource/inter/files/inter-latin-ext-400-normal.woff?url'
import latinUrl from '@fontsource/inter/files/inter-latin-400-normal.woff?url'
import vietnameseUrl from '@fontsource/inter/files/inter-vietnamese-400-normal.woff?url'
import type { Letters } from '../../engine/letters.ts'
import type { Line, PaintedLine, PdfWorld } from './pdf-ink.ts'
import { readFont, type Font } from './woff.ts'

const otherUrls = [latinExtUrl, greekUrl, greekExtUrl, cyrillicUrl, cyrillicExtUrl, vietnameseUrl]

/** Pixels for each px of the board: 288 to the inch, of which nobody sees one on paper. */
export const printedScale = 3
/** Pixels on a side, and in all: more than any browser is sure to paint. */
const sideMax = 8_192
const areaMax = 16 * 1024 * 1024
/** Of 255, between what counts as one colour: a canvas keeps it times how much of it is seen. */
const nearness = 8
const measuredSize = 100

/** `texts`: all that may be written. Says where a font cannot be fetched, or the browser cannot paint. */
export async function browserPdfWorld(
  texts: readonly string[],
  letters: Letters,
  family: string,
): Promise<PdfWorld | 'not-loaded' | 'not-painted'> {
  const surface = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  if (surface === null) return 'not-painted'
  // No network, or a server that is newer than this page.
  const fonts = await fontsFor(texts).catch(() => null)
  if (fonts === null) return 'not-loaded'
  return {
    fonts,
    letters,
    colour: (css) => colourOf(surface, css),
    baseline: baselineOf(surface, family),
    paintLine,
  }
}

/** Most of what is written needs one of them. */
async function fontsFor(texts: readonly string[]): Promise<readonly Font[]> {
  if (texts.length === 0) return []
  const latin = await fetchFont(latinUrl)
  const isEnough = texts.every((text) =>
    Array.from(text).every((letter) => /\s/u.test(letter) || latin.glyphs.has(letter.codePointAt(0) ?? 0)),
  )
  return isEnough ? [latin] : [latin, ...(await Promise.all(otherUrls.map(fetchFont)))]
}

async function fetchFont(url: string): Promise<Font> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`a font was answered with ${String(response.status)}`)
  return readFont(new Uint8Array(await response.arrayBuffer()))
}

function colourOf(surface: CanvasRenderingContext2D, css: string): [number, number, number] {
  surface.fillStyle = css
  surface.fillRect(0, 0, 1, 1)
  const [red = 0, green = 0, blue = 0] = surface.getImageData(0, 0, 1, 1).data
  return [red / 255, green / 255, blue / 255]
}

function baselineOf(surface: CanvasRenderingContext2D, family: string): number {
  surface.font = `${String(measuredSize)}px ${family}`
  const ascentFrom = (baseline: CanvasTextBaseline): number => {
    surface.textBaseline = baseline
    return surface.measureText('x').fontBoundingBoxAscent
  }
  return (ascentFrom('alphabetic') - ascentFrom('middle')) / measuredSize
}

function paintLine({ text, font, colour }: Line): PaintedLine | null {
  const canvas = document.createElement('canvas')
  const surface = canvas.getContext('2d', { willReadFrequently: true })
  if (surface === null) return null
  const set = (): void => {
    surface.font = font
    surface.textBaseline = 'middle'
    surface.fillStyle = colour
  }
  set()
  const reach = surface.measureText(text)
  const edge = (side: number): number => Math.ceil(side) + 1
  const box = {
    minX: -edge(reach.actualBoundingBoxLeft),
    minY: -edge(reach.actualBoundingBoxAscent),
    maxX: edge(reach.actualBoundingBoxRight),
    maxY: edge(reach.actualBoundingBoxDescent),
  }
  const [across, down] = [Math.max(1, box.maxX - box.minX), Math.max(1, box.maxY - box.minY)]
  const scale = Math.min(printedScale, sideMax / across, sideMax / down, Math.sqrt(areaMax / (across * down)))
  canvas.width = Math.ceil(across * scale)
  canvas.height = Math.ceil(down * scale)
  surface.setTransform(canvas.width / across, 0, 0, canvas.height / down, 0, 0)
  // A canvas of another size has forgotten them.
  set()
  surface.fillText(text, -box.minX, -box.minY)
  const { data: values } = surface.getImageData(0, 0, canvas.width, canvas.height)
  const own = colourOf(surface, colour)
  return {
    pixels: { width: canvas.width, height: canvas.height, values },
    isPlain: isOnly(values, own),
    box,
    width: reach.width,
  }
}

/** Whether nothing else is seen. What is hardly seen has lost too much of its colour to be told. */
function isOnly(values: Uint8ClampedArray, colour: readonly number[]): boolean {
  for (let at = 0; at < values.length; at += 4) {
    if ((values[at + 3] ?? 0) < 128) continue
    for (let part = 0; part < 3; part++)
      if (Math.abs((values[at + part] ?? 0) - (colour[part] ?? 0) * 255) > nearness) return false
  }
  return true
}
