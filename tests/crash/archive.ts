/** A database with a history: documents with and without snapshots, long and short, with what was edited and deleted. */
import * as Y from 'yjs'
import { newShapeId } from '#shared/board/shape.ts'
import { messageKey } from '#shared/chat/message.ts'
import type { Seat } from '#shared/ids.ts'
import { rowsSinceSnapshotWorthMin } from '#shared/limits.ts'
import type { Logger } from '#server/log.ts'
import { openStore, type Store } from '#server/store/open.ts'
import { openDocumentLog, type DocumentLog } from '#server/sync/log.ts'
import type { Chance } from '../support/chance.ts'
import { changeOf, replicaOf } from '../support/seated.ts'
import { contentOf, isSame, type Kind } from './member.ts'

export const writer = 1 as Seat

/** A document, and everything that ever stood under each of its keys, the latest last; null while nothing did. */
export type Page = Readonly<{ name: string; kind: Kind; versions: Map<string, unknown[]>; replica: Y.Doc }>

export const names = {
  living: `chat/${'a'.repeat(22)}/0`,
  board: `board/${'a'.repeat(22)}/main`,
  forgotten: `chat/${'b'.repeat(22)}/0`,
  young: `chat/${'c'.repeat(22)}/0`,
} as const

/** Work that waits until it is told that the time has come. */
export class Waiting {
  #runs: (() => void)[] = []
  readonly after = (_delayMs: number, run: () => void): void => void this.#runs.push(run)

  /** Runs what waits, and what that leads to. */
  pass(): void {
    for (let run = this.#runs.shift(); run !== undefined; run = this.#runs.shift()) run()
  }
}

export function pageOf(name: string): Page {
  const kind = name.startsWith('chat') ? 'chat' : 'board'
  return { name, kind, versions: new Map(), replica: replicaOf(writer, kind) }
}

/** Writes one thing into the page and the log: mostly something new, sometimes an edit or a deletion. */
export function writeIn(page: Page, log: DocumentLog, chance: Chance): void {
  const { kind, versions, replica } = page
  const [root, keys] = [kind === 'chat' ? 'm' : 'shapes', [...versions.keys()]]
  const key = keys.length > 5 && chance.isLikely(0.2) ? chance.pick(keys) : newKey(kind, keys.length)
  const isDeletion = versions.get(key)?.at(-1) != null && chance.isLikely(0.3)
  const text = `${String(chance.below(10 ** 9))}${' and so on'.repeat(chance.isLikely(0.1) ? 600 : chance.below(20))}`
  const value = kind === 'chat' ? { x: text, l: keys.length } : { k: 'text', t: text }
  const update = changeOf(replica, (doc) => {
    if (isDeletion) doc.getMap(root).delete(key)
    else doc.getMap(root).set(key, value)
  })
  versions.set(key, [...(versions.get(key) ?? []), isDeletion ? null : value])
  log.append({ name: page.name, update, writer, atMs: 1 })
}

function newKey(kind: Kind, index: number): string {
  return kind === 'chat' ? messageKey(writer, index, 0) : newShapeId(writer, index / 2 ** 20)
}

/** Fills an empty folder. */
export function fill(folder: string, chance: Chance, log: Logger): Page[] {
  using store = openStore(folder)
  const waiting = new Waiting()
  const documentLog = openDocumentLog(store.db, log, waiting.after)
  const [living, board, forgotten, young] = Object.values(names).map(pageOf)
  const write = (page: Page, count: number, isLeft: boolean): void => {
    store.db.transaction(() => {
      for (let index = 0; index < count; index += 1) writeIn(page, documentLog, chance)
    })()
    if (!isLeft) return
    documentLog.load(page.name, new Y.Doc())
    documentLog.unloaded(page.name)
    waiting.pass()
  }
  for (const page of [living!, board!, living!, board!, forgotten!])
    write(page, rowsSinceSnapshotWorthMin * 2, true)
  for (const page of [living!, board!, young!]) write(page, 30, false)
  return [living!, board!, forgotten!, young!]
}

export type Found = Readonly<{
  /** Keys that have something which never stood there. */
  wrong: string[]
  /** Keys that have something older, or nothing. */
  missing: string[]
}>

/** Compares what a reader gets with what was written. */
export function compare({ kind, versions }: Page, doc: Y.Doc): Found {
  const content = contentOf(doc, kind)
  const unknown = [...content.keys()].filter((key) => !versions.has(key))
  const wrong = [...versions].filter(([key, values]) => {
    const value = content.get(key) ?? null
    return value !== null && !values.some((version) => isSame(version, value))
  })
  const missing = [...versions].filter(([key, values]) => !isSame(content.get(key) ?? null, values.at(-1)))
  return { wrong: [...unknown, ...wrong.map(([key]) => key)], missing: missing.map(([key]) => key) }
}

export function read(store: Store, log: Logger, name: string): Y.Doc {
  const doc = new Y.Doc()
  openDocumentLog(store.db, log, () => undefined).load(name, doc)
  return doc
}
