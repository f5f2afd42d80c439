/** A board as a file: painted by the one painter of shapes, on whichever surface. */
import type { Figure } from '#shared/board/figure.ts'
import { unionBox, type Box } from '#shared/board/geometry.ts'
import type { Matrix } from '#shared/board/place.ts'
import type { FileHash } from '#shared/files/file.ts'
import { writeExcalidraw } from '#shared/board/io/excalidraw-write.ts'
import type { Letters } from '../engine/letters.ts'
import type { Surface } from '../engine/render/painter.ts'
import { paintedBox } from '../engine/words.ts'
import { ShapePainter } from '../engine/render/shape-painter.ts'
import type { Theme } from '../engine/render/theme.ts'
import type { PictureLook } from '../engine/render/picture-painter.ts'
import { embedInPng, sceneComment } from './embedded-scene.ts'
import { unpackForExport, type PictureData } from './export-pictures.ts'
import { escaped, SvgPath, SvgPicture, SvgSurface } from './svg-surface.ts'

export type ExportFormat = 'png' | 'svg' | 'excalidraw'

export type ExportWish = Readonly<{
  /** Pixels of a PNG for each px of the board. */
  scale: 1 | 2 | 3
  hasBackground: boolean
  /** The picture can be opened as a board again. */
  hasScene: boolean
}>

export type Looks = Readonly<{
  theme: Theme
  letters: Letters
  /** Of the pictures among the figures, as far as they can be had. */
  pictures: PictureData
}>

type LookOf = (hash: FileHash) => PictureLook

type Canvas = Readonly<{ newPath: () => Path2D; box: Box; scale: number; lookOf: LookOf }>

const margin = 16
/** Pixels on a side, and in all: more than any browser is sure to paint. */
const sideMax = 8_192
const areaMax = 64 * 1024 * 1024

/** Where a file says it came from: the program, and nothing of this server. */
const source = 'Stoa'

export function toExcalidraw(figures: readonly Figure[], { dataUrls }: PictureData): string {
  return writeExcalidraw(figures, source, dataUrls)
}

export function toSvg(figures: readonly Figure[], wish: ExportWish, looks: Looks): string {
  const box = roomFor(figures, looks.letters)
  const [width, height] = [box.maxX - box.minX, box.maxY - box.minY]
  const svg = new SvgSurface()
  const { dataUrls } = looks.pictures
  const lookOf: LookOf = (hash) => {
    const href = dataUrls.get(hash)
    return href === undefined ? { kind: 'coming' } : { kind: 'here', image: new SvgPicture(href).image }
  }
  const newPath = (): Path2D => new SvgPath() as unknown as Path2D
  paint(svg.surface, figures, looks, { newPath, box, scale: 1, lookOf })
  const size = `width="${String(width)}" height="${String(height)}" viewBox="0 0 ${String(width)} ${String(height)}"`
  const ground = wish.hasBackground
    ? `<rect width="100%" height="100%" fill="${escaped(looks.theme.background)}"/>`
    : ''
  const scene = wish.hasScene ? sceneComment(toExcalidraw(figures, looks.pictures)) : ''
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${scene}${ground}${svg.parts.join('')}</svg>`
}

/** Null where the browser cannot paint it. Drawn smaller where it would be larger than a browser can paint. */
export async function toPng(
  figures: readonly Figure[],
  wish: ExportWish,
  looks: Looks,
): Promise<Blob | null> {
  const box = roomFor(figures, looks.letters)
  const [width, height] = [box.maxX - box.minX, box.maxY - box.minY]
  const scale = Math.min(wish.scale, sideMax / width, sideMax / height, Math.sqrt(areaMax / (width * height)))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(width * scale))
  canvas.height = Math.max(1, Math.round(height * scale))
  const surface = canvas.getContext('2d')
  if (surface === null) return null
  if (wish.hasBackground) {
    surface.fillStyle = looks.theme.background
    surface.fillRect(0, 0, canvas.width, canvas.height)
  }
  surface.lineCap = 'round'
  surface.lineJoin = 'round'
  const unpacked = await unpackForExport(figures, looks.pictures, scale)
  const lookOf: LookOf = (hash) => {
    const image = unpacked.get(hash)
    return image === undefined ? { kind: 'coming' } : { kind: 'here', image }
  }
  paint(surface, figures, looks, { newPath: () => new Path2D(), box, scale, lookOf })
  for (const bitmap of unpacked.values()) bitmap.close()
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/png')
  })
  if (blob === null || !wish.hasScene) return blob
  const png = embedInPng(new Uint8Array(await blob.arrayBuffer()), toExcalidraw(figures, looks.pictures))
  return new Blob([png as Uint8Array<ArrayBuffer>], { type: 'image/png' })
}

function paint(surface: Surface, figures: readonly Figure[], looks: Looks, canvas: Canvas): void {
  const paintOne = pictureBrush(surface, looks, canvas)
  for (const figure of figures) paintOne(figure)
}

/** What paints one figure after the other on a surface that shows this box of the board. */
export function pictureBrush(
  surface: Surface,
  { theme, letters }: Pick<Looks, 'theme' | 'letters'>,
  { newPath, box, scale, lookOf }: Canvas,
): (figure: Figure) => void {
  const painter = new ShapePainter(newPath, letters, lookOf)
  const toDevice = ([a, b, c, d, e, f]: Matrix): void => {
    surface.setTransform(
      scale * a,
      scale * b,
      scale * c,
      scale * d,
      scale * (e - box.minX),
      scale * (f - box.minY),
    )
  }
  return (figure) => {
    painter.paint(surface, figure, { toDevice, zoom: Math.max(1, scale), theme, opacity: 1, isBare: false })
  }
}

/** The box around them, and some room. */
export function roomFor(figures: readonly Figure[], letters: Letters): Box {
  const boxes = figures.map((figure) => paintedBox(letters, figure))
  const { minX, minY, maxX, maxY } = boxes.reduce(unionBox)
  return {
    minX: Math.floor(minX - margin),
    minY: Math.floor(minY - margin),
    maxX: Math.ceil(maxX + margin),
    maxY: Math.ceil(maxY + margin),
  }
}
