/**
 * How the client is built: `web/` into `dist/web/`, for browsers of the last two years.
 *
 * Invariant: the result obeys the server's Content-Security-Policy: no inline script or style, no data: script or
 * font, no eval.
 */
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import icons from 'unplugin-icons/vite'
import { defineConfig, type Plugin } from 'vite'
import { budgetPlugin } from './budget.ts'
import { serviceWorkerPlugin } from './service-worker-plugin.ts'

const entry = fileURLToPath(new URL('./main.ts', import.meta.url))

type Graph = Readonly<{
  getModuleInfo(
    id: string,
  ): Readonly<{ importedIds: readonly string[]; dynamicallyImportedIds: readonly string[] }> | null
}>

/** A module, and all that it imports, directly or not. */
function closureOf(id: string, graph: Graph): Set<string> {
  const closure = new Set<string>()
  const waiting = [id]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (closure.has(next)) continue
    closure.add(next)
    waiting.push(...(graph.getModuleInfo(next)?.importedIds ?? []))
  }
  return closure
}

let chunks: ReadonlyMap<string, string> | null = null

/**
 * One file for what home is painted with, one for what only a room needs, one for what a room shares with other pages:
 * together they pack better than in twenty, and home has fewer names of files to know.
 */
function chunkOf(id: string, graph: Graph): string | null {
  if (chunks === null) {
    const made = new Map<string, string>()
    const firstLoad = closureOf(entry, graph)
    const pages = new Set(
      [...firstLoad].flatMap((id) => graph.getModuleInfo(id)?.dynamicallyImportedIds ?? []),
    )
    const room = [...pages].find((page) => page.endsWith('/room/RoomView.vue'))
    if (room === undefined) throw new Error('no page is /room/RoomView.vue')
    pages.delete(room)
    const ofOthers = new Set([...pages].flatMap((page) => [...closureOf(page, graph)]))
    for (const id of closureOf(room, graph)) made.set(id, ofOthers.has(id) ? 'parts' : 'room')
    for (const id of firstLoad) made.set(id, 'base')
    chunks = made
  }
  return chunks.get(id) ?? null
}

/** Of the table of errors a page needs the words; the numbers are the server's. */
function errorWordsPlugin(): Plugin {
  return {
    name: 'stoa-error-words',
    apply: 'build',
    transform: {
      filter: { id: /\/shared\/errors\.ts$/ },
      handler: (code) => ({ code: code.replaceAll(/^\s+(?:status|close): [^,]+,\n/gmu, ''), map: null }),
    },
  }
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [
    vue(),
    errorWordsPlugin(),
    icons({ compiler: 'vue3', scale: 1, defaultStyle: '' }),
    budgetPlugin(),
    serviceWorkerPlugin(),
  ],
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: ['chrome125', 'firefox128', 'safari17.5'],
    // Nothing becomes a data: URL but small drawings, which img-src allows.
    assetsInlineLimit: (file) => (file.endsWith('.svg') ? undefined : false),
    modulePreload: {
      polyfill: false,
      // What home fetches on demand imports little that is not there, and naming it would cost every first visit.
      resolveDependencies: (_file, files, { hostId }) =>
        hostId.includes('/base-') ? files.filter((file) => file.endsWith('.css')) : files,
    },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: (['base', 'parts', 'room'] as const).map((name, index) => ({
            name: (id: string, graph: Graph) => (chunkOf(id, graph) === name ? name : null),
            // What the first take, the later ones leave: a group takes what its modules import as well.
            priority: 3 - index,
            debugName: name,
          })),
        },
      },
    },
  },
})
