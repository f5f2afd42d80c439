/**
 * A board within a picture of it, as Excalidraw has it: in a PNG's text chunk, in an SVG's comment.
 *
 * Invariant: bytes from outside are measured before they are used, and unpack to no more than a drawing may have. Rule BO12
 * of docs/PROTOCOL.md. Pure but for the platform's own decompression.
 */
import { importPicturesSizeMax, importSizeMax } from '#shared/limits.ts'
import { isPlainObject } from '#shared/plain-object.ts'

const mime = 'application/vnd.excalidraw+json'
const signature = [137, 80, 78, 71, 13, 10, 26, 10]
/** Bytes of a chunk beside its data: length, type, check sum. */
const chunkExtra = 12

/** The PNG with the scene before its end. */
export function embedInPng(png: Uint8Array, scene: string): Uint8Array {
  const data = latin(`${mime}\0${ascii(scene)}`)
  const chunk = new Uint8Array(chunkExtra + data.length)
  const view = new DataView(chunk.buffer)
  view.setUint32(0, data.length)
  chunk.set(latin('tEXt'), 4)
  chunk.set(data, 8)
  view.setUint32(8 + data.length, crcOf(chunk.subarray(4, 8 + data.length)))
  // The last chunk is IEND, which has no data.
  const end = png.length - chunkExtra
  const whole = new Uint8Array(png.length + chunk.length)
  whole.set(png.subarray(0, end))
  whole.set(chunk, end)
  whole.set(png.subarray(end), end + chunk.length)
  return whole
}

/** What stands within an SVG, before its pictures. */
export function sceneComment(scene: string): string {
  return `<!-- payload-type:${mime} --><!-- payload-version:2 --><!-- payload-start -->${btoa(ascii(scene))}<!-- payload-end -->`
}

export function isPng(bytes: Uint8Array): boolean {
  return signature.every((byte, at) => bytes[at] === byte)
}

/** The scene in a PNG, or null if there is none. */
export async function sceneInPng(bytes: Uint8Array): Promise<string | null> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = signature.length; at + chunkExtra <= bytes.length;) {
    const size = view.getUint32(at)
    if (size > bytes.length - at - chunkExtra) return null
    const type = textOf(bytes.subarray(at + 4, at + 8))
    if (type === 'tEXt') {
      const data = bytes.subarray(at + 8, at + 8 + size)
      const end = data.indexOf(0)
      if (end !== -1 && textOf(data.subarray(0, end)) === mime) return unpack(textOf(data.subarray(end + 1)))
    }
    at += chunkExtra + size
  }
  return null
}

/** The scene in an SVG, or null if there is none. */
export async function sceneInSvg(svg: string): Promise<string | null> {
  const from = svg.indexOf('<!-- payload-start -->')
  const to = svg.indexOf('<!-- payload-end -->', from)
  if (from === -1 || to === -1 || !svg.includes(`payload-type:${mime}`)) return null
  try {
    return await unpack(atob(svg.slice(from + '<!-- payload-start -->'.length, to).trim()))
  } catch {
    // No base64.
    return null
  }
}

/** Excalidraw packs a scene as `{encoding: 'bstring', compressed, encoded}`, or writes it as it is. */
async function unpack(text: string): Promise<string | null> {
  try {
    const value: unknown = JSON.parse(text)
    if (!isPlainObject(value)) return null
    if (value['type'] === 'excalidraw') return text
    const { encoding, compressed, encoded } = value
    if (encoding !== 'bstring' || typeof encoded !== 'string') return null
    const bytes = latin(encoded)
    return new TextDecoder().decode(compressed === true ? await inflate(bytes) : bytes)
  } catch {
    // Neither JSON, nor what was said to be packed.
    return null
  }
}

/** Throws for what is not packed, or unpacks to too much. */
async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of stream) {
    size += part.length
    if (size > importSizeMax + importPicturesSizeMax) throw new RangeError('a scene is too large')
    parts.push(part)
  }
  const whole = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** JSON that needs no letter beyond ASCII. */
function ascii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function latin(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

function textOf(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8_192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8_192))
  return text
}

/** As PNG has it: ISO 3309. */
function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
