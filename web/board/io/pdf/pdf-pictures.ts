/**
 * Pictures as a PDF holds them: a JPEG with its own bytes, any other as packed pixels, and how much of each is seen.
 * ISO 32000-1, 7.4.8 and 8.9.5.
 */
import { ref, type ObjectId, type PdfDict, type PdfFile } from './pdf-file.ts'

/** Red, green, blue and how much is seen, a byte each, from the top left. */
export type Pixels = Readonly<{ width: number; height: number; values: Uint8ClampedArray }>

/** One that is in the file, in place of whatever a canvas draws. */
export class PdfPicture {
  readonly id: ObjectId

  constructor(id: ObjectId) {
    this.id = id
  }

  /** As the painter takes it. */
  get image(): CanvasImageSource {
    return this as unknown as CanvasImageSource
  }
}

/**
 * Writes a JPEG that a PDF shows as a browser does. Null for any other, and nothing is written: for what is no JPEG, one
 * of four colours, one of another size, or one that says beside its pixels how it is to be turned. ITU-T T.81, B.
 */
export async function writeJpeg(
  file: PdfFile,
  bytes: Uint8Array<ArrayBuffer>,
  [across, down]: readonly [number, number],
): Promise<ObjectId | null> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) return null
  for (let at = 2; at + 10 <= bytes.length && bytes[at] === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = bytes[at + 1] ?? 0
    // What an Exif says, and pixels before it was said how many.
    if (marker === 0xe1 || marker === 0xda) return null
    // How the pixels are packed: in steps or not, by Huffman's codes.
    if (marker < 0xc0 || marker > 0xc2) continue
    const [height, width, colourCount] = [view.getUint16(at + 5), view.getUint16(at + 7), bytes[at + 9]]
    if (bytes[at + 4] !== 8 || width !== across || height !== down) return null
    if (colourCount !== 1 && colourCount !== 3) return null
    const colours = colourCount === 1 ? '/DeviceGray' : '/DeviceRGB'
    return file.addStream(bytes, { ...fieldsOf(width, height, colours), Filter: '/DCTDecode' })
  }
  return null
}

export async function writePixels(
  file: PdfFile,
  { width, height, values }: Pixels,
  id: ObjectId = file.name(),
): Promise<ObjectId> {
  const colours = new Uint8Array(width * height * 3)
  const opacities = new Uint8Array(width * height)
  for (let pixel = 0; pixel < opacities.length; pixel++) {
    const [from, to] = [4 * pixel, 3 * pixel]
    colours[to] = values[from] ?? 0
    colours[to + 1] = values[from + 1] ?? 0
    colours[to + 2] = values[from + 2] ?? 0
    opacities[pixel] = values[from + 3] ?? 0
  }
  const fields = fieldsOf(width, height, '/DeviceRGB')
  if (opacities.every((opacity) => opacity === 255)) return file.addStream(colours, fields, id)
  const mask = await file.addStream(opacities, fieldsOf(width, height, '/DeviceGray'))
  return file.addStream(colours, { ...fields, SMask: ref(mask) }, id)
}

/** The same of pixels of one colour, from 0 to 1: one pixel of it, and how much of it is seen where. */
export async function writeStencil(
  file: PdfFile,
  { width, height, values }: Pixels,
  colour: readonly [red: number, green: number, blue: number],
  id: ObjectId = file.name(),
): Promise<ObjectId> {
  const opacities = new Uint8Array(width * height)
  for (let pixel = 0; pixel < opacities.length; pixel++) opacities[pixel] = values[4 * pixel + 3] ?? 0
  const mask = await file.addStream(opacities, fieldsOf(width, height, '/DeviceGray'))
  const one = Uint8Array.from(colour, (part) => Math.round(part * 255))
  return file.addStream(one, { ...fieldsOf(1, 1, '/DeviceRGB'), SMask: ref(mask) }, id)
}

function fieldsOf(width: number, height: number, colours: string): PdfDict {
  return {
    Type: '/XObject',
    Subtype: '/Image',
    Width: width,
    Height: height,
    ColorSpace: colours,
    BitsPerComponent: 8,
  }
}
