/** The web client's files: which paths lead to them, and how browsers keep them. */
import assert from 'node:assert/strict'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { gunzipSync, brotliDecompressSync } from 'node:zlib'
import { openStaticFiles } from '#server/front/static.ts'
import { startServer } from '#server/start.ts'
import { sendRaw } from '../support/raw.ts'
import { makeDataFolder, removeFolder } from '../support/server.ts'

const page = '<!doctype html><title>Stoa</title>'
const script = 'console.log("stoa")\n'.repeat(200)

const plain = (body: Uint8Array) => Buffer.from(body)

async function withClient(work: (folder: string) => Promise<void>): Promise<void> {
  const parent = await makeDataFolder()
  try {
    const folder = join(parent, 'web')
    await mkdir(join(folder, 'assets'), { recursive: true })
    await writeFile(join(folder, 'index.html'), page)
    await writeFile(join(folder, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
    await writeFile(join(folder, 'assets/main-a1b2.js'), script)
    await writeFile(join(folder, 'assets/inter-c3d4.woff2'), Buffer.alloc(2_000, 7))
    await writeFile(join(folder, '.hidden'), 'hidden')
    await writeFile(join(parent, 'secret.txt'), 'the secret')
    await symlink(join(parent, 'secret.txt'), join(folder, 'link.txt'))
    await work(folder)
  } finally {
    await removeFolder(parent)
  }
}

async function get(
  folder: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Response | null> {
  return (await openStaticFiles(folder)).respond(path, new Headers(headers))
}

test('[X-03] files have their type, and the lasting ones are kept for ever', () =>
  withClient(async (folder) => {
    const asset = await get(folder, '/assets/main-a1b2.js')
    assert.equal(asset?.headers.get('content-type'), 'text/javascript; charset=utf-8')
    assert.equal(asset.headers.get('cache-control'), 'public, max-age=31536000, immutable')
    assert.equal(await asset.text(), script)
    const font = await get(folder, '/assets/inter-c3d4.woff2', { 'accept-encoding': 'br, gzip' })
    assert.equal(font?.headers.get('content-type'), 'font/woff2')
    assert.equal(font.headers.get('content-encoding'), null, 'a font is compressed already')
    const index = await get(folder, '/')
    assert.equal(index?.headers.get('content-type'), 'text/html; charset=utf-8')
    assert.equal(index.headers.get('cache-control'), 'no-cache')
    assert.equal(await index.text(), page)
  }))

test('[X-03] what the browser has already is not sent again', () =>
  withClient(async (folder) => {
    const etag = (await get(folder, '/'))?.headers.get('etag') ?? ''
    assert.match(etag, /^"[\w-]+"$/)
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await get(folder, '/', { 'if-none-match': known })
      assert.equal(again?.status, 304)
      assert.equal(await again.text(), '')
    }
    assert.equal((await get(folder, '/', { 'if-none-match': '"other"' }))?.status, 200)
  }))

test('[X-03] text is compressed in the best way the browser takes', () =>
  withClient(async (folder) => {
    const path = '/assets/main-a1b2.js'
    const etags = new Set<string | null>()
    for (const [accepted, encoding, unpack] of [
      ['gzip, deflate, br', 'br', brotliDecompressSync],
      ['gzip', 'gzip', gunzipSync],
      ['gzip, br;q=0', 'gzip', gunzipSync],
      ['identity', null, plain],
      ['', null, plain],
    ] as const) {
      const response = await get(folder, path, { 'accept-encoding': accepted })
      assert.ok(response !== null)
      assert.equal(response.headers.get('content-encoding'), encoding, accepted)
      assert.equal(response.headers.get('vary'), 'Accept-Encoding')
      const body = new Uint8Array(await response.arrayBuffer())
      assert.equal(response.headers.get('content-length'), String(body.length))
      assert.equal(unpack(body).toString(), script)
      etags.add(response.headers.get('etag'))
    }
    assert.equal(etags.size, 3, 'each form has its own tag')
  }))

test('[X-03] any page of the client is the one page, and a missing file is missing', () =>
  withClient(async (folder) => {
    const html = { accept: 'text/html,*/*' }
    for (const path of ['/r/AAAAAAAAAAAAAAAAAAAAAA', '/login', '/nowhere']) {
      assert.equal(await (await get(folder, path, html))?.text(), page, path)
      assert.equal(await get(folder, path), null, 'only to what asks for a page')
    }
    assert.equal(await get(folder, '/assets/gone-a1b2.js', html), null)
  }))

test('[X-03] no path leads out of the folder, to hidden files or along links', () =>
  withClient(async (folder) => {
    await using server = await startServer(
      {
        host: '127.0.0.1',
        port: 0,
        dataDir: join(folder, '../data'),
        publicOrigin: null,
        logLevel: 'silent',
      },
      { webFolder: folder },
    )
    for (const path of [
      '/../secret.txt',
      '/assets/../../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/..%5csecret.txt',
      '/%252e%252e%252fsecret.txt',
      '//secret.txt',
      '/.hidden',
      '/link.txt',
      '/assets',
      '/index.html%00.js',
      '/%ff',
      'http://evil.example/secret.txt',
    ]) {
      const answer = await sendRaw(server, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
      assert.match(answer, /^HTTP\/1\.1 (404|400) /, path)
      assert.doesNotMatch(answer, /the secret|hidden/, path)
    }
  }))

test('[X-03] a new build beside a running server does not mix with the client it serves', () =>
  withClient(async (folder) => {
    const files = await openStaticFiles(folder)
    await rm(folder, { recursive: true })
    const asset = await files.respond('/assets/main-a1b2.js', new Headers())
    assert.equal(await asset?.text(), script)
  }))
