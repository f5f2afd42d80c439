/** The pictures among figures that are saved: their bytes, and each as large as it will be seen. */
import type { Figure } from '#shared/board/figure.ts'
import type { ImageRow } from '#shared/board/shape.ts'
import type { FileHash } from '#shared/files/file.ts'
import { toDataUrl } from './data-url.ts'

export type PictureData = Readonly<{
  blobs: ReadonlyMap<FileHash, Blob>
  /** Where they are to stand in the file. */
  dataUrls: ReadonlyMap<FileHash, string>
  /** Pictures that cannot be had now. */
  missingCount: number
}>

/** Null where nobody has it; may reject where nobody could be asked. */
export type LoadPicture = (hash: FileHash, signal: AbortSignal) => Promise<Blob | null>

/** Nobody waits longer for a picture that does not come. */
const timeoutMs = 20_000

export async function picturesOf(
  figures: readonly Figure[],
  load: LoadPicture,
  hasDataUrls: boolean,
): Promise<PictureData> {
  const rows = new Map(figures.flatMap(({ row }) => (row.k === 'image' ? [[row.b, row] as const] : [])))
  const blobs = new Map<FileHash, Blob>()
  const dataUrls = new Map<FileHash, string>()
  const signal = AbortSignal.timeout(timeoutMs)
  for (const [hash, { m }] of rows) {
    const blob = await load(hash, signal).catch(() => null)
    if (blob === null) continue
    blobs.set(hash, blob)
    if (hasDataUrls) dataUrls.set(hash, await toDataUrl(blob, m))
  }
  return { blobs, dataUrls, missingCount: rows.size - blobs.size }
}

/** Unpacked, for a surface that has `scale` px for each of the board. What is no picture is left out. */
export async function unpackForExport(
  figures: readonly Figure[],
  { blobs }: PictureData,
  scale: number,
): Promise<ReadonlyMap<FileHash, ImageBitmap>> {
  const shown = new Map<FileHash, Readonly<{ row: ImageRow; part: number }>>()
  for (const { row, place } of figures) {
    if (row.k !== 'image') continue
    const [across, down] = row.i
    const part = Math.max((place.width * scale) / across, (place.height * scale) / down)
    shown.set(row.b, { row, part: Math.min(1, Math.max(part, shown.get(row.b)?.part ?? 0)) })
  }
  const unpacked = new Map<FileHash, ImageBitmap>()
  for (const [hash, { row, part }] of shown) {
    const blob = blobs.get(hash)
    if (blob === undefined) continue
    const [resizeWidth, resizeHeight] = row.i.map((side) => Math.max(1, Math.round(side * part))) as [
      number,
      number,
    ]
    const options = { resizeWidth, resizeHeight, resizeQuality: 'high' } as const
    const bitmap = await createImageBitmap(blob, options).catch(() => null)
    if (bitmap !== null) unpacked.set(hash, bitmap)
  }
  return unpacked
}
