/**
 * A turn: what happened to documents since the last commit. Rule W5 of docs/PROTOCOL.md.
 *
 * Rows are gathered in memory; at the end of the event loop's turn one transaction commits them all, and then the disk
 * is asked to keep it, which nothing but this waits for. Every document frame waits behind the rows that came before
 * it, in order. So no acknowledgement and no change of a document leaves the server before it is on disk; and if it
 * cannot be kept, none of it was ever seen. While the disk is busy the next turn grows: more is saved with each wait.
 */
import { dirname } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { Database } from 'better-sqlite3'
import { AppError } from '#shared/errors.ts'
import type { Logger } from '../log.ts'
import { giveUpBallast, hasRoom, isNoSpace, putBallast } from '../store/ballast.ts'
import type { Disk } from '../store/disk.ts'
import type { DocumentLog, NewRow } from './log.ts'

/** Who gets frames; `sendNow` waits for nothing. What is sent between `gather` and `letGo` leaves together. */
type Receiver = Readonly<{ sendNow(frame: Uint8Array): void; gather(): void; letGo(): void }>
type Held<To extends Receiver> = Readonly<{ to: To; frame: Uint8Array }>

/** Rows, and who waits for them: frames, and answers to what the database was asked. */
type Batch<To extends Receiver> = {
  readonly rows: NewRow[]
  readonly held: Held<To>[]
  readonly answers: PromiseWithResolvers<undefined>[]
  startedAtMs: number
}

type Options<To extends Receiver> = Readonly<{
  db: Database
  disk: Disk
  documentLog: DocumentLog
  /** What else is written in the same transaction. */
  index: Readonly<{ write(): void; saved(): void; lost(): void }>
  log: Logger
  /** These rows are on disk. */
  onSaved: (rows: readonly NewRow[], tookMs: number) => void
  /** Nothing of the turn was saved: these documents are ahead of the disk, and these receivers have missed frames. */
  onLost: (names: ReadonlySet<string>, receivers: ReadonlySet<To>) => void
}>

/** Longest time that a change waits for others to be committed with it. */
const turnMsMax = 5
/** A turn lasts so many times as long as the commit before it took: so commits leave most of the time to all else. */
const turnsPerCommit = 6

export class Turn<To extends Receiver> {
  readonly #options: Options<To>
  readonly #commitAll: (rows: readonly NewRow[]) => void
  /** Not committed yet. */
  #open: Batch<To> = emptyBatch()
  /** Committed, while the disk is still busy with the one before. */
  #committed: Batch<To> | null = null
  /** On its way to the disk. */
  #flushing: Batch<To> | null = null
  #canSave = true
  #isUncertain = false
  #isResting = false
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

  /** False since something could not be saved, until something can. */
  get canSave(): boolean {
    return this.#canSave
  }

  /** A flush has failed: what the database holds may still go with the power, and must be shown to nobody. */
  get isUncertain(): boolean {
    return this.#isUncertain
  }

