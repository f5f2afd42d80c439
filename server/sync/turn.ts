/**
 * A turn: what happened to documents since the last commit. Rule W5 of docs/PROTOCOL.md.
 *
 * Rows are gathered in memory; at the end of the event loop's turn one transaction puts them all on disk. While rows
 * wait, every document frame waits behind them, in order. So no acknowledgement and no change of a document leaves the
 * server before it is on disk; and if the commit fails, none of it was ever seen. A turn that follows closely on another
 * is longer, by twice what the disk took for that one and 5 ms at most: more is saved with each wait.
 */
import { dirname } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { Database } from 'better-sqlite3'
import type { Logger } from '../log.ts'
import { giveUpBallast, hasRoom, isNoSpace, putBallast } from '../store/ballast.ts'
import type { DocumentLog, NewRow } from './log.ts'

/** Who gets frames; `sendNow` waits for nothing. */
type Receiver = Readonly<{ sendNow(frame: Uint8Array): void }>
type Held<To extends Receiver> = Readonly<{ to: To; frame: Uint8Array }>

type Options<To extends Receiver> = Readonly<{
  db: Database
  documentLog: DocumentLog
  /** What else is written in the same transaction. */
  index: Readonly<{ write(): void; clear(): void }>
  log: Logger
  /** These rows are on disk. */
  onSaved: (rows: readonly NewRow[], tookMs: number) => void
  /** Nothing of the turn was saved: these documents are ahead of the disk, and these receivers have missed frames. */
  onLost: (names: ReadonlySet<string>, receivers: ReadonlySet<To>) => void
}>

/** Longest time that a change waits for others to be saved with it. */
const turnMsMax = 5

export class Turn<To extends Receiver> {
  readonly #options: Options<To>
  readonly #commitAll: (rows: readonly NewRow[]) => void
  #rows: NewRow[] = []
  #held: Held<To>[] = []
  #canSave = true
  /** The next turn does not end before. */
  #notBeforeMs = 0
  #isBallastOut = false

  constructor(options: Options<To>) {
    this.#options = options
    const { db, documentLog, index } = options
    this.#commitAll = db.transaction((rows: readonly NewRow[]) => {
      for (const row of rows) documentLog.append(row)
      index.write()
    })
  }

  /** False since a commit failed, until one succeeds. */
  get canSave(): boolean {
    return this.#canSave
  }

  /** Adds an update that is applied to its document in this same tick. */
  append(row: NewRow): void {
    if (this.#rows.length === 0) this.#schedule()
    this.#rows.push(row)
  }

  /** Sends a document frame, after everything of this turn is on disk. */
  send(to: To, frame: Uint8Array): void {
    if (this.#rows.length === 0) to.sendNow(frame)
    else this.#held.push({ to, frame })
  }

  /** After a failure: whether anything can be written again, so that it need not wait for somebody's change. */
  tryAgain(): void {
    if (this.#canSave) {
      if (this.#isBallastOut) this.#isBallastOut = !putBallast(dirname(this.#options.db.name))
      return
    }
    const { db } = this.#options
    try {
      if (this.#isBallastOut && !hasRoom(dirname(db.name))) return
      // The version it has already: SQLite writes and syncs it all the same.
      db.pragma(`user_version = ${String(db.pragma('user_version', { simple: true }))}`)
      this.#canSave = true
      this.#options.log.warn('the database can be written to again')
    } catch (error) {
      this.#options.log.debug({ err: error }, 'the database still cannot be written to')
    }
  }

  #schedule(): void {
    const waitMs = this.#notBeforeMs - performance.now()
    const commit = (): void => {
      this.commit()
    }
    if (waitMs < 1) setImmediate(commit)
    else setTimeout(commit, Math.round(waitMs))
  }

  /** Ends the turn now. */
  commit(): void {
    if (this.#rows.length === 0) return
    const [rows, held] = [this.#rows, this.#held]
    this.#rows = []
    this.#held = []
    const startedAtMs = performance.now()
    try {
      this.#endLeftOver()
      this.#commitAll(rows)
    } catch (error) {
      this.#canSave = false
      this.#options.log.error({ err: error, rows: rows.length }, 'a turn could not be saved')
      if (isNoSpace(error)) this.#makeRoom()
      this.#options.index.clear()
      this.#options.onLost(new Set(rows.map(({ name }) => name)), new Set(held.map(({ to }) => to)))
      return
    }
    this.#canSave = true
    this.#options.index.clear()
    const endedAtMs = performance.now()
    this.#notBeforeMs = endedAtMs + Math.min(turnMsMax, 2 * (endedAtMs - startedAtMs))
    this.#options.onSaved(rows, endedAtMs - startedAtMs)
    for (const { to, frame } of held) to.sendNow(frame)
  }

  /** A transaction that a failure has left open would take this one in, and its commit would be none. */
  #endLeftOver(): void {
    const { db, log } = this.#options
    if (!db.inTransaction) return
    log.error('a transaction was left open, and is undone')
    db.exec('ROLLBACK')
  }

  /** Only now: what does not fit must be refused once, so that whoever runs the server is told in time. */
  #makeRoom(): void {
    const { db, log } = this.#options
    this.#isBallastOut = true
    if (giveUpBallast(dirname(db.name))) log.error('the disk is full; the last reserve was given up')
    else log.error('the disk is full, and the last reserve is used up')
  }
}
