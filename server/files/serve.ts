/**
 * A file as an answer: all of it, or one range.
 *
 * Rule FI6 of docs/PROTOCOL.md. Invariant: nothing that somebody brought is ever a page of this origin. Its type is what
 * its bytes are, of a few that are only shown or played; everything is a download where it is opened by itself; and a
 * page made of it all the same could load nothing and run nothing.
 */
import { Readable } from 'node:stream'
import { AppError } from '#shared/errors.ts'
import type { FileRow } from '../store/files.ts'
import type { FilesFolder } from './folder.ts'

type Range = Readonly<{ start: number; end: number }>

/** The bytes never change; whoever has them may keep them, as they keep the message. */
const cacheControl = 'private, max-age=604800, immutable'

export function respondWithFile(folder: FilesFolder, file: FileRow, request: Request): Response {
  const etag = `"${file.hash}"`
  const headers: Record<string, string> = {
    'Content-Type': file.type ?? 'application/octet-stream',
    // Without a name: that stands in the message, and the link names it.
    'Content-Disposition': 'attachment',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cache-Control': cacheControl,
    'Accept-Ranges': 'bytes',
    ETag: etag,
  }
  if (request.headers.get('if-none-match')?.includes(etag) === true)
    return new Response(null, { status: 304, headers })
  const ifRange = request.headers.get('if-range')
  const range =
    ifRange === null || ifRange === etag ? readRange(request.headers.get('range'), file.size) : null
  if (range === 'none') {
    headers['Content-Range'] = `bytes */${String(file.size)}`
    return new Response(null, { status: 416, headers })
  }
  const { start, end } = range ?? { start: 0, end: file.size - 1 }
  headers['Content-Length'] = String(end - start + 1)
  if (range !== null) headers['Content-Range'] = `bytes ${String(start)}-${String(end)}/${String(file.size)}`
  const status = range === null ? 200 : 206
  if (request.method === 'HEAD') return new Response(null, { status, headers })
  if (!folder.has(file.hash)) throw new AppError('not-found')
  return new Response(Readable.toWeb(folder.read(file.hash, { start, end })) as ReadableStream, {
    status,
    headers,
  })
}

/** The one range that is wanted; null for all, or for many, which may be answered with all; "none" outside of it. */
function readRange(header: string | null, size: number): Range | 'none' | null {
  const [, from = '', to = ''] = /^bytes=([0-9]{0,15})-([0-9]{0,15})$/.exec(header ?? '') ?? []
  if (from === '' && to === '') return null
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const end = from === '' || to === '' ? size - 1 : Math.min(size - 1, Number(to))
  if (from !== '' && to !== '' && Number(to) < Number(from)) return null
  return start > end || start >= size ? 'none' : { start, end }
}
