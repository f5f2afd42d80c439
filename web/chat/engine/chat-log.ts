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
import { compareMessages } from '#shared/chat/order.ts'
import { AppError } from '#shared/errors.ts'
import { textOfFiles, type FileValue } from '#shared/files/file.ts'
import type { Seat } from '#shared/ids.ts'
import { orderJumpMax } from '#shared/limits.ts'
import { Listeners } from '../../sync/listeners.ts'
import type { PagePort, Undo } from '../../sync/ports.ts'
import type { KeptEntries } from '../../sync/world.ts'
import { isSameRow, noFiles, waitingRow, type ChatRow } from './chat-row.ts'
import { Delivery, type DeliveryWorld, type FilesPort } from './delivery.ts'
import { Outbox } from './outbox.ts'
import { PageLog } from './page-log.ts'

export type { ChatRow } from './chat-row.ts'

/** The pages of one room. */
export type ChainPort = Readonly<{
  seat: Seat
  /** Number of the newest page as far as this device knows; null while it knows nothing. */
  tail(): number | null
  onTail(listener: () => void): Undo
  openPage(page: number): PagePort
  /** From one message of this person's to the next, as the room wants it now (CH15). */
  slowMs?(): number
}>

export type ChatWorld = DeliveryWorld & Readonly<{ random(): number }>

/** The run of pages that is shown. */
export type ChatWindow = Readonly<{
  first: number
  last: number
  /** Messages of the room before the first page; null while nothing of that page is here. */
  base: number | null
  /** Nothing of the last page is here. */
  lacksLast: boolean
}>

type Options = Readonly<{
  chain: ChainPort
  outbox: KeptEntries
  world: ChatWorld
  speechLimits?: SpeechLimits
  /** Without, no message has to wait for its files. */
  files?: FilesPort
}>

/** What goes with the text of a message. */
type Said = Readonly<{
  replyTo?: MessageKey | undefined
  mentions?: readonly Mention[]
  files?: readonly FileValue[]
}>

/** Pages that are shown at once: some 3,000 messages. */
const windowPagesMax = 6
/** Fewer messages than this do not fill a screen: the page before is opened as well. */
const rowsWanted = 60

export class ChatLog {
  readonly #chain: ChainPort
  readonly #world: ChatWorld
  readonly #outbox: Outbox
  readonly #delivery: Delivery
  readonly #pages = new Map<number, PageLog>()
  readonly #listeners = new Listeners()
  readonly #opened = new Listeners<[PageLog]>()
  readonly #undos: Undo[]
  #rows: readonly ChatRow[] = []
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

  /** In order: those of the window, then one's own that are being sent. */
  rows(): readonly ChatRow[] {
    return this.#rows
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
  send(said: string, { replyTo, mentions = [], files = noFiles }: Said = {}): void {
    const text = said === '' && files.length > 0 ? textOfFiles(files) : said
    const refusal = refuseMessageText(text)
    if (refusal !== null) throw new AppError(refusal)
    const key = messageKey(this.#chain.seat, this.#world.nowMs(), this.#world.random())
    const l = 1 + this.#highestSeen()
    this.showLatest()
    this.#outbox.put(key, {
      x: text,
      l,
      ...(replyTo === undefined ? {} : { re: replyTo }),
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
    const rows = [...(this.#tail?.rows() ?? []), ...this.#rows]
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
    const isShort = this.#first === this.#last && this.#rows.length < rowsWanted
    if (isShort && this.isLoaded && this.hasOlder && !this.hasNewer) this.showOlder()
    else this.#tell()
  }

  #tell(): void {
    const { isLoaded, isSynced, canWrite, stampedCount, hasOlder, hasNewer } = this
    const { lacksOlder, lacksNewer, isTailCurrent } = this
    const states = [isLoaded, isSynced, canWrite, hasOlder, hasNewer, lacksOlder, lacksNewer, isTailCurrent]
    const shown = [this.#rows, stampedCount, this.#outbox.size, ...states]
    if (shown.every((value, index) => value === this.#told[index])) return
    this.#told = shown
    this.#listeners.tell()
  }

  #closeUnneeded(): void {
    for (const [number, page] of this.#pages) {
      const { hasUnsent, isSynced } = page.state()
      if (isSynced && !hasUnsent) this.#outbox.forgetPage(number)
      const isShown = number >= (this.#first ?? 0) && number <= (this.#last ?? Infinity)
      if (isShown || page === this.#tail || hasUnsent || this.#outbox.pages().has(number)) continue
      this.#pages.delete(number)
      page[Symbol.dispose]()
    }
  }

  #compose(): void {
    const stamped: ChatRow[] = []
    const waiting = new Map<string, ChatRow>()
    for (const page of this.#shownPages())
      for (const row of page.rows()) {
        if (row.order === null) waiting.set(row.key, row)
        else stamped.push(row)
      }
    if (!this.hasNewer) {
      const shown = new Set(stamped.map(({ key }) => key))
      for (const [key, value] of this.#outbox.messages()) {
        const row = waitingRow(key, value)
        if (row !== null && !shown.has(key)) waiting.set(key, row)
      }
    }
    const before = new Map(this.#rows.map((row) => [row.key, row]))
    const last = [...waiting.values()].sort(compareMessages).map((row) => {
      const old = before.get(row.key)
      return old !== undefined && isSameRow(old, row) ? old : row
    })
    const rows = [...stamped, ...last]
    const isSame = rows.length === this.#rows.length && rows.every((row, index) => row === this.#rows[index])
    if (!isSame) this.#rows = rows
  }
}
