/**
 * The first-load budget, checked by every build: gzipped JavaScript before home is painted, to be in a room, and what
 * its call adds to that.
 *
 * A page costs its chunks, everything they import statically, and the words it waits for. What is imported on
 * demand after that (a dialog, a codec) is not counted. The build fails when a page is over its budget.
 */
import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/** The part of a bundler's chunk that the sum needs. */
export type ChunkInfo = Readonly<{
  type: string
  code?: string
  imports?: readonly string[]
  moduleIds?: readonly string[]
  isEntry?: boolean
}>

export type PageBudget = Readonly<{
  page: string
  /** Endings of the module ids a page waits for; the entry is always one of them. */
  modules: readonly string[]
  /** What the person has already loaded, which does not count again. */
  after?: readonly string[]
  /** Bytes after gzip. */
  sizeMax: number
}>

const words = (...nouns: string[]) => nouns.map((noun) => `/locales/en/${noun}.json`)

const home = ['/home/HomeView.vue', ...words('app', 'account', 'home')]
const room = [
  ...home,
  '/room/RoomView.vue',
  '/sync/room-session.ts',
  '/chat/ChatPanel.vue',
  '/board/BoardStage.vue',
  ...words('room', 'chat', 'board'),
]
const call = [
  '/call/PreJoin.vue',
  '/call/CallStage.vue',
  '/call/CallBar.vue',
  '/call/CallFloat.vue',
  '/call/start-call.ts',
  ...words('call'),
]

export const budgets: readonly PageBudget[] = [
  { page: 'home', modules: home, sizeMax: 50 * 1024 },
  { page: 'room', modules: room, sizeMax: 134 * 1024 },
  { page: 'call', modules: call, after: room, sizeMax: 60 * 1024 },
]

/** Files a page needs, or the module that no chunk holds: a renamed file must not make the budget blind. */
export function filesOf(
  bundle: Readonly<Record<string, ChunkInfo>>,
  { page, modules, after = [] }: Pick<PageBudget, 'page' | 'modules' | 'after'>,
): Set<string> {
  const files = new Set<string>()
  const add = (file: string) => {
    if (files.has(file)) return
    files.add(file)
    for (const imported of bundle[file]?.imports ?? []) add(imported)
  }
  for (const [file, chunk] of Object.entries(bundle)) if (chunk.isEntry === true) add(file)
  for (const ending of modules) {
    const found = Object.entries(bundle).find(([, chunk]) =>
      chunk.moduleIds?.some((id) => id.endsWith(ending)),
    )
    if (found === undefined) throw new Error(`the budget of ${page} names ${ending}, which is in no chunk`)
    add(found[0])
  }
  const there = after.length === 0 ? null : filesOf(bundle, { page, modules: after })
  return new Set([...files].filter((file) => there?.has(file) !== true))
}

/** Bytes after gzip of those files, each compressed alone as it is served. */
export function sizeOf(bundle: Readonly<Record<string, ChunkInfo>>, files: Iterable<string>): number {
  let size = 0
  for (const file of files) size += gzipSync(bundle[file]?.code ?? '', { level: 9 }).length
  return size
}

export function budgetPlugin(): Plugin {
  return {
    name: 'stoa-budget',
    apply: 'build',
    writeBundle(_, bundle) {
      for (const budget of budgets) {
        const size = sizeOf(bundle, filesOf(bundle, budget))
        const line = `${budget.page}: ${kilobytes(size)} of ${kilobytes(budget.sizeMax)} JavaScript, gzipped`
        if (size > budget.sizeMax) this.error(line)
        else this.info(line)
      }
    },
  }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`
}
