/**
 * Makes the service worker at the end of a build: with the hash of every file the build has left.
 *
 * The page is told which version it is, and the worker which files that version has. In development there is none, and
 * one that another build has left on this address lets go of its pages.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'vite'
import { versionMeta, workerPath, type AppFile, type AppVersion } from '#shared/app-shell.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

/** Takes the place of a worker that was installed from a build, and goes. */
const farewell = `self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith('stoa/')) await caches.delete(name)
  await self.registration.unregister()
  for (const page of await self.clients.matchAll({ type: 'window' })) await page.navigate(page.url)
})()))
`

/** What few ever switch on, and is large, is fetched by those who do. */
const onDemand = /\.(?:wasm|tflite)$/u

export function serviceWorkerPlugin(): Plugin {
  let outDir = ''
  return {
    name: 'stoa-service-worker',
    configResolved(config) {
      outDir = join(config.root, config.build.outDir)
    },
    configureServer(server) {
      server.middlewares.use(workerPath, (_request, response) => {
        response.setHeader('Content-Type', 'text/javascript; charset=utf-8')
        response.setHeader('Cache-Control', 'no-cache')
        response.end(farewell)
      })
    },
    // After all that is written; not at all when a build fails.
    writeBundle: {
      order: 'post',
      sequential: true,
      async handler() {
        await makeWorker(outDir, await nameVersion(outDir))
      },
    },
  }
}

/** Writes the version into the page, and says which files it has. */
async function nameVersion(folder: string): Promise<AppVersion> {
  const page = join(folder, 'index.html')
  const html = await readFile(page, 'utf8')
  const version = hashOf(JSON.stringify([await filesOf(folder), html])).slice(0, 16)
  await writeFile(
    page,
    html.replace('<title>', `<meta name="${versionMeta}" content="${version}" />\n    <title>`),
  )
  return { version, files: (await filesOf(folder)).filter(({ path }) => !onDemand.test(path)) }
}

async function filesOf(folder: string): Promise<AppFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
  return Promise.all(
    names.map(async (name) => ({
      path: name === 'index.html' ? '/' : `/${name}`,
      integrity: `sha256-${createHash('sha256')
        .update(await readFile(join(folder, name)))
        .digest('base64')}`,
    })),
  )
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

async function makeWorker(outDir: string, version: AppVersion): Promise<void> {
  await build({
    configFile: false,
    root: here,
    logLevel: 'warn',
    define: { __APP_VERSION__: JSON.stringify(version) },
    build: {
      outDir,
      emptyOutDir: false,
      copyPublicDir: false,
      target: ['chrome125', 'firefox128', 'safari17.5'],
      rolldownOptions: {
        input: join(here, 'service-worker/main.ts'),
        output: { format: 'iife', entryFileNames: workerPath.slice(1) },
      },
    },
  })
}
