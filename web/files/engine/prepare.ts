/**
 * Makes of what somebody chose what is sent: its name and type cleaned, a photograph without what its camera wrote
 * into it, and of a picture a smaller one to show in its place.
 *
 * Rule FI7 of docs/PROTOCOL.md. A JPEG and a still WebP are drawn anew, so that nothing but pixels is left: place, time
 * and device are gone, and what was turned by a mark stands upright. A PNG loses the parts that hold words. A GIF and
 * whatever moves stays as it is: none of them comes from a camera.
 */
import { AppError } from '#shared/errors.ts'
import { cleanFileName, cleanFileType, type FileHash, type FileValue } from '#shared/files/file.ts'
import { sniff, sniffedSizeMax, sniffPicture, type PictureSize } from '#shared/files/sniff.ts'
import { hashOf } from './hash.ts'
import { isMovingWebp, withoutWords } from './strip.ts'

export type Prepared = Readonly<{
  value: FileValue
  /** The bytes behind each hash of the value. */
  blobs: readonly (readonly [FileHash, Blob])[]
}>

/** A picture that stands by itself, as on a board. */
export type PreparedPicture = Readonly<{ hash: FileHash; blob: Blob; size: PictureSize }>

/** Why a file cannot be shown as a picture. */
export type PictureFault = 'unreadable' | 'not-picture' | 'too-many-pixels' | 'damaged'

/** px of the longer side of a photograph that is drawn anew, and of the smaller picture. */
const photoSideMax = 4_096
const previewSideMax = 640
/** Bytes of a picture that is its own smaller one. */
const previewWorth = 96 * 1024
const quality = 0.9

/** Throws the code of errors.ts where it cannot be read. */
export async function prepareFile(file: File): Promise<Prepared> {
  const head = await readHead(file)
  if (head.length === 0) throw new AppError('request-malformed')
  const named = { n: cleanFileName(file.name) }
  const sniffed = sniff(head)
  if (sniffed?.picture === undefined || sniffed.picture === null) {
    const blob = file.slice()
    const b = await hashOf(blob)
    return {
      value: { ...named, b, m: cleanFileType(sniffed?.type ?? file.type), s: blob.size },
      blobs: [[b, blob]],
    }
  }
  const { blob, size } = await cleaned(file, head, sniffed.type, sniffed.picture)
  const b = await hashOf(blob)
  const value = { ...named, b, m: blob.type, s: blob.size, w: size.width, h: size.height }
  const preview = await previewOf(blob, size)
  if (preview === null) return { value, blobs: [[b, blob]] }
  const p = await hashOf(preview)
  return {
    value: { ...value, p },
    blobs: [
      [b, blob],
      [p, preview],
    ],
  }
}

/** Only pixels are left of it, as of what is sent with a message; and no more of them than a board shows. */
export async function preparePicture(file: Blob): Promise<PreparedPicture | PictureFault> {
  let head: Uint8Array
  try {
    head = await readHead(file)
  } catch {
    return 'unreadable'
  }
  const sniffed = sniffPicture(head)
  if (sniffed === null) return 'not-picture'
  const { type, picture } = sniffed
  if (sniff(head) === null) return picture.width * picture.height === 0 ? 'damaged' : 'too-many-pixels'
  try {
    const isLarge = Math.max(picture.width, picture.height) > photoSideMax
    const { blob, size } =
      type === 'image/png' && isLarge
        ? await drawnAnew(file, photoSideMax, type)
        : await cleaned(file, head, type, picture)
    // What is not drawn anew has to be one that can be drawn.
    ;(await createImageBitmap(blob, { resizeWidth: 1, resizeHeight: 1 })).close()
    return { hash: await hashOf(blob), blob, size }
  } catch {
    return 'damaged'
  }
}

async function readHead(file: Blob): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.slice(0, sniffedSizeMax).arrayBuffer())
  } catch (cause) {
    throw new AppError('request-malformed', { cause })
  }
}

async function cleaned(
  file: Blob,
  head: Uint8Array,
  type: string,
  picture: PictureSize,
): Promise<Readonly<{ blob: Blob; size: PictureSize }>> {
  const isPhoto =
    type === 'image/jpeg' || type === 'image/avif' || (type === 'image/webp' && !isMovingWebp(head))
  if (isPhoto) return drawnAnew(file, photoSideMax, type === 'image/jpeg' ? type : 'image/webp')
  if (type !== 'image/png') return { blob: file.slice(0, file.size, type), size: picture }
  const bytes = withoutWords(new Uint8Array(await file.arrayBuffer()))
  return { blob: new Blob([bytes], { type }), size: picture }
}

/** Null where the picture itself is small enough. */
async function previewOf(blob: Blob, { width, height }: PictureSize): Promise<Blob | null> {
  if (blob.size <= previewWorth || Math.max(width, height) <= previewSideMax) return null
  // What moves has to go on moving.
  if (blob.type === 'image/gif') return null
  const { blob: preview } = await drawnAnew(blob, previewSideMax, 'image/webp')
  return preview.size < blob.size / 2 ? preview : null
}

async function drawnAnew(
  blob: Blob,
  sideMax: number,
  type: string,
): Promise<Readonly<{ blob: Blob; size: PictureSize }>> {
  let bitmap: ImageBitmap
  try {
    bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' })
  } catch (cause) {
    throw new AppError('request-malformed', { cause })
  }
  const scale = Math.min(1, sideMax / Math.max(bitmap.width, bitmap.height))
  const width = Math.max(1, Math.round(bitmap.width * scale))
  const height = Math.max(1, Math.round(bitmap.height * scale))
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')
  if (context === null) throw new AppError('request-malformed')
  context.imageSmoothingQuality = 'high'
  context.drawImage(bitmap, 0, 0, width, height)
  bitmap.close()
  return { blob: await canvas.convertToBlob({ type, quality }), size: { width, height } }
}
