/**
 * Finding a message in the chain of pages, step by step: each step shows the page where it would be next.
 *
 * A link names the page. A reply names only the message: the pages before are shown until it is there. The first that
 * was not read is known by its number: no page has more than so many messages, which tells how far back it is at least.
 * Nothing is waited for here: `step` is called again after every change of the log.
 */
import type { MessageKey } from '#shared/chat/message.ts'
import { pageMessagesMax } from '#shared/limits.ts'
import type { ChatLog, ChatRow } from './chat-log.ts'

export type Goal =
  | Readonly<{ key: MessageKey; page: number | null }>
  /** How many messages of the room had arrived when it had, itself counted; or else the next one that is left. */
  | Readonly<{ number: number }>

export type Found =
  | Readonly<{ kind: 'found'; key: MessageKey }>
  /** It was deleted, or never was. */
  | Readonly<{ kind: 'gone' }>
  /** Further back than one looks without being told the page. */
  | Readonly<{ kind: 'far' }>
  /** What is needed next is not on this device yet. */
  | Readonly<{ kind: 'waiting' }>

type Log = Pick<
  ChatLog,
  | 'all'
  | 'window'
  | 'stampedCount'
  | 'isSynced'
  | 'isTailCurrent'
  | 'hasNewer'
  | 'isDeleted'
  | 'showPage'
  | 'showOlder'
  | 'showNewer'
  | 'showLatest'
>

type Step = Found | Readonly<{ kind: 'moved' }>

/** Pages that are looked through for a message whose page is not known. */
const pagesSoughtMax = 12

const gone = { kind: 'gone' } as const
const waiting = { kind: 'waiting' } as const
const moved = { kind: 'moved' } as const

export class Seek {
  readonly #log: Log
  readonly #goal: Goal
  #pagesLeft = pagesSoughtMax
  #isFromEnd = false

  constructor(log: Log, goal: Goal) {
    this.#log = log
    this.#goal = goal
  }

  step(): Found {
    for (;;) {
      const next = 'number' in this.#goal ? this.#toNumber(this.#goal.number) : this.#toKey(this.#goal)
      if (next.kind !== 'moved') return next
    }
  }

  #toKey({ key, page }: Extract<Goal, { key: MessageKey }>): Step {
    const { window } = this.#log
    if (this.#log.all().some((row) => row.key === key)) return { kind: 'found', key }
    if (window === null) return waiting
    if (this.#log.isDeleted(key)) return gone
    if (page === null) return this.#further()
    if (page >= window.first && page <= window.last) return this.#log.isSynced ? gone : waiting
    if (this.#log.showPage(page)) return moved
    return this.#log.isTailCurrent ? gone : waiting
  }

  #further(): Step {
    const { window } = this.#log
    if (window === null || window.base === null) return waiting
    if (window.first === 0) return this.#log.isSynced ? gone : waiting
    if (this.#pagesLeft === 0) return { kind: 'far' }
    this.#pagesLeft -= 1
    this.#log.showOlder()
    return moved
  }

  #toNumber(number: number): Step {
    const { window } = this.#log
    if (window === null || window.base === null) return waiting
    if (number <= window.base) {
      this.#isFromEnd = true
      const pagesBack = Math.ceil((window.base - number + 1) / pageMessagesMax)
      this.#log.showPage(Math.max(0, window.first - pagesBack))
      return moved
    }
    const row = firstFrom(number, this.#log.all())
    if (row !== null) return { kind: 'found', key: row.key }
    if (number > this.#log.stampedCount) return gone
    if (!this.#log.hasNewer) return this.#log.isSynced ? gone : waiting
    if (window.lacksLast) return waiting
    // From the far past it is quicker to begin at the end. Coming from there, what was looked for was deleted.
    if (this.#isFromEnd) this.#log.showNewer()
    else this.#log.showLatest()
    this.#isFromEnd = true
    return moved
  }
}

/** Of those that are left the first with this number or a later one. */
function firstFrom(number: number, rows: readonly ChatRow[]): ChatRow | null {
  return rows.find((row) => row.number !== null && row.number >= number) ?? null
}
