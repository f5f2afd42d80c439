/**
 * The web client's files, as Vite built them.
 *
 * Invariant: the files are read once, at the start, and asked for by their exact path. So no path leads out of the
 * folder, and a build while the server runs does not mix two clients. Text is compressed once and kept; names under
 * assets/ carry a hash of their content, so that browsers keep them for ever; everything else is asked for again with
 * its ETag.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const typeByExtension: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
}
const isText = (type: string) => type.includes('charset') || type === 'application/wasm'

/** Bytes below which compressing gains nothing. */
const compressedSizeMin = 1_024

type Encoding = 'br' | 'gzip' | 'identity'
type Variant = Readonly<{ body: Uint8Array<ArrayBuffer>; encoding: Encoding; etag: string }>
type StaticFile = Readonly<{
  type: string
  cacheControl: string
  variant(encoding: Encoding): Promise<Variant>
}>

export type StaticFiles = Readonly<{
  /** The answer to a GET or HEAD, or null if there is no such file. */
  respond(path: string, headers: Headers): Promise<Response | null>
}>

/** Reads what is in the folder now; null has no files. */
export async function openStaticFiles(folder: string | null): Promise<StaticFiles> {
  if (folder === null) return { respond: () => Promise.resolve(null) }
  const files = new Map<string, StaticFile>()
  for (const path of await listFiles(folder))
    files.set('/' + path.split(sep).join('/'), openFile(path, await readFile(join(folder, path))))
  return {
    async respond(path, headers) {
      const isPage = path === '/' || (!path.startsWith('/assets/') && acceptsHtml(headers))
      const file = files.get(path) ?? (isPage ? files.get('/index.html') : undefined)
      return file === undefined ? null : respondWith(file, headers)
    },
  }
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
}

function openFile(path: string, plain: Buffer): StaticFile {
  const type = typeByExtension[extname(path).toLowerCase()] ?? 'application/octet-stream'
  const variants = new Map<Encoding, Promise<Variant>>()
  return {
    type,
    cacheControl: path.startsWith('assets' + sep) ? 'public, max-age=31536000, immutable' : 'no-cache',
    variant(wanted) {
      const encoding = isText(type) ? wanted : 'identity'
      const known = variants.get(encoding)
      if (known !== undefined) return known
      const made = makeVariant(plain, encoding)
      variants.set(encoding, made)
      return made
    },
  }
}

async function makeVariant(plain: Buffer, wanted: Encoding): Promise<Variant> {
  const encoding = plain.length < compressedSizeMin ? 'identity' : wanted
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22)
  const body = new Uint8Array(await compress(plain, encoding))
  return { body, encoding, etag: `"${hash}${encoding === 'identity' ? '' : `-${encoding}`}"` }
}

async function compress(plain: Buffer, encoding: Encoding): Promise<Buffer> {
  switch (encoding) {
    case 'identity':
      return plain
    case 'gzip':
      return promisify(gzip)(plain, { level: 9 })
    case 'br':
      return promisify(brotliCompress)(plain, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: 9,
          [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
        },
      })
  }
}

async function respondWith(file: StaticFile, requestHeaders: Headers): Promise<Response> {
  const { body, encoding, etag } = await file.variant(preferredEncoding(requestHeaders))
  const headers: Record<string, string> = {
    ETag: etag,
    'Cache-Control': file.cacheControl,
    Vary: 'Accept-Encoding',
  }
  const known = (requestHeaders.get('if-none-match') ?? '')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
  if (known.includes(etag)) return new Response(null, { status: 304, headers })
  if (encoding !== 'identity') headers['Content-Encoding'] = encoding
  headers['Content-Type'] = file.type
  headers['Content-Length'] = String(body.length)
  return new Response(body, { headers })
}

function preferredEncoding(headers: Headers): Encoding {
  const accepted = (headers.get('accept-encoding') ?? '')
    .split(',')
    .filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part))
    .map((part) => part.replace(/;.*$/, '').trim().toLowerCase())
  if (accepted.includes('br')) return 'br'
  return accepted.includes('gzip') ? 'gzip' : 'identity'
}

function acceptsHtml(headers: Headers): boolean {
  return (headers.get('accept') ?? '').includes('text/html')
}
