/**
 * The chat of a room as one person sees it: a window on the chain of pages, and what is still being sent.
 *
 * Rules CH3 and CH7–CH8 of docs/PROTOCOL.md. The newest page is always open: new messages go there, and it tells how
 * many there are. The window is a run of pages that are shown; it grows at the end that is looked at and shrinks at the
 * other, so that a long history costs no more than a short one.
 */
import { chatLimits, type SpeechLimits } from '#shared/chat/limits.ts'
import type { Mention } from '#shared/chat/mention.ts'
import { messageKey, parseMessageKey, refuseMessageText, type MessageKey } from '#shared/chat/message.ts'
import { AppError } from '#shared/errors.ts'
import { textOfFiles } from '#shared/files/file.ts'
import { orderJumpMax } from '#shared/limits.ts'
import { Listeners } from '../../sync/listeners.ts'
import type { Undo } from '../../sync/ports.ts'
import type { KeptEntries } from '../../sync/world.ts'
import type { ChainPort, ChatView, ChatWindow, ChatWorld, Said, Threads } from './chat-ports.ts'
import { noFiles, waitingRow, type ChatRow } from './chat-row.ts'
import { compose, nothing, type Composed } from './compose.ts'
import { Delivery, type FilesPort } from './delivery.ts'
import { Outbox } from './outbox.ts'
import { PageLog } from './page-log.ts'

export type { ChatRow } from './chat-row.ts'
export type { ChainPort, ChatWorld } from './chat-ports.ts'

type Options = Readonly<{
  chain: ChainPort
  outbox: KeptEntries
  world: ChatWorld
  speechLimits?: SpeechLimits
  /** Without, no message has to wait for its files. */
  files?: FilesPort
}>

/** Pages that are shown at once: some 3,000 messages. */
const windowPagesMax = 6
/** Fewer messages than this do not fill a screen: the page before is opened as well. */
const rowsWanted = 60

export class ChatLog implements ChatView {
  readonly #chain: ChainPort
  readonly #world: ChatWorld
  readonly #outbox: Outbox
  readonly #delivery: Delivery
  readonly #pages = new Map<number, PageLog>()
  readonly #listeners = new Listeners()
  readonly #opened = new Listeners<[PageLog]>()
  readonly #undos: Undo[]
  #shown: Composed = nothing
  /** Pages that are open for a thread. */
  #held: ReadonlySet<number> = new Set()
  /** What the listeners were last told of. */
  #told: readonly unknown[] = []
  /** The pages shown; both null while the newest is not known. */
  #first: number | null = null
  #last: number | null = null
  #tail: PageLog | null = null

