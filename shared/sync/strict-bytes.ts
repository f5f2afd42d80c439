/**
 * Reads lib0's encoding strictly: what has two spellings, or reaches beyond its bytes, is unreadable.
 *
 * lib0's own decoder takes a length on trust, and so reads the memory behind a view; turns a padded number into NaN;
 * and sets fields named `__proto__`. Here every number is in its shortest form and at most 2^53 − 1, every text is
 * UTF-8, every field is once there, and no value keeps a view of the bytes. Pure.
 */
import { decodeUtf8 } from 'lib0/string'

/** Arrays and objects within each other in one value: no schema has more than three. */
export const valueDepthMax = 8
/** Fields and elements of one value, in all. */
export const valuePartsMax = 4_096

/** Thrown while bytes are read, and caught by who reads them. */
export class Unreadable extends Error {}

export function unreadable(reason: string): never {
  throw new Unreadable(reason)
}

/** The place of the last of eight groups of seven bits: 2^53 − 1 needs them all. */
const lastGroup = 2 ** 49
/** A shorter text is read faster here than by the platform's decoder. */
const shortTextSize = 32
const more = 0x80

export class StrictBytes {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  /** Where the next byte is read. */
  at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get isAtEnd(): boolean {
    return this.at === this.#bytes.length
  }

  byte(): number {
    return this.#bytes[this.at++] ?? unreadable('it ends too early')
  }

  varUint(): number {
    const first = this.byte()
    return first < more ? first : this.#groups(first & 127, 128)
  }

  /** −0 is a number of its own. */
  #varInt(): number {
    const first = this.byte()
    const size = first < more ? first & 63 : this.#groups(first & 63, 64)
    return (first & 64) === 0 ? size : -size
  }

  /** The groups of seven bits that follow the lowest ones. */
  #groups(low: number, place: number): number {
    let value = low
    for (; place <= lastGroup; place *= 128) {
      const byte = this.byte()
      value += (byte & 127) * place
      if (byte >= more) continue
      if (byte === 0) unreadable('a number that is not in its shortest form')
      return Number.isSafeInteger(value) ? value : unreadable('a number over 2^53 − 1')
    }
    return unreadable('a number over 2^53 − 1')
  }

  /** A view of as many bytes as the number before them says. */
  sized(): Uint8Array {
    const from = this.#skip(this.varUint())
    return this.#bytes.subarray(from, this.at)
  }

  text(): string {
    const bytes = this.sized()
    if (bytes.length <= shortTextSize) {
      let text = ''
      for (const byte of bytes) {
        if (byte >= more) return decode(bytes)
        text += String.fromCharCode(byte)
      }
      return text
    }
    return decode(bytes)
  }

  /** A value as lib0 writes any: JSON, with `undefined` and byte arrays. */
  any(): unknown {
    return this.#any(valueDepthMax, { count: 0 })
  }

  #any(depth: number, parts: { count: number }): unknown {
    if ((parts.count += 1) > valuePartsMax) unreadable('a value of too many parts')
    const kind = this.byte()
    switch (kind) {
      case 127:
        return undefined
      case 126:
        return null
      case 125:
        return this.#varInt()
      case 124:
        return finite(this.#view.getFloat32(this.#skip(4)))
      case 123:
        return finite(this.#view.getFloat64(this.#skip(8)))
      case 121:
        return false
      case 120:
        return true
      case 119:
        return this.text()
      case 118:
      case 117:
        if (depth === 0) unreadable('a value that is too deep')
        return kind === 118 ? this.#object(depth - 1, parts) : this.#array(depth - 1, parts)
      case 116:
        return new Uint8Array(this.sized())
      default:
        return unreadable('a value of no known kind')
    }
  }

  #object(depth: number, parts: { count: number }): unknown {
    const object: Record<string, unknown> = {}
    for (let left = this.varUint(); left > 0; left--) {
      const field = this.text()
      if (field === '__proto__') unreadable('a field that no schema has')
      if (Object.hasOwn(object, field)) unreadable('a field twice')
      object[field] = this.#any(depth, parts)
    }
    return object
  }

  #array(depth: number, parts: { count: number }): unknown {
    const array: unknown[] = []
    for (let left = this.varUint(); left > 0; left--) array.push(this.#any(depth, parts))
    return array
  }

  /** Goes on by so many bytes; returns where they begin. */
  #skip(size: number): number {
    const from = this.at
    if (size > this.#bytes.length - from) unreadable('it ends too early')
    this.at += size
    return from
  }
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : unreadable('a number that is none')
}

function decode(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes)
  } catch {
    return unreadable('a text that is not UTF-8')
  }
}
