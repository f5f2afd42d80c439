/**
 * One thread as one person sees it: its root, and a run of the replies, from the end of them on.
 *
 * Rule CH16 of docs/PROTOCOL.md. The replies lie scattered over the room's pages. Those pages that are shown of them,
 * and the root's, are held open beside what the room shows.
 */
import { placeOf, type MessagePlace, type Place } from '#shared/chat/message.ts'
import { compareMessages } from '#shared/chat/order.ts'
import { threadPagesMax } from '#shared/limits.ts'
import { Listeners } from '../../sync/listeners.ts'
import type { Undo } from '../../sync/ports.ts'
import type { ChatLog } from './chat-log.ts'
import type { ChatView } from './chat-ports.ts'
import type { ChatRow } from './chat-row.ts'

type Log = Pick<ChatLog, 'replies' | 'threads' | 'page' | 'hold' | 'onChange'>

/** Pages with replies that are shown at once: a socket has few documents open. */
const pagesMax = 4
/** Fewer replies than this do not fill a screen. */
const repliesWanted = 40

export class ThreadLog implements ChatView {
  readonly root: MessagePlace
  readonly #place: Place
  readonly #log: Log
  readonly #listeners = new Listeners()
  readonly #undo: Undo
  /** The pages whose replies are shown, from and to; to the end where `#last` is null. */
  #first: number | null = null
  #last: number | null = null
  #rows: readonly ChatRow[] = []
  #isLooking = false

  constructor(log: Log, root: MessagePlace) {
    this.#log = log
    this.root = root
    this.#place = placeOf(root)
    this.#undo = log.onChange(() => {
      this.#look()
    })
    this.#look()
  }

  /** The root, where it is here, and the replies below it. */
  rows(): readonly ChatRow[] {
    return this.#rows
  }

  get isLoaded(): boolean {
    return this.#held().every((page) => this.#log.page(page)?.state().isLoaded === true)
  }

  get hasOlder(): boolean {
    return this.#before() !== null
  }

  get hasNewer(): boolean {
    return this.#last !== null
  }

  get lacksOlder(): boolean {
    return this.#shown().length > 0 && !this.#isHere(this.#shown()[0])
  }

  get lacksNewer(): boolean {
    return this.hasNewer && !this.#isHere(this.#shown().at(-1))
  }

  showOlder(): void {
    const before = this.#before()
    if (before === null) return
    const shown = [before, ...this.#shown()]
    this.#show(before, shown.length > pagesMax ? (shown[pagesMax - 1] ?? null) : this.#last)
  }

  showNewer(): void {
    const last = this.#last
    if (last === null) return
    const next = this.#pages().find((page) => page > last) ?? null
    const isEnd = next === null || next === this.#pages().at(-1)
    this.#show(this.#shown().slice(1 - pagesMax)[0] ?? null, isEnd ? null : next)
  }

  showLatest(): void {
    if (this.hasNewer) this.#show(null, null)
  }

  /** Shows the replies on a page, and those after it. */
  showPage(page: number): void {
    if (this.#shown().includes(page)) return
    const shown = this.#pages().filter((each) => each >= page)
    this.#show(page, shown.length > pagesMax ? (shown[pagesMax - 1] ?? null) : null)
  }

  onChange(listener: () => void): Undo {
    return this.#listeners.add(listener)
  }

  [Symbol.dispose](): void {
    this.#undo()
    this.#listeners.clear()
    this.#log.hold(new Set())
  }

  /** All pages that are known to have replies, upwards. */
  #pages(): readonly number[] {
    return this.#log.threads().get(this.root.key)?.pages ?? []
  }

  #shown(): readonly number[] {
    const first = this.#first ?? this.#pages().at(-1) ?? this.root.page
    return this.#pages().filter((page) => page >= first && page <= (this.#last ?? Infinity))
  }

  #held(): readonly number[] {
    return [...new Set([this.root.page, ...this.#shown()])]
  }

  /** The next page before those shown. Of a very long thread the oldest are not named: there each may be one. */
  #before(): number | null {
    const [pages, first] = [this.#pages(), this.#shown()[0]]
    if (first === undefined) return null
    const known = pages.findLast((page) => page < first)
    if (known !== undefined) return known
    return pages.length >= threadPagesMax && first > this.root.page ? first - 1 : null
  }

  #isHere(page: number | undefined): boolean {
    return page !== undefined && this.#log.page(page)?.isHere === true
  }

  #show(first: number | null, last: number | null): void {
    this.#first = first
    this.#last = last
    this.#look()
  }

  /** Holding a page is a change of the log. */
  #look(): void {
    if (this.#isLooking) return
    this.#isLooking = true
    // The root's page tells which others there are.
    let held: readonly number[]
    do {
      held = this.#held()
      this.#log.hold(new Set(held))
    } while (String(held) !== String(this.#held()))
    this.#rows = this.#compose()
    this.#isLooking = false
    const isShort = this.#rows.length < repliesWanted && this.#last === null
    const isNew = this.#shown().length < pagesMax && this.#shown().every((page) => this.#isHere(page))
    if (isShort && isNew && this.hasOlder) this.showOlder()
    else this.#listeners.tell()
  }

  /** What is left of it where it was deleted; null while its page is not here. */
  #rootRow(): ChatRow | null {
    const page = this.#log.page(this.root.page)
    return page?.rows().find(({ key }) => key === this.root.key) ?? page?.deletedRow(this.root.key) ?? null
  }

  #compose(): readonly ChatRow[] {
    const first = this.#shown()[0] ?? this.root.page
    const last = this.#last ?? Infinity
    const replies = this.#log
      .replies()
      .filter(
        ({ thread, page }) =>
          thread === this.#place && (page === null ? this.#last === null : page >= first && page <= last),
      )
    const root = this.#rootRow()
    return [...(root === null ? [] : [root]), ...[...replies].sort(compareMessages)]
  }
}