  constructor({ chain, outbox, world, speechLimits = chatLimits.speech, files }: Options) {
    this.#chain = chain
    this.#world = world
    this.#outbox = new Outbox(outbox)
    this.#delivery = new Delivery(this.#outbox, world, speechLimits, files, () => chain.slowMs?.() ?? 0)
    this.#undos = [
      this.#outbox.onChange(() => {
        this.#look()
      }),
      chain.onTail(() => {
        this.#follow()
      }),
      files?.onChange(() => {
        this.#look()
      }) ?? (() => undefined),
    ]
    this.#follow()
  }

  /** In order: those of the window but for replies in threads, then one's own that are being sent. */
  rows(): readonly ChatRow[] {
    return this.#shown.rows
  }

  /** The same with the replies. */
  all(): readonly ChatRow[] {
    return this.#shown.all
  }

  /** In threads: all on pages that are open, and one's own that are being sent. */
  replies(): readonly ChatRow[] {
    return this.#shown.replies
  }

  /** By the roots that stand on pages that are open. */
  threads(): Threads {
    return this.#shown.threads
  }

  /** A page that is open; null where it is not. */
  page(number: number): PageLog | null {
    return this.#pages.get(number) ?? null
  }

  /** Keeps these pages open, and no others beside those that are shown or newest. */
  hold(pages: ReadonlySet<number>): void {
    if (String([...this.#held]) === String([...pages])) return
    this.#held = pages
    for (const page of pages) this.#open(page)
    this.#look()
  }

  /** One's own that the server does not have, as they will be sent; also where `rows` shows the past. */
  waiting(): readonly ChatRow[] {
    return this.#outbox.messages().flatMap(([key, value]) => waitingRow(key, value) ?? [])
  }

  /** What this device keeps of the shown pages has been read. */
  get isLoaded(): boolean {
    return this.#shownPages().length > 0 && this.#shownPages().every((page) => page.state().isLoaded)
  }

  /** The server's messages have been received since the page was opened. */
  get isSynced(): boolean {
    return this.#shownPages().length > 0 && this.#shownPages().every((page) => page.state().isSynced)
  }

  get canWrite(): boolean {
    return this.#tail?.state().canWrite === true
  }

  /** Messages of the room that the server has counted. */
  get stampedCount(): number {
    return this.#tail?.countedTo ?? 0
  }

  /** Null while the newest page is not known. */
  get window(): ChatWindow | null {
    const [first, last] = [this.#shownPages().at(0), this.#shownPages().at(-1)]
    if (first === undefined || last === undefined) return null
    const base = first.isHere ? first.header().base : null
    return { first: first.page, last: last.page, base, lacksLast: !last.isHere }
  }

  /** Nothing of the first page that is shown is here: it is on its way, or the server is away. */
  get lacksOlder(): boolean {
    return this.window !== null && this.window.base === null
  }

  /** The same of the last page. */
  get lacksNewer(): boolean {
    return this.window?.lacksLast === true
  }

  /** What the server knows of the newest page is known here, and it still takes messages. */
  get isTailCurrent(): boolean {
    return this.#tail !== null && this.#tail.state().isSynced && !this.#tail.isSealed
  }

  /** A message of this key stood on a page that is open, and stands there no more. */
  isDeleted(key: MessageKey): boolean {
    return [...this.#pages.values()].some((page) => page.isStamped(key) && !page.has(key))
  }

  /** There are older messages than those shown. */
  get hasOlder(): boolean {
    return this.#first !== null && this.#first > 0
  }

  /** There are newer messages than those shown. */
  get hasNewer(): boolean {
    return this.#last !== null && this.#tail !== null && this.#last < this.#tail.page
  }

  /** Shows the page before the first. */
  showOlder(): void {
    if (this.#first === null || this.#last === null || this.#first === 0) return
    this.#show(this.#first - 1, Math.min(this.#last, this.#first + windowPagesMax - 2))
  }

  /** Shows the page after the last. */
  showNewer(): void {
    if (this.#first === null || this.#last === null || !this.hasNewer) return
    this.#show(Math.max(this.#first, this.#last - windowPagesMax + 2), this.#last + 1)
  }

  /** Shows the newest. */
  showLatest(): void {
    if (this.#tail === null || !this.hasNewer) return
    this.#show(this.#tail.page, this.#tail.page)
  }

  /** Shows a page of the past; false if there is none of this number. */
  showPage(page: number): boolean {
    if (this.#tail === null || page > this.#tail.page) return false
    if (this.#first === null || this.#last === null || page < this.#first || page > this.#last)
      this.#show(page, page)
    return true
  }

  /** Has a page open until the server has what this device changed of it. */
  bring(page: number): void {
    this.#outbox.keepPage(page)
    this.#look()
  }

  /** Throws the code of errors.ts where the text may not be sent (CH2). With files it may be empty (FI5). */
  send(said: string, { replyTo, thread, mentions = [], files = noFiles }: Said = {}): void {
    const text = said === '' && files.length > 0 ? textOfFiles(files) : said
    const refusal = refuseMessageText(text)
    if (refusal !== null) throw new AppError(refusal)
    const key = messageKey(this.#chain.seat, this.#world.nowMs(), this.#world.random())
    const l = 1 + this.#highestSeen()
    if (thread === undefined) this.showLatest()
    this.#outbox.put(key, {
      x: text,
      l,
      ...(replyTo === undefined ? {} : { re: replyTo }),
      ...(thread === undefined ? {} : { th: thread }),
      ...(files.length === 0 ? {} : { fs: files }),
      ...(mentions.length === 0 ? {} : { at: mentions }),
    })
  }

  /** Throws the code of errors.ts where this may not be said instead. */
  edit(key: MessageKey, text: string, mentions: readonly Mention[] = []): void {
    const refusal = refuseMessageText(text)
    if (refusal !== null) throw new AppError(refusal)
    const pages = this.#pagesOf(key)
    const before = pages[0]?.valueOf(key) ?? new Map(this.#outbox.messages()).get(key) ?? null
    if (before === null || parseMessageKey(key)?.seat !== this.#chain.seat) throw new AppError('forbidden')
    if (before.x === text) return
    const { at: _before, ...kept } = before
    const ed = Math.max(0, Math.floor(this.#world.nowMs()))
    const after = { ...kept, x: text, ed, ...(mentions.length === 0 ? {} : { at: mentions }) }
    if (this.#outbox.has(key)) this.#outbox.put(key, after)
    for (const page of pages) this.#change(page, () => page.write([[key, after]]))
  }

  /** One's own, or with the rights of a moderator anyone's. */
  remove(key: MessageKey): void {
    const pages = this.#pagesOf(key)
    this.#outbox.remove(key)
    for (const page of pages) this.#change(page, () => page.remove(key))
  }

  /** Adds this reaction to a message that was sent, or takes it back. */
  react(key: MessageKey, reaction: string): void {
    const [page] = this.#pagesOf(key)
    if (page?.isStamped(key) !== true) throw new AppError('forbidden')
    this.#change(page, () => page.toggleReaction(key, reaction))
  }

  onChange(listener: () => void): Undo {
    return this.#listeners.add(listener)
  }

  /** Called with each page that is open, and with each that is opened later. */
  onPage(listener: (page: PageLog) => void): Undo {
    for (const page of this.#pages.values()) listener(page)
    return this.#opened.add(listener)
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undos) undo()
    this.#listeners.clear()
    this.#delivery[Symbol.dispose]()
    this.#outbox[Symbol.dispose]()
    for (const page of this.#pages.values()) page[Symbol.dispose]()
    this.#pages.clear()
  }

  #shownPages(): PageLog[] {
    const [first, last] = [this.#first ?? 0, this.#last ?? -1]
    const shown = [...this.#pages.values()].filter(({ page }) => page >= first && page <= last)
    return shown.sort((a, b) => a.page - b.page)
  }

  /** The open pages that have this message: the one where it counts first, then copies that came too late for theirs. */
  #pagesOf(key: MessageKey): readonly PageLog[] {
    const pages = [...this.#pages.values()].filter((page) => page.has(key))
    return pages.sort((a, b) => Number(b.isStamped(key)) - Number(a.isStamped(key)))
  }

  #change(page: PageLog, change: () => void): void {
    if (page !== this.#tail) this.#outbox.keepPage(page.page)
    change()
  }

  /** What somebody else claims counts as far as the server stamped it, or would: a forged `l` must not spread (CH3). */
  #highestSeen(): number {
    let highest = this.#tail?.header().o0 ?? 0
    const rows = [...(this.#tail?.rows() ?? []), ...this.#shown.all]
    for (const { order, seat, l } of rows)
      highest = Math.max(highest, order ?? (seat === this.#chain.seat ? l : 0))
    const most = highest + orderJumpMax
    for (const { state, l } of rows) if (state === 'told' && l <= most) highest = Math.max(highest, l)
    // Also where they are not shown, because one looks at the past.
    for (const [, { l }] of this.#outbox.messages()) highest = Math.max(highest, l)
    return highest
  }

  /** A page was begun, or this device has heard of it only now. */
  #follow(): void {
    const number = this.#chain.tail()
    if (number === null || number === this.#tail?.page) return
    const wasAtEnd = !this.hasNewer
    const first = this.#first
    const isNext = number - 1 === this.#tail?.page
    this.#tail?.say(new Map())
    this.#tail = this.#open(number)
    if (!wasAtEnd) this.#show(this.#first ?? number, this.#last ?? number)
    else if (first === null || !isNext) this.#show(number, number)
    else this.#show(Math.max(first, number - windowPagesMax + 1), number)
  }

  #show(first: number, last: number): void {
    this.#first = first
    this.#last = last
    for (let number = first; number <= last; number += 1) this.#open(number)
    this.#look()
  }

  #open(number: number): PageLog {
    const found = this.#pages.get(number)
    if (found !== undefined) return found
    const page = new PageLog(number, this.#chain.openPage(number))
    this.#pages.set(number, page)
    page.onChange(() => {
      this.#look()
    })
    page.onNote((text) => {
      this.#delivery.hear(page, text)
    })
    this.#opened.tell(page)
    return page
  }

  /** After any change: sends what can be sent, shows what there is, and closes what nobody needs. */
  #look(): void {
    for (const page of this.#outbox.pages())
      if (this.#tail !== null && page <= this.#tail.page) this.#open(page)
    this.#delivery.deliver(this.#pages.values(), this.#tail)
    this.#tail?.say(this.#delivery.held(this.#tail))
    this.#closeUnneeded()
    this.#compose()
    if (this.#isShort && this.isLoaded && this.hasOlder && !this.hasNewer) this.showOlder()
    else this.#tell()
  }

  /** One page has too little to show, or all there is room for have, because they hold replies. */
  get #isShort(): boolean {
    const { rows, all } = this.#shown
    const [first, last] = [this.#first ?? 0, this.#last ?? 0]
    const mayGrow = rows.length < all.length && last - first + 1 < windowPagesMax
    return rows.length < rowsWanted && (first === last || mayGrow)
  }

  #tell(): void {
    const { isLoaded, isSynced, canWrite, stampedCount, hasOlder, hasNewer } = this
    const { lacksOlder, lacksNewer, isTailCurrent } = this
    const { rows, replies, threads } = this.#shown
    const states = [isLoaded, isSynced, canWrite, hasOlder, hasNewer, lacksOlder, lacksNewer, isTailCurrent]
    const shown = [rows, replies, threads, stampedCount, this.#outbox.size, ...states]
    if (shown.every((value, index) => value === this.#told[index])) return
    this.#told = shown
    this.#listeners.tell()
  }

  #closeUnneeded(): void {
    for (const [number, page] of this.#pages) {
      const { hasUnsent, isSynced } = page.state()
      if (isSynced && !hasUnsent) this.#outbox.forgetPage(number)
      const isShown = number >= (this.#first ?? 0) && number <= (this.#last ?? Infinity)
      if (
        isShown ||
        page === this.#tail ||
        this.#held.has(number) ||
        hasUnsent ||
        this.#outbox.pages().has(number)
      )
        continue
      this.#pages.delete(number)
      page[Symbol.dispose]()
    }
  }

  #compose(): void {
    const [pages, shown, isAtEnd] = [this.#pages, this.#shownPages(), !this.hasNewer]
    this.#shown = compose({ pages, shown, waiting: this.waiting(), isAtEnd }, this.#shown)
  }
}