  /** Adds an update that is applied to its document in this same tick. */
  append(row: NewRow): void {
    if (this.#open.rows.length === 0) this.#schedule()
    this.#open.rows.push(row)
  }

  /** Sends a document frame, after everything that happened before is on disk. */
  send(to: To, frame: Uint8Array): void {
    const last = this.#open.rows.length > 0 ? this.#open : (this.#committed ?? this.#flushing)
    if (last === null) to.sendNow(frame)
    else last.held.push({ to, frame })
  }

  /** Resolves once everything that the database holds now is on disk; rejects where that is not certain. */
  async kept(): Promise<void> {
    if (this.#isUncertain) throw new AppError('storage-failed')
    const last = this.#committed ?? this.#flushing
    if (last === null) return
    const answer = Promise.withResolvers<undefined>()
    last.answers.push(answer)
    await answer.promise
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
      this.#makeCertain()
      // The version it has already: SQLite writes and syncs it all the same.
      db.pragma(`user_version = ${String(db.pragma('user_version', { simple: true }))}`)
      this.#canSave = true
      this.#options.log.warn('the database can be written to again')
    } catch (error) {
      this.#options.log.debug({ err: error }, 'the database still cannot be written to')
    }
  }

  /** Ends the turn: what happened is in the database afterwards, and is shown once it is on disk. */
  commit(): void {
    const batch = this.#open
    if (batch.rows.length === 0) return
    this.#open = emptyBatch()
    batch.startedAtMs = performance.now()
    try {
      this.#endLeftOver()
      this.#makeCertain()
      this.#options.disk.commit(() => {
        this.#commitAll(batch.rows)
      })
    } catch (error) {
      this.#lose([batch], error)
      return
    }
    this.#canSave = true
    this.#options.index.saved()
    const endedAtMs = performance.now()
    this.#notBeforeMs = endedAtMs + Math.min(turnMsMax, turnsPerCommit * (endedAtMs - batch.startedAtMs))
    if (this.#flushing === null) void this.#flush(batch)
    else if (this.#committed === null) this.#committed = batch
    else join(this.#committed, batch)
  }

  /** Ends the turn, and waits for the disk: everything that was to be sent has been when this returns. */
  finish(): void {
    this.commit()
    const batches = [this.#flushing, this.#committed].filter((batch) => batch !== null)
    if (batches.length === 0) return
    this.#flushing = null
    this.#committed = null
    try {
      this.#options.disk.flushNow()
    } catch (error) {
      this.#isUncertain = true
      this.#lose(batches, error)
      return
    }
    for (const batch of batches) this.#release(batch)
  }

  #schedule(): void {
    const waitMs = this.#notBeforeMs - performance.now()
    const end = (): void => {
      // Else it ends afterwards.
      if (this.#flushing === null && !this.#isResting) this.commit()
    }
    if (waitMs < 1) setImmediate(end)
    else setTimeout(end, Math.round(waitMs))
  }

  async #flush(batch: Batch<To>): Promise<void> {
    this.#flushing = batch
    try {
      await this.#options.disk.flush()
    } catch (error) {
      // Unless `finish` has seen to it.
      if (this.#flushing === batch) this.#loseAll(error)
      return
    }
    if (this.#flushing !== batch) return
    this.#release(batch)
    this.#flushing = null
    const next = this.#committed
    this.#committed = null
    if (next !== null) {
      void this.#flush(next)
      return
    }
    await this.#rest()
    if (this.#open.rows.length > 0) this.#schedule()
  }

  async #rest(): Promise<void> {
    const rest = this.#options.disk.rest()
    if (rest === null) return
    this.#isResting = true
    await rest
    this.#isResting = false
  }

  #release({ rows, held, answers, startedAtMs }: Batch<To>): void {
    this.#options.onSaved(rows, performance.now() - startedAtMs)
    for (const { resolve } of answers) resolve(undefined)
    const receivers = new Set(held.map(({ to }) => to))
    for (const to of receivers) to.gather()
    for (const { to, frame } of held) to.sendNow(frame)
    for (const to of receivers) to.letGo()
  }

  /** The disk may have kept any of it, or nothing. */
  #loseAll(error: unknown): void {
    const batches = [this.#flushing, this.#committed, this.#open].filter((batch) => batch !== null)
    this.#flushing = null
    this.#committed = null
    this.#open = emptyBatch()
    this.#isUncertain = true
    this.#lose(batches, error)
  }

  #lose(batches: readonly Batch<To>[], error: unknown): void {
    const rows = batches.flatMap((batch) => batch.rows)
    const held = batches.flatMap((batch) => batch.held)
    this.#canSave = false
    for (const { answers } of batches)
      for (const { reject } of answers) reject(new AppError('storage-failed'))
    this.#options.log.error({ err: error, rows: rows.length }, 'a turn could not be saved')
    if (isNoSpace(error)) this.#makeRoom()
    this.#options.index.lost()
    this.#options.onLost(new Set(rows.map(({ name }) => name)), new Set(held.map(({ to }) => to)))
  }

  /** After a flush that failed nothing may be built on what the database holds until that is on disk for certain. */
  #makeCertain(): void {
    if (!this.#isUncertain) return
    this.#options.disk.rewrite()
    this.#isUncertain = false
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

function join<To extends Receiver>(earlier: Batch<To>, later: Batch<To>): void {
  for (const row of later.rows) earlier.rows.push(row)
  for (const frame of later.held) earlier.held.push(frame)
  for (const answer of later.answers) earlier.answers.push(answer)
}

function emptyBatch<To extends Receiver>(): Batch<To> {
  return { rows: [], held: [], answers: [], startedAtMs: 0 }
}
