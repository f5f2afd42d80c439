/** What a board is read from and saved as. Fetched when it is wanted first. */
import type { ImportFault, ImportReport } from '#shared/board/io/excalidraw-read.ts'
import type { Point } from '#shared/board/geometry.ts'
import type { ImageType, PictureFields } from '#shared/board/shape.ts'
import type { FileHash } from '#shared/files/file.ts'
import type { PictureSize } from '#shared/files/sniff.ts'
import { picturesAtOnceMax } from '#shared/limits.ts'
import type { Editor } from '../engine/editor.ts'
import { placePictures } from '../engine/place-pictures.ts'
import { readTheme } from '../engine/render/theme.ts'
import { toExcalidraw, toPng, toSvg, type ExportFormat, type ExportWish } from './export.ts'
import { picturesOf, type LoadPicture } from './export-pictures.ts'
import { bring, isDrawing, readFile, type KeepPicture } from './import.ts'

/** Why a file is not on the board as a picture. */
export type PictureFault = 'unreadable' | 'not-picture' | 'too-many-pixels' | 'damaged'

/** Pictures on this device, on their way to the server. */
export type PictureKeeper = Readonly<{
  /** Whether the sheet is still the one that is shown. */
  isOpen(): boolean
  prepare(file: Blob): Promise<Readonly<{ hash: FileHash; blob: Blob; size: PictureSize }> | PictureFault>
  /** Resolves once it is kept, or cannot be. Rejects where the code for it cannot be fetched. */
  keep(hash: FileHash, blob: Blob, name: string): Promise<void>
}>

/** What was left out, or why nothing was read: then nothing has changed. */
export type DrawingOutcome = ImportReport | ImportFault | 'unreadable' | 'read-only' | 'left'

export type Taken = Readonly<{
  /** Pictures that are on the board now. */
  placedCount: number
  refused: readonly Readonly<{ name: string; fault: PictureFault }>[]
  drawings: readonly DrawingOutcome[]
  fault: 'too-many-pictures' | 'read-only' | 'left' | null
}>

/** Drawings are read; everything else is a picture, or none. At a place of the board, or in the middle of what is seen. */
export async function takeFiles(
  editor: Editor,
  files: readonly File[],
  at: Point | null,
  keeper: PictureKeeper,
): Promise<Taken> {
  const refused: { name: string; fault: PictureFault }[] = []
  const drawings: DrawingOutcome[] = []
  const pictures: PictureFields[] = []
  const outcome = (fault: Taken['fault']): Taken => ({
    placedCount: fault === null ? pictures.length : 0,
    refused,
    drawings,
    fault,
  })
  if (files.length > picturesAtOnceMax) return outcome('too-many-pictures')
  if (!editor.canDraw) return outcome('read-only')
  // One after the other: each takes four bytes for every pixel while it is looked at.
  for (const file of files) {
    if (await isDrawing(file).catch(() => false)) {
      drawings.push(await bringFile(editor, file, keeper))
      continue
    }
    const prepared = await keptPicture(file, file.name, keeper)
    if (typeof prepared === 'string') refused.push({ name: file.name, fault: prepared })
    else pictures.push(prepared)
  }
  if (!keeper.isOpen()) return outcome('left')
  const isPlaced = pictures.length === 0 || placePictures(editor, pictures, at)
  return outcome(isPlaced ? null : 'read-only')
}

async function bringFile(editor: Editor, file: Blob, keeper: PictureKeeper): Promise<DrawingOutcome> {
  const keep: KeepPicture = async (blob) => {
    const kept = await keptPicture(blob, '', keeper)
    return typeof kept === 'string' ? null : kept
  }
  try {
    const read = await readFile(file, keep)
    if (read.kind === 'fault') return read.fault
    if (!keeper.isOpen()) return 'left'
    return bring(editor, read.figures) ? read.report : 'read-only'
  } catch {
    // The file has gone, or may not be read.
    return 'unreadable'
  }
}

async function keptPicture(
  file: Blob,
  name: string,
  { prepare, keep }: PictureKeeper,
): Promise<PictureFields | PictureFault> {
  const prepared = await prepare(file)
  if (typeof prepared === 'string') return prepared
  const { hash, blob, size } = prepared
  // First its bytes, then its row: what is on the board is never without them.
  await keep(hash, blob, name)
  return { b: hash, m: blob.type as ImageType, i: [size.width, size.height] }
}

/** What is chosen, or all where nothing is. Null where the browser cannot paint it. */
export async function exportFile(
  editor: Editor,
  host: HTMLElement,
  { format, wish, load }: Readonly<{ format: ExportFormat; wish: ExportWish; load: LoadPicture }>,
): Promise<Readonly<{ blob: Blob; missingCount: number }> | null> {
  const { selection, doc, letters } = editor
  const figures = selection.ids.size > 0 ? selection.shapes : doc.pile()
  if (figures.length === 0) return null
  const pictures = await picturesOf(figures, load, format !== 'png' || wish.hasScene)
  const { missingCount } = pictures
  const looks = { theme: readTheme(host), letters, pictures }
  if (format === 'excalidraw') {
    const text = toExcalidraw(figures, pictures)
    return { blob: new Blob([text], { type: 'application/vnd.excalidraw+json' }), missingCount }
  }
  const blob =
    format === 'png'
      ? await toPng(figures, wish, looks)
      : new Blob([toSvg(figures, wish, looks)], { type: 'image/svg+xml' })
  return blob === null ? null : { blob, missingCount }
}
