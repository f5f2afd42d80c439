/**
 * What a file is, by its bytes: of the few types that a page may show in place, and nothing else.
 *
 * Rule FI6 of docs/PROTOCOL.md. A name or a type that comes with a file says nothing: an SVG or a page called .png is
 * none of these. Of a picture the size must be known as well, since a small file can unpack to gigabytes. Pure.
 */
import { imagePixelsMax } from '../limits.ts'

export type ShownType =
  | 'image/png'
  | 'image/jpeg'
  | 'image/gif'
  | 'image/webp'
  | 'image/avif'
  | 'audio/mpeg'
  | 'audio/ogg'
  | 'audio/wav'
  | 'audio/flac'
  | 'audio/mp4'
  | 'video/mp4'
  | 'video/webm'

export type PictureSize = Readonly<{ width: number; height: number }>
export type Sniffed = Readonly<{ type: ShownType; picture: PictureSize | null }>

/** Bytes from the start that are enough: the size of a photograph comes after its camera's notes. */
export const sniffedSizeMax = 512 * 1024

/** Null for everything that is not certainly one of them, and for pictures too large to unpack (U-02). */
export function sniff(head: Uint8Array): Sniffed | null {
  const picture = sniffPicture(head)
  if (picture !== null) {
    const { width, height } = picture.picture
    return width > 0 && height > 0 && width * height <= imagePixelsMax ? picture : null
  }
  const type = sniffMedia(head)
  return type === null ? null : { type, picture: null }
}

/** The same for pictures alone, however large they are. */
export function sniffPicture(head: Uint8Array): (Sniffed & { picture: PictureSize }) | null {
  const bytes = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const found = (type: ShownType, size: PictureSize | null) =>
    size === null ? null : { type, picture: size }
  try {
    if (startsWith(head, '\x89PNG\r\n\x1a\n') && textAt(head, 12, 4) === 'IHDR')
      return found('image/png', { width: bytes.getUint32(16), height: bytes.getUint32(20) })
    if (startsWith(head, 'GIF87a') || startsWith(head, 'GIF89a'))
      return found('image/gif', { width: bytes.getUint16(6, true), height: bytes.getUint16(8, true) })
    if (startsWith(head, '\xff\xd8\xff')) return found('image/jpeg', sizeOfJpeg(bytes))
    if (startsWith(head, 'RIFF') && textAt(head, 8, 4) === 'WEBP')
      return found('image/webp', sizeOfWebp(head, bytes))
    if (textAt(head, 4, 4) === 'ftyp' && /^avi[fs]$/.test(textAt(head, 8, 4)))
      return found('image/avif', sizeOfAvif(head, bytes))
  } catch (error) {
    // It ends before its size.
    if (!(error instanceof RangeError)) throw error
  }
  return null
}

/** ISO 10918-1, B.2.2: from segment to segment up to the frame. */
function sizeOfJpeg(bytes: DataView): PictureSize | null {
  let at = 2
  for (;;) {
    if (bytes.getUint8(at) !== 0xff) return null
    const marker = bytes.getUint8(at + 1)
    if (marker === 0xff) at += 1
    else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc)
      return { height: bytes.getUint16(at + 5), width: bytes.getUint16(at + 7) }
    else if (marker === 0xd9 || marker === 0xda) return null
    else at += 2 + bytes.getUint16(at + 2)
  }
}

/** https://developers.google.com/speed/webp/docs/riff_container */
function sizeOfWebp(head: Uint8Array, bytes: DataView): PictureSize | null {
  switch (textAt(head, 12, 4)) {
    case 'VP8 ':
      return { width: bytes.getUint16(26, true) & 0x3fff, height: bytes.getUint16(28, true) & 0x3fff }
    case 'VP8L': {
      const bits = bytes.getUint32(21, true)
      return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) }
    }
    case 'VP8X':
      return { width: 1 + uint24(bytes, 24), height: 1 + uint24(bytes, 27) }
    default:
      return null
  }
}

function uint24(bytes: DataView, at: number): number {
  return bytes.getUint16(at, true) | (bytes.getUint8(at + 2) << 16)
}

/** The largest of its property boxes `ispe` (ISO 23008-12, 6.5.3): thumbnails and parts of a grid have their own. */
function sizeOfAvif(head: Uint8Array, bytes: DataView): PictureSize | null {
  let largest: PictureSize | null = null
  for (let at = 12; at + 16 <= Math.min(head.length, 16_384); at += 1) {
    if (head[at] !== 0x69 || textAt(head, at, 4) !== 'ispe') continue
    const size = { width: bytes.getUint32(at + 8), height: bytes.getUint32(at + 12) }
    if (largest === null || size.width * size.height > largest.width * largest.height) largest = size
  }
  return largest
}

function sniffMedia(head: Uint8Array): ShownType | null {
  if (startsWith(head, 'OggS')) return 'audio/ogg'
  if (startsWith(head, 'fLaC')) return 'audio/flac'
  if (startsWith(head, 'RIFF') && textAt(head, 8, 4) === 'WAVE') return 'audio/wav'
  if (startsWith(head, 'ID3') || isMpegFrame(head)) return 'audio/mpeg'
  if (startsWith(head, '\x1a\x45\xdf\xa3') && textAt(head, 0, 64).includes('webm')) return 'video/webm'
  if (textAt(head, 4, 4) !== 'ftyp') return null
  const brand = textAt(head, 8, 4)
  if (/^M4[AB] $/.test(brand)) return 'audio/mp4'
  return /^(isom|iso[2-9]|mp4[12]|avc1|M4V |MSNV|dash|qt {2})$/.test(brand) ? 'video/mp4' : null
}

/** MPEG-1 or 2, layer III, with a bit rate and a sampling rate that exist. */
function isMpegFrame(head: Uint8Array): boolean {
  const [first = 0, second = 0, third = 0] = head
  return first === 0xff && (second & 0xf6) === 0xf2 && third >> 4 !== 15 && (third & 0x0c) !== 0x0c
}

function startsWith(head: Uint8Array, text: string): boolean {
  return textAt(head, 0, text.length) === text
}

function textAt(head: Uint8Array, from: number, length: number): string {
  return String.fromCharCode(...head.subarray(from, from + length))
}
