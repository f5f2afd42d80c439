/**
 * How the client is built: `web/` into `dist/web/`, for browsers of the last two years.
 *
 * Invariant: the result obeys the server's Content-Security-Policy: no inline script or style, no data: script or
 * font, no eval.
 */
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import icons from 'unplugin-icons/vite'
import { defineConfig } from 'vite'
import { budgetPlugin } from './budget.ts'

const entry = fileURLToPath(new URL('./main.ts', import.meta.url))

type Graph = Readonly<{ getModuleInfo(id: string): Readonly<{ importedIds: readonly string[] }> | null }>

let firstLoad: Set<string> | null = null

/** Names the chunk of every module that the entry imports, directly or not. */
function firstLoadChunk(id: string, graph: Graph): string | null {
  if (firstLoad === null) {
    firstLoad = new Set()
    const waiting = [entry]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (firstLoad.has(next)) continue
      firstLoad.add(next)
      waiting.push(...(graph.getModuleInfo(next)?.importedIds ?? []))
    }
  }
  return firstLoad.has(id) ? 'base' : null
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [vue(), icons({ compiler: 'vue3', scale: 1, defaultStyle: '' }), budgetPlugin()],
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
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // What home is painted with comes as one file: together it packs better than in twenty.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ debugName: 'first load', name: firstLoadChunk }] } },
    },
  },
})
