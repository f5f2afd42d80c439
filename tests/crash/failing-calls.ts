/**
 * SQLite whose n-th call fails: every statement, step through rows, pragma, script, begin and commit is counted.
 *
 * A rollback does not fail: SQLite has nothing to write for one.
 */
import { basename } from 'node:path'
import Database from 'better-sqlite3'

/**
 * once: the call does nothing and fails. late: it is carried out, and fails all the same, as when a commit is on disk
 * and its flush is not confirmed. lasting: it and every one after it fail, until it is mended.
 */
export type Manner = 'once' | 'late' | 'lasting'
export const manners: readonly Manner[] = ['once', 'late', 'lasting']

export type Failure = Readonly<{ at: number; manner: Manner; code: string }>

type Statement = Database.Statement & { source: string; database: Database.Database }
type Call = (this: unknown, ...args: unknown[]) => unknown

export class FailingCalls implements Disposable {
  readonly #restore = new DisposableStack()
  readonly #file: string
  #failure: Failure | null = null
  #count = 0
  #hasFailed = false
  #isUnseen = false

  /** Of databases with this name only: not of the lock, and not of who looks on. */
  constructor(file: string) {
    this.#file = basename(file)
    using db = new Closing(':memory:')
    const statement = Object.getPrototypeOf(db.prepare('SELECT 1')) as Record<string, Call>
    for (const name of ['run', 'get', 'all']) this.#wrap(statement, name, (self) => self as Statement)
    this.#wrapIterate(statement)
    this.#wrap(Database.prototype as unknown as Record<string, Call>, 'exec', (self) => ({
      source: '',
      database: self as Database.Database,
    }))
  }

  /** Counts from here on. */
  begin(failure: Failure | null): void {
    this.#failure = failure
    this.#count = 0
    this.#hasFailed = false
  }

  /** From now on every call does what it should. */
  mend(): void {
    this.#failure = null
  }

  /** What happens in there is not counted: it is who looks on. */
  unseen<T>(work: () => T): T {
    this.#isUnseen = true
    try {
      return work()
    } finally {
      this.#isUnseen = false
    }
  }

  get count(): number {
    return this.#count
  }

  get hasFailed(): boolean {
    return this.#hasFailed
  }

  /** Whether a call may still fail. */
  get mayFail(): boolean {
    return this.#failure !== null && (this.#failure.manner === 'lasting' || !this.#hasFailed)
  }

  [Symbol.dispose](): void {
    this.#restore.dispose()
  }

  #wrap(
    owner: Record<string, Call>,
    name: string,
    about: (self: unknown) => Readonly<{ source: string; database: Database.Database }>,
  ): void {
    const original = owner[name]!
    const attempt = (self: unknown, args: unknown[]): unknown => {
      const fails = this.#fails(about(self))
      if (fails === 'before') throw this.#error()
      const result = original.apply(self, args)
      if (fails === 'after') throw this.#error()
      return result
    }
    this.#replace(owner, name, function (...args) {
      return attempt(this, args)
    })
  }

  #wrapIterate(owner: Record<string, Call>): void {
    const original = owner['iterate']!
    const step = (statement: Statement): void => {
      if (this.#fails(statement) !== 'never') throw this.#error()
    }
    this.#replace(owner, 'iterate', function* (...args) {
      for (const row of original.apply(this, args) as Iterable<unknown>) {
        step(this as Statement)
        yield row
      }
      step(this as Statement)
    })
  }

  #replace(owner: Record<string, Call>, name: string, call: Call): void {
    const original = owner[name]!
    owner[name] = call
    this.#restore.defer(() => {
      owner[name] = original
    })
  }

  #fails({ source, database }: Readonly<{ source: string; database: Database.Database }>) {
    if (this.#isUnseen) return 'never'
    if (basename(database.name) !== this.#file || source.startsWith('ROLLBACK')) return 'never'
    this.#count += 1
    const failure = this.#failure
    if (failure === null) return 'never'
    const isMeant = failure.manner === 'lasting' ? this.#count >= failure.at : this.#count === failure.at
    if (!isMeant) return 'never'
    this.#hasFailed = true
    return failure.manner === 'late' ? 'after' : 'before'
  }

  #error(): Error {
    return new Database.SqliteError('made to fail', this.#failure?.code ?? 'SQLITE_IOERR')
  }
}

class Closing extends Database implements Disposable {
  [Symbol.dispose](): void {
    this.close()
  }
}
