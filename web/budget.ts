/**
 * The first-load budget, checked by every build: gzipped JavaScript before home is painted, to be in a room, and what
 * its board and its call add to that.
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
  /** The page is opened from this one, and does not count again what that has loaded. */
  from?: string
  /** Endings of the module ids a page waits for; the entry is always one of them. */
  modules: readonly string[]
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
  '/board/BoardOnDemand.vue',
  ...words('room', 'chat'),
]
const call = [
  '/call/PreJoin.vue',
  '/call/CallStage.vue',
  '/call/CallBar.vue',
  '/call/start-call.ts',
  ...words('call'),
]
const board = ['/board/BoardStage.vue', ...words('board')]

export const budgets: readonly PageBudget[] = [
  { page: 'home', modules: home, sizeMax: 50 * 1024 },
  { page: 'room', modules: room, sizeMax: 130 * 1024 },
  { page: 'board', from: 'room', modules: board, sizeMax: 90 * 1024 },
  { page: 'call', from: 'room', modules: call, sizeMax: 64 * 1024 },
]

/** Files a page needs, or the module that no chunk holds: a renamed file must not make the budget blind. */
export function filesOf(bundle: Readonly<Record<string, ChunkInfo>>, budget: PageBudget): Set<string> {
  const files = new Set<string>()
  const add = (file: string) => {
    if (files.has(file)) return
    files.add(file)
    for (const imported of bundle[file]?.imports ?? []) add(imported)
  }
  for (const [file, chunk] of Object.entries(bundle)) if (chunk.isEntry === true) add(file)
  for (const ending of budget.modules) {
    const found = Object.entries(bundle).find(([, chunk]) =>
      chunk.moduleIds?.some((id) => id.endsWith(ending)),
    )
    if (found === undefined)
      throw new Error(`the budget of ${budget.page} names ${ending}, which is in no chunk`)
    add(found[0])
  }
  return files
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
        const before = budgets.find(({ page }) => page === budget.from)
        const loaded = before === undefined ? new Set<string>() : filesOf(bundle, before)
        const size = sizeOf(
          bundle,
          [...filesOf(bundle, budget)].filter((file) => !loaded.has(file)),
        )
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
