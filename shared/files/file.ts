/**
 * A file: what it is called by, and what a message says of it.
 *
 * Rules FI1 and FI5 of docs/PROTOCOL.md. A file is named by its bytes; what people call it stands in the message alone,
 * and never becomes a path. Pure.
 */
import {
  fileNameLengthMax,
  filesPerMessageMax,
  fileTypeLengthMax,
  imagePixelsMax,
  messageLengthMax,
} from '../limits.ts'
import { isPlainObject } from '../plain-object.ts'

/** SHA-256 of a file's bytes, in lower-case hex. */
export type FileHash = string & { readonly fileHash: unique symbol }

export type FileValue = Readonly<{
  /** The hash of its bytes. */
  b: FileHash
  /** What its author calls it. */
  n: string
  /** Its type as its author's browser knows it, such as `image/png`. Believed by nobody (FI6). */
  m: string
  /** Bytes. */
  s: number
  /** px of a picture, so that its place is kept before it is there. */
  w?: number
  h?: number
  /** The hash of a smaller picture of it. */
  p?: FileHash
}>

export const filePattern = /^[0-9a-f]{64}$/
const typePattern = /^[a-z]+\/[a-z0-9][a-z0-9.+-]*$/
// Control characters, lone surrogates, line separators, what reverses the reading direction, and what ends a folder.
const unnameable = /[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069/\\]/gu
const fileFields = new Set(['b', 'n', 'm', 's', 'w', 'h', 'p'])

export function isFileHash(value: unknown): value is FileHash {
  return typeof value === 'string' && filePattern.test(value)
}

export function isFileName(name: string): boolean {
  return name.length <= fileNameLengthMax && name.trim() !== '' && name.search(unnameable) === -1
}

/** A name that may be sent, as like the given one as can be. Where it is too long its middle goes, not its end. */
export function cleanFileName(raw: string): string {
  const name = raw.normalize('NFC').replace(unnameable, '_').trim()
  if (name === '') return 'file'
  if (name.length <= fileNameLengthMax) return name
  const end = name.slice(-40).replace(/^[\uDC00-\uDFFF]/u, '')
  return `${name.slice(0, fileNameLengthMax - 41).replace(/[\uD800-\uDBFF]$/u, '')}…${end}`
}

export function cleanFileType(raw: string): string {
  const [type = ''] = raw.toLowerCase().split(';')
  const trimmed = type.trim()
  return isFileType(trimmed) ? trimmed : 'application/octet-stream'
}

/** True if these are a message's files as the schema has them. */
export function isFileList(value: unknown): value is readonly FileValue[] {
  return (
    Array.isArray(value) && value.length > 0 && value.length <= filesPerMessageMax && value.every(isFileValue)
  )
}

function isFileValue(value: unknown): value is FileValue {
  if (!isPlainObject(value)) return false
  const { b, n, m, s, w, h, p } = value
  const isPicture = w !== undefined
  return (
    Object.keys(value).every((field) => fileFields.has(field)) &&
    isFileHash(b) &&
    typeof n === 'string' &&
    isFileName(n) &&
    typeof m === 'string' &&
    isFileType(m) &&
    isCount(s) &&
    isPicture === (h !== undefined) &&
    (!isPicture || isPictureSize(w, h)) &&
    (p === undefined || (isPicture && isFileHash(p)))
  )
}

/** True for the pixels, across and down, of a picture that may be unpacked. */
export function isPictureSize(width: unknown, height: unknown): boolean {
  return isCount(width) && isCount(height) && width * height <= imagePixelsMax
}

function isFileType(type: string): boolean {
  return type.length <= fileTypeLengthMax && typePattern.test(type)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
}

/** What a message says whose author has written nothing: for whoever does not show files (FI5). */
export function textOfFiles(files: readonly FileValue[]): string {
  return files
    .map(({ n }) => n)
    .join(', ')
    .slice(0, messageLengthMax)
}

/** Everything that these files need: also the smaller pictures. */
export function hashesOf(files: readonly FileValue[] | undefined): readonly FileHash[] {
  return [...new Set((files ?? []).flatMap(({ b, p }) => (p === undefined ? [b] : [b, p])))]
}
