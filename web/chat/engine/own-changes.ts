/**
 * What this person has changed of messages that count, and the server does not have yet: edits, deletions, reactions.
 *
 * Rule OF8 of docs/PROTOCOL.md. They are kept on this device with what was there before, as the page itself forgets that;
 * and let go of in the moment in which the server has all of their page. Another tab of this person's tells its own.
 */
import type * as Y from 'yjs'
import type { MessageKey } from '#shared/chat/message.ts'
import { parseReactionKey } from '#shared/chat/reaction.ts'
import { AppError } from '#shared/errors.ts'
import type { Seat } from '#shared/ids.ts'
import { Listeners } from '../../sync/listeners.ts'
import { byNeighbour } from '../../sync/neighbours.ts'
import type { Undo } from '../../sync/ports.ts'
import type { KeptEntries } from '../../sync/world.ts'
import {
  isChange,
  linesOf,
  mergeChanges,
  nameOfChange,
  readChange,
  type Change,
  type WaitingChange,
} from './change.ts'
import type { ChatLog } from './chat-log.ts'
import type { PageLog } from './page-log.ts'

const prefix = 'change/'

type Options = Readonly<{
  log: ChatLog
  seat: Seat
  /** The outbox's, opened once more. */
  kept: KeptEntries
}>

export class OwnChanges implements Disposable {
  readonly #log: ChatLog
  readonly #seat: Seat
  readonly #kept: KeptEntries
  readonly #changes = new Map<string, Change>()
  /** Those that are open. */
  readonly #pages = new Map<number, Readonly<{ log: PageLog; end: Undo }>>()
  readonly #listeners = new Listeners()
  readonly #undo: Undo
  #isDisposed = false

  constructor({ log, seat, kept }: Options) {
    this.#log = log
    this.#seat = seat
    this.#kept = kept
    this.#undo = log.onPage((page) => {
      this.#follow(page)
    })
    kept.all().then((entries) => {
      this.#load(entries)
    }, ignore)
  }

  /** One by one, and those of one message together. */
  lines(): readonly WaitingChange[] {
    return linesOf(this.#changes.values(), this.#seat)
  }

  /** The pages that are open. Of others `lines` may know nothing: another tab has changed them. */
  pages(): ReadonlySet<number> {
    return new Set(this.#pages.keys())
  }

  /** Throws the code of errors.ts where it cannot be. */
  takeBack(line: WaitingChange): void {
    if ('reaction' in line) {
      this.#log.react(line.key, line.reaction)
      return
    }
    const change = this.#changes.get(`message/${line.key}`)
    const page = this.#pages.get(change?.page ?? -1)?.log
    if (change?.of !== 'message' || page === undefined || !line.canTakeBack) throw new AppError('forbidden')
    page.write([[change.key, change.before]])
  }

  onChange(listener: () => void): Undo {
    return this.#listeners.add(listener)
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true
    this.#undo()
    for (const { end } of this.#pages.values()) end()
    this.#listeners.clear()
    this.#kept.close()
  }

  #follow(page: PageLog): void {
    const { doc } = page.port
    const roots = [doc.getMap('m'), doc.getMap('r')]
    const hear = (event: Y.YMapEvent<unknown>, { local, origin }: Y.Transaction): void => {
      if (local || origin === byNeighbour) this.#hear(page, event)
    }
    for (const root of roots) root.observe(hear)
    const undo = page.onChange(() => {
      this.#settle(page)
    })
    const end = (): void => {
      undo()
      for (const root of roots) root.unobserve(hear)
    }
    this.#pages.set(page.page, { log: page, end })
    doc.on('destroy', () => {
      this.#pages.delete(page.page)
      this.#listeners.tell()
    })
    this.#listeners.tell()
  }

  #hear(page: PageLog, { target, changes }: Y.YMapEvent<unknown>): void {
    for (const [name, { oldValue }] of changes.keys) {
      const key = parseReactionKey(name)?.messageKey ?? (name as MessageKey)
      // What does not count yet waits as a message.
      if (!page.isStamped(key)) continue
      const { isGiving: isGiven } = page.state()
      const where = { page: page.page, seat: this.#seat, isGiven, text: page.valueOf(key)?.x ?? '' }
      const change = readChange(where, name, oldValue, target.get(name))
      if (change !== null) this.#put(change)
    }
    this.#listeners.tell()
  }

  #put(next: Change): void {
    const name = nameOfChange(next)
    const merged = mergeChanges(this.#changes.get(name), next)
    if (merged === null) this.#forget(name)
    else this.#keep(name, merged)
  }

  /** The server was given what waited of a page, or has all of it. */
  #settle(log: PageLog): void {
    const { hasUnsent, isSynced, isGiving } = log.state()
    const isSettled = isSynced && !hasUnsent
    const own = [...this.#changes].filter(([, change]) => change.page === log.page)
    for (const [name, change] of own) {
      if (isSettled) this.#forget(name)
      else if (isGiving && !change.isGiven) this.#keep(name, { ...change, isGiven: true })
    }
    if (own.length > 0) this.#listeners.tell()
  }

  #keep(name: string, change: Change): void {
    this.#changes.set(name, change)
    this.#kept.put(prefix + name, change).catch(ignore)
  }

  #forget(name: string): void {
    if (this.#changes.delete(name)) this.#kept.remove(prefix + name).catch(ignore)
  }

  #load(entries: readonly (readonly [key: string, value: unknown])[]): void {
    if (this.#isDisposed) return
    const pages = new Set<number>()
    for (const [kept, value] of entries) {
      if (!kept.startsWith(prefix) || !isChange(value)) continue
      const name = nameOfChange(value)
      // What was changed since this page began came after it.
      const since = this.#changes.get(name)
      this.#changes.set(name, value)
      if (since !== undefined) this.#put(since)
      pages.add(value.page)
    }
    for (const page of pages) {
      // It may have been the newest when it was changed, and is not any more.
      this.#log.bring(page)
      const opened = this.#pages.get(page)
      if (opened !== undefined) this.#settle(opened.log)
    }
    this.#listeners.tell()
  }
}

function ignore(): void {
  // Nothing can be kept here: it is listed until the page is closed.
}
