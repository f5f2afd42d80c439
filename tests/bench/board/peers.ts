/** Excalidraw and tldraw as their readmes embed them: installed and built on first use, and served to the browser. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { build } from 'vite'

export const peers = ['excalidraw', 'tldraw'] as const
export type Peer = (typeof peers)[number]

const folder = new URL('../seed/board/', import.meta.url).pathname
const built = new URL('../../../dist/bench-board/', import.meta.url).pathname

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
}

export async function installPeers(): Promise<void> {
  if (!existsSync(join(folder, 'node_modules'))) {
    console.log('Installing the peers (excalidraw, tldraw).')
    const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--legacy-peer-deps'], {
      cwd: folder,
      stdio: 'inherit',
    })
    if (status !== 0) throw new Error('The peers could not be installed.')
  }
  if (existsSync(built)) return
  console.log('Building the peers.')
  await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.IS_PREACT': '"false"' },
    build: {
      outDir: built,
      target: 'esnext',
      modulePreload: false,
      rolldownOptions: { input: peers.map((peer) => join(folder, `${peer}.html`)) },
    },
  })
}

export type PeerServer = AsyncDisposable & Readonly<{ origin: string }>

/** Serves what was built, and the strokes. */
export async function servePeers(strokes: string): Promise<PeerServer> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://peers')
    const answer = (type: string, body: string | Buffer): void => {
      response.writeHead(200, { 'Content-Type': type }).end(body)
    }
    if (pathname === '/strokes.json') {
      answer('application/json', strokes)
      return
    }
    readFile(join(built, pathname)).then(
      (body) => {
        answer(types[extname(pathname)] ?? 'application/octet-stream', body)
      },
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
