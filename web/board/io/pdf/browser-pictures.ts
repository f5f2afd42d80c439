/** The pictures of a board in a PDF: a JPEG as it is, any other as large as it is seen. */
import type { Figure } from '#shared/board/figure.ts'
import type { FileHash } from '#shared/files/file.ts'
import { unpackForExport, type PictureData } from '../export-pictures.ts'
import { printedScale } from './browser-world.ts'
import type { ObjectId, PdfFile } from './pdf-file.ts'
import { PdfPicture, writeJpeg, writePixels, type Pixels } from './pdf-pictures.ts'

/** Those that can be had and are sound; one after the other, because each is large while it is unpacked. */
export async function writePictures(
  file: PdfFile,
  figures: readonly Figure[],
  pictures: PictureData,
): Promise<ReadonlyMap<FileHash, PdfPicture>> {
  const written = new Map<FileHash, PdfPicture>()
  for (const [hash, blob] of pictures.blobs) {
    const shown = figures.filter(({ row }) => row.k === 'image' && row.b === hash)
    const [bitmap] = (await unpackForExport(shown, pictures, printedScale)).values()
    const row = shown[0]?.row
    if (bitmap === undefined || row?.k !== 'image') continue
    const id =
      (await writeJpeg(file, new Uint8Array(await blob.arrayBuffer()), row.i)) ?? (await write(file, bitmap))
    bitmap.close()
    if (id !== null) written.set(hash, new PdfPicture(id))
  }
  return written
}

async function write(file: PdfFile, bitmap: ImageBitmap): Promise<ObjectId | null> {
  const pixels = pixelsOf(bitmap)
  return pixels === null ? null : writePixels(file, pixels)
}

function pixelsOf(bitmap: ImageBitmap): Pixels | null {
  const { width, height } = bitmap
  const surface = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  surface?.drawImage(bitmap, 0, 0)
  const values = surface?.getImageData(0, 0, width, height).data
  return values === undefined ? null : { width, height, values }
}
